"""Which cells of an argument's memory a result shows, and which ones it should: a view, its strides, or a copy."""

from __future__ import annotations

from typing import Any, TypeGuard

import torch

from grader.diagnosis.wording import join, same
from grader.diagnosis.wording.pictures import alt, title
from grader.examination.places import cells_of, is_view_of
from grader.examination.showing import Shown
from grader.pictures import Memory, Picture, PictureKind
from grader.records import Text

_MAX_CELLS = 64  # of memory, and elements of a result
_MAX_LISTED = 12
_MAX_SEARCHED = 4096  # cells in which the expected values are looked for


def memory_picture(shown: Shown) -> Picture | None:
    """Return the memory of the tensor that a result must be a view of; None where there is none to draw."""
    base, got = shown.view_of, shown.actual
    if not _is_plain(base) or not _is_plain(got):
        return None
    if base.dtype is not got.dtype or 0 in (*base.shape, *got.shape):
        return None
    shares = is_view_of(got, base)
    got_cells = [int(cell) for cell in cells_of(got, _MAX_CELLS)]
    expected = _expected_cells(shown.expected, base)
    first = min([int(base.storage_offset()), *expected, *(got_cells if shares else [])])
    cells = base.untyped_storage().nbytes() // base.element_size() - first
    strides = str(tuple(got.stride()))
    key = "memory.view" if shares else "memory.copy"
    parts = [alt(key, strides=strides, cells=_listed(got_cells))] if shares else [alt(key, strides=strides)]
    if expected:
        parts.append(alt("memory.expected", cells=_listed(expected)))
    return Picture(
        kind=PictureKind.MEMORY,
        title=title("memory"),
        alt=join(parts),
        memory=Memory(
            first_cell=first,
            cells=min(cells, _MAX_CELLS),
            shares=shares,
            got=tuple(got_cells),
            got_stride=tuple(got.stride()),
            expected=tuple(expected),
            is_cut=cells > _MAX_CELLS or got.numel() > _MAX_CELLS,
        ),
    )


def _is_plain(value: Any) -> TypeGuard[torch.Tensor]:
    is_tensor = issubclass(type(value), torch.Tensor)
    return is_tensor and value.layout is torch.strided and value.device.type == "cpu"


def _expected_cells(expected: Any, base: torch.Tensor) -> list[int]:
    """Return the cell of each expected element: by its place where it is a view itself, else by its value."""
    if not _is_plain(expected) or expected.dtype is not base.dtype or not expected.numel():
        return []
    if is_view_of(expected, base):
        return [int(cell) for cell in cells_of(expected, _MAX_CELLS)]
    cells = base.untyped_storage().nbytes() // base.element_size()
    if cells > _MAX_SEARCHED:
        return []
    stored = torch.as_strided(base.detach(), (cells,), (1,), 0).tolist()
    places = {value: cell for cell, value in enumerate(stored)}
    wanted = expected.detach().reshape(-1)[:_MAX_CELLS].tolist()
    if len(places) < cells or any(value not in places for value in wanted):
        return []  # a value that is stored twice could lie in either cell
    return [places[value] for value in wanted]


def _listed(cells: list[int]) -> Text:
    return same(", ".join(map(str, cells[:_MAX_LISTED])) + (", …" if len(cells) > _MAX_LISTED else ""))
