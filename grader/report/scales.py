"""How numbers become levels, positions and labels of a picture: shared by the terminal and HTML."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.pictures import Curves, ErrorMap

LEVELS = 4  # of error, beside "right" and "not finite"
NOT_FINITE = LEVELS + 1
_LONGEST = 7
_WIDE = 16.0  # the largest error is this many times the smallest: levels by factors, not by differences

Cells = tuple[tuple[float | None, ...], ...]


def number(value: float) -> str:
    """Return a number as it stands at an axis: seven characters at most, three digits where there is room."""
    text = f"{value:.3g}"
    if len(text) > _LONGEST:
        mantissa, exponent = f"{value:.1e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    return text if len(text) <= _LONGEST else f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e+")


def error_bounds(errors: ErrorMap) -> tuple[float, ...]:
    """Return the upper bound of each level of error, the last one being the largest error; () where there is none."""
    found = [cell for row in errors.cells for cell in row if cell]
    if not found:
        return ()
    low, high = min(found), max(found)
    if high < _WIDE * low:
        return (high,) if low == high else (*(high / LEVELS * level for level in range(1, LEVELS)), high)
    factor = math.log(high) - math.log(low)
    return (*(math.exp(math.log(low) + factor * level / LEVELS) for level in range(1, LEVELS)), high)


def level_of(error: float | None, bounds: Sequence[float]) -> int:
    """Return 0 for right, 1 to `LEVELS` for an error, `NOT_FINITE` for None; the largest error is always `LEVELS`."""
    if error is None:
        return NOT_FINITE
    return 0 if not error else LEVELS - sum(error <= bound for bound in bounds[:-1])


def pooled(cells: Cells, *, rows: int, columns: int) -> tuple[Cells, int, int]:
    """Return at most `rows` x `columns` cells, each the worst of a block, and the steps down and across."""
    down = -(-len(cells) // rows) if cells else 1
    across = -(-len(cells[0]) // columns) if cells else 1
    worst = tuple(
        tuple(
            _worst([cell for row in cells[top : top + down] for cell in row[left : left + across]])
            for left in range(0, len(cells[0]), across)
        )
        for top in range(0, len(cells), down)
    )
    return worst, down, across


def _worst(block: list[float | None]) -> float | None:
    return None if None in block else max(cell for cell in block if cell is not None)


def chosen(count: int, most: int) -> list[int]:
    """Return at most `most` places of `count`, evenly spread, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [round(place * (count - 1) / (most - 1)) for place in range(most)] if most > 1 else [0]


def curve_range(curves: Curves) -> tuple[float, float] | None:
    """Return the lowest and highest value that is drawn, apart from each other; None where there is none."""
    values = [value for value in (*curves.got, *curves.expected) if value is not None]
    if not values:
        return None
    low, high = min(values), max(values)
    if low < high:
        return low, high
    return (low / 2, low * 2) if curves.logarithmic else (low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2)


def share_of(value: float, low: float, high: float, *, logarithmic: bool = False) -> float:
    """Return where `value` lies between `low` and `high`, from 0 to 1."""
    if logarithmic:
        value, low, high = math.log(value), math.log(low), math.log(high)
    width = high - low
    if not math.isfinite(width):  # from -1e308 to 1e308
        value, low, width = value / 4, low / 4, high / 4 - low / 4
    return min(max((value - low) / width, 0.0), 1.0) if width > 0 else 0.0


def elements_in(cells: Sequence[int]) -> dict[int, list[int]]:
    """Return, for each cell of memory, the numbers of the elements that lie in it."""
    found: dict[int, list[int]] = {}
    for element, cell in enumerate(cells):
        found.setdefault(cell, []).append(element)
    return found


def cell_text(elements: Sequence[int] | None) -> str:
    """Return what stands in a cell: the first element's number, "+" if more lie there, or nothing."""
    return "" if not elements else f"{elements[0]}{'+' if len(elements) > 1 else ''}"
