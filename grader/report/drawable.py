"""Whether a picture that was read from a file can be drawn: its parts agree in their lengths and lie in their ranges.

`diagnosis` makes no other, and the drawings rely on it. A schema cannot say that two lists are equally long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grader.pictures import Boundary, Curves, ErrorMap, Histogram, Memory, Picture, PictureKind

_MAX_CELLS = 4096  # of memory; `diagnosis` shows 64


def is_drawable(picture: Picture) -> bool:
    """Return whether the part that the picture's kind names is there, alone and sound."""
    parts = {kind: getattr(picture, kind.name.lower()) for kind in PictureKind}
    part = parts.pop(picture.kind)
    return part is not None and not any(parts.values()) and _SOUND[picture.kind](part)


def _error_map(errors: ErrorMap) -> bool:
    cells = [cell for row in errors.cells for cell in row if cell is not None]
    return _is_table(errors.cells) and all(cell >= 0 for cell in cells)


def _histogram(histogram: Histogram) -> bool:
    bins = len(histogram.got)
    return bins > 0 and len(histogram.expected) == bins and len(histogram.edges) == bins + 1


def _curves(curves: Curves) -> bool:
    if not len(curves.x) == len(curves.got) == len(curves.expected) > 0:
        return False
    values = [value for value in (*curves.got, *curves.expected) if value is not None]
    return not curves.logarithmic or all(value > 0 for value in values)


def _boundary(boundary: Boundary) -> bool:
    alike = [len(row) for row in boundary.got] == [len(row) for row in boundary.expected]
    return alike and _is_table(boundary.got)


def _memory(memory: Memory) -> bool:
    return memory.first_cell >= 0 and 0 <= memory.cells <= _MAX_CELLS


def _is_table(rows: Sequence[Sequence[object]]) -> bool:
    return len({len(row) for row in rows}) == 1 and len(rows[0]) > 0


_SOUND: dict[PictureKind, Callable[[Any], bool]] = {
    PictureKind.ERROR_MAP: _error_map,
    PictureKind.HISTOGRAM: _histogram,
    PictureKind.CURVES: _curves,
    PictureKind.BOUNDARY: _boundary,
    PictureKind.MEMORY: _memory,
}
