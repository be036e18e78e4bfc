"""How points are shown: never rounded up to a score that was not reached."""

from __future__ import annotations

import math


def format_points(points: float) -> str:
    """Return `points` with two decimals at most, rounded down: 9.999 of 10 is not "10"."""
    hundredths = math.floor(points * 100 + 1e-6)  # 0.29 * 100 is 28.999999999999996
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def format_percent(share: float) -> str:
    """Return a share from 0 to 1 as a whole percentage, rounded down."""
    return f"{math.floor(100 * share + 1e-6)} %"


def filled_blocks(share: float, length: int) -> int:
    """Return how many of `length` blocks of a bar are full: all only for all, none only for none."""
    if share >= 1 - 1e-9:
        return length
    return max(math.floor(share * length), 1 if share > 0 else 0)
