"""How points are written, for people and for tables: never rounded up to a score that was not reached."""

from __future__ import annotations

import math

_SLACK = 1e-6  # 0.29 * 100 is 28.999999999999996


def format_points(points: float) -> str:
    """Return `points` with two decimals at most, rounded down: 9.999 of 10 is not "10"."""
    hundredths = math.floor(points * 100 + _SLACK)
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def format_percent(share: float) -> str:
    """Return a share from 0 to 1 as a whole percentage, rounded down."""
    return f"{math.floor(100 * share + _SLACK)} %"


def whole_percent(points: float | None, possible: float | None) -> int | None:
    """Return points as a whole percentage of those possible, rounded down; None where there is no score."""
    return None if points is None or not possible else math.floor(100 * points / possible + _SLACK)


def table_number(value: float | None) -> str:
    """Return a number as every spreadsheet reads it: a point, no exponent, six decimals at most; "" for none."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def table_share(share: float) -> str:
    """Return a share from 0 to 1 for a spreadsheet, with four decimals, rounded down: only a full score is 1."""
    return table_number(math.floor(share * 1e4 + _SLACK) / 1e4)


def filled_blocks(share: float, length: int) -> int:
    """Return how many of `length` blocks of a bar are full: all only for all, none only for none."""
    if share >= 1 - 1e-9:
        return length
    return max(math.floor(share * length), 1 if share > 0 else 0)
