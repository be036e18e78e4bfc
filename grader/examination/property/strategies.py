"""Strategies for what deep-learning functions take: tensors, arrays, labels, and the sizes that they share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from grader.examination.property.grids import Grid
from grader.examination.property.numbers import Range, integers, range_of

_USUAL_FLOATS = Range(-10_000, 10_000, 3, True)  # -10 to 10, by thousandths
_USUAL_INTEGERS = Range(-10, 10, 0, False)
_USUAL_COUNTS = Range(0, 10, 0, False)
_BITS = Range(0, 1, 0, False)

Side = int | SearchStrategy[int]
Shape = Side | Sequence[Side] | SearchStrategy[Any]

LAYOUTS = ("contiguous", "transposed", "strided")
_MAX_SIDE = 4_096
_MAX_ELEMENTS = 1 << 20
_MAX_DIMS = 8
_HIGHEST: WeakKeyDictionary[SearchStrategy[Any], int] = WeakKeyDictionary()  # of a size
_BETWEEN = 77  # lies between the elements of a strided view: what reads past them shows it


def size(low: int, high: int) -> SearchStrategy[int]:
    """A length that arguments share: `N = size(1, 4)` is one number in every place of one example.

    Raises: ValueError or TypeError for what is no range of lengths.
    """
    _check_lengths("size", low, high)
    made = st.shared(st.integers(low, high), key=object())
    _HIGHEST[made] = high
    return made


def shapes(
    *, min_dims: int = 1, max_dims: int = 3, min_side: int = 1, max_side: int = 5
) -> SearchStrategy[tuple[int, ...]]:
    """Shapes of any rank in these bounds. Raises: ValueError or TypeError for what are no bounds."""
    _check_lengths("shapes: min_side, max_side", min_side, max_side)
    _check_lengths("shapes: min_dims, max_dims", min_dims, max_dims)
    if max_dims > _MAX_DIMS:
        raise ValueError(f"shapes: max_dims = {max_dims}: expected at most {_MAX_DIMS}.")
    return st.lists(st.integers(min_side, max_side), min_size=min_dims, max_size=max_dims).map(tuple)


def tensors(
    shape: Shape,
    *,
    dtype: torch.dtype | SearchStrategy[torch.dtype] = torch.float32,
    elements: SearchStrategy[Any] | None = None,
    layout: str = "contiguous",
    requires_grad: bool = False,
) -> SearchStrategy[torch.Tensor]:
    """Tensors of this shape: a length, a sequence of lengths and `size`s, or `shapes(...)`.

    `elements` is a range or any strategy; left out, it is -10 to 10. `layout` says how they lie in memory:
    "contiguous", "transposed", "strided" (every second element of a longer row), or "any".
    Raises: ValueError or TypeError for what cannot be such a tensor.
    """
    if not isinstance(dtype, SearchStrategy | torch.dtype):
        raise TypeError(f"tensors: dtype = {dtype!r}: expected a dtype of torch, or a strategy of them.")
    holds_floats = not isinstance(dtype, torch.dtype) or dtype.is_floating_point or dtype.is_complex
    numbers = _elements("tensors", elements, str(dtype), holds_floats=holds_floats)
    dtypes = dtype if isinstance(dtype, SearchStrategy) else st.just(dtype)
    shapes, grid = _shape("tensors", shape)
    layouts = _layouts("tensors", layout)

    @st.composite
    def drawn(draw: DrawFn) -> torch.Tensor:
        sides, kind, how = _sides(draw(shapes)), draw(dtypes), draw(layouts)
        if numbers is None:
            is_floating = kind.is_floating_point or kind.is_complex
            values = grid.draw(draw, _usual(str(kind), is_floating=is_floating), sides)
        else:
            values = grid.draw(draw, numbers, sides)
        made = _laid_out(torch.tensor(values.tolist(), dtype=kind).reshape(sides), how)
        return made.requires_grad_() if requires_grad else made

    return drawn()


def arrays(
    shape: Shape,
    *,
    dtype: npt.DTypeLike = np.float64,
    elements: SearchStrategy[Any] | None = None,
    layout: str = "contiguous",
) -> SearchStrategy[npt.NDArray[Any]]:
    """NumPy arrays of this shape; the arguments are those of `tensors`.

    Raises: ValueError or TypeError for what cannot be such an array.
    """
    kind = np.dtype(dtype)
    holds_floats = kind.kind in "fc"
    numbers = _elements("arrays", elements, kind.name, holds_floats=holds_floats)
    shapes, grid = _shape("arrays", shape)
    layouts = _layouts("arrays", layout)

    @st.composite
    def drawn(draw: DrawFn) -> npt.NDArray[Any]:
        sides, how = _sides(draw(shapes)), draw(layouts)
        dense = grid.draw(draw, numbers or _usual(kind.name, is_floating=holds_floats), sides).astype(kind)
        if how == "transposed":
            return np.ascontiguousarray(dense.T).T
        if how == "strided" and dense.ndim:
            wide = np.full((*sides[:-1], 2 * sides[-1]), _BETWEEN, dtype=kind)
            wide[..., ::2] = dense
            return wide[..., ::2]
        return dense

    return drawn()


def labels(shape: Shape, *, below: Side, as_array: bool = False) -> SearchStrategy[Any]:
    """Class labels from 0 to `below` - 1, int64; `below` is a number or a `size`. `as_array` makes NumPy arrays.

    Raises: ValueError or TypeError for what cannot be labels.
    """
    if not isinstance(below, SearchStrategy):
        _check_lengths("labels: below", 1, below)
    shapes, grid = _shape("labels", shape)
    classes = _side("labels", below)
    most = below if isinstance(below, int) else _HIGHEST.get(below, _MAX_SIDE)
    codes = range_of(integers(0, max(most, 1) - 1))
    assert codes is not None

    @st.composite
    def drawn(draw: DrawFn) -> Any:
        sides, count = _sides(draw(shapes)), draw(classes)
        values = grid.draw(draw, codes, sides) % max(count, 1)  # codes know nothing of `count`, which may shrink
        return values if as_array else torch.from_numpy(values)

    return drawn()


# ------------------------------------------------------------------------------------------------------ drawing


def _usual(dtype: str, *, is_floating: bool) -> Range:
    """Return the elements where none are asked for."""
    if is_floating:
        return _USUAL_FLOATS
    return _BITS if "bool" in dtype else _USUAL_COUNTS if "uint" in dtype else _USUAL_INTEGERS


def _laid_out(dense: torch.Tensor, layout: str) -> torch.Tensor:
    if layout == "transposed":
        backwards = tuple(range(dense.ndim))[::-1]
        return dense.permute(backwards).contiguous().permute(backwards)
    if layout == "strided" and dense.ndim:
        wide = torch.full((*dense.shape[:-1], 2 * dense.shape[-1]), _BETWEEN, dtype=dense.dtype)
        wide[..., ::2] = dense
        return wide[..., ::2]
    return dense


# ----------------------------------------------------------------------------------------- what an author may ask


def _shape(function: str, shape: Shape) -> tuple[SearchStrategy[Any], Grid]:
    """Return what draws the shape, and the grid for the largest one, as far as that is known."""
    if isinstance(shape, SearchStrategy) and shape not in _HIGHEST:
        return shape, Grid(None)
    sides = (shape,) if isinstance(shape, int | SearchStrategy) else shape
    if isinstance(sides, str) or not isinstance(sides, Sequence):
        raise TypeError(f"{function}: shape = {shape!r}: expected lengths and sizes, such as (3, N), or shapes(...).")
    drawn = st.tuples(*(_side(function, side) for side in sides))
    highest = [side if isinstance(side, int) else _HIGHEST.get(side) for side in sides]
    known = tuple(side for side in highest if side is not None)
    return drawn, Grid(known if len(known) == len(highest) else None)


def _side(function: str, side: object) -> SearchStrategy[int]:
    if isinstance(side, SearchStrategy):
        return side
    if type(side) is not int or not 0 <= side <= _MAX_SIDE:
        raise ValueError(
            f"{function}: {side!r} is no length: expected a whole number from 0 to {_MAX_SIDE}, or a size."
        )
    return st.just(side)


def _sides(drawn: int | Sequence[int]) -> tuple[int, ...]:
    sides = (drawn,) if isinstance(drawn, int) else tuple(drawn)
    if math.prod(sides) > _MAX_ELEMENTS:
        raise ValueError(f"shape {sides}: expected at most {_MAX_ELEMENTS} elements.")
    return sides


def _layouts(function: str, layout: str) -> SearchStrategy[str]:
    if layout == "any":
        return st.sampled_from(LAYOUTS)
    if layout not in LAYOUTS:
        allowed = ", ".join(f'"{name}"' for name in (*LAYOUTS, "any"))
        raise ValueError(f"{function}: layout = {layout!r}: expected one of {allowed}.")
    return st.just(layout)


def _check_lengths(function: str, low: object, high: object) -> None:
    if type(low) is not int or type(high) is not int:
        raise TypeError(f"{function}: {low!r}, {high!r}: expected two whole numbers.")
    if not 0 <= low <= high <= _MAX_SIDE:
        raise ValueError(f"{function}: {low}, {high}: expected 0 <= low <= high <= {_MAX_SIDE}.")


def _elements(function: str, elements: object, dtype: str, *, holds_floats: bool) -> Range | SearchStrategy[Any] | None:
    """Return the range or strategy of the elements; None where none is asked for."""
    if elements is None:
        return None
    if not isinstance(elements, SearchStrategy):
        raise TypeError(f"{function}: elements = {elements!r}: expected a strategy, such as floats(-10, 10).")
    numbers = range_of(elements)
    if numbers is not None and numbers.is_float and not holds_floats:
        raise TypeError(f"{function}: elements = floats(...) do not fit dtype = {dtype}. Use integers(low, high).")
    return elements if numbers is None else numbers
