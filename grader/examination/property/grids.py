"""The elements of a tensor, drawn so that its shape can shrink without disturbing them.

Hypothesis shrinks the sequence of choices behind an input. Were as many elements drawn as the shape has, every smaller
shape would shift all later choices, and the failure be lost. So the number of choices does not depend on the shape:
elements are drawn for a box of fixed sides, the largest that may come or a small corner of it, and each element of the
tensor takes the choice of its own place. What lies outside of the box is noise of one further choice, by place, too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from grader.examination.property.numbers import Range

MAX_DRAWN = 40  # elements that shrink one by one
_CORNERS = {0: (), 1: (40,), 2: (6, 6), 3: (3, 3, 4), 4: (2, 2, 3, 3)}  # of a shape that may be larger, by its rank
_SEEDS = 1 << 16
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # of splitmix64


@dataclass(frozen=True, slots=True)
class Grid:
    """Draws the elements of tensors of up to these sides; `sides` None: of any shape."""

    sides: tuple[int, ...] | None

    @property
    def _is_small(self) -> bool:
        return self.sides is not None and math.prod(self.sides) <= MAX_DRAWN

    def draw(self, draw: DrawFn, elements: Range | SearchStrategy[Any], shape: Sequence[int]) -> npt.NDArray[Any]:
        """Return the elements of one tensor, in its shape."""
        box = self._box(len(shape))
        count = math.prod(box) if self.sides is not None else MAX_DRAWN
        if not isinstance(elements, Range):
            return _spread([draw(elements) for _ in range(count)][: math.prod(box)], box, shape)
        grain = draw(elements.grains)
        drawn = [grain.code_of(random) for random in _randoms(draw, elements.width, count)][: math.prod(box)]
        seed = 0 if self._is_small else draw(st.integers(0, _SEEDS - 1))
        made = _noise(grain, shape, seed) if seed else np.full(shape, grain.simplest, dtype=np.int64)
        inner = tuple(slice(0, min(pair)) for pair in zip(shape, box, strict=True))
        made[inner] = np.array(drawn, dtype=np.int64).reshape(box)[inner]
        values = [grain.number(code) for code in made.reshape(-1).tolist()]
        return np.array(values, dtype=np.float64 if elements.is_float else np.int64).reshape(shape)

    def _box(self, rank: int) -> tuple[int, ...]:
        if self.sides is not None and self._is_small:
            return self.sides
        corner = _CORNERS.get(rank, (2, 2, 2, 2, 2, *(1,) * (rank - 5)))
        return corner if self.sides is None else tuple(map(min, self.sides, corner))


def _randoms(draw: DrawFn, width: int, count: int) -> list[int]:
    """Draw that many numbers of `width` bytes as one choice: a choice for each would take a millisecond.

    Hypothesis sorts the bytes of a choice, the largest last: read from behind, those are of the first place, which is
    the one that every shape has.
    """
    raw = draw(st.binary(min_size=width * count, max_size=width * count))
    return [int.from_bytes(raw[at : at + width]) for at in range(0, width * count, width)][::-1]


def _spread(drawn: list[Any], box: tuple[int, ...], shape: Sequence[int]) -> npt.NDArray[Any]:
    """Spread the elements of a strategy that is not ours over a larger shape, over and over."""
    small = np.empty(len(drawn), dtype=object)
    small[:] = drawn
    small = small.reshape(box)
    for axis, side in enumerate(shape):
        small = small.take(np.arange(side) % box[axis], axis=axis)
    return small


def _noise(numbers: Range, shape: Sequence[int], seed: int) -> npt.NDArray[np.int64]:
    """Return codes that are decided by the seed and the place of each element alone."""
    mixed = np.full(shape, seed, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for place in np.indices(tuple(shape), dtype=np.uint64):
            mixed = (mixed + place + np.uint64(1)) * _MIX[0]
            mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX[1]
            mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[2]
            mixed = mixed ^ (mixed >> np.uint64(31))
    span = np.uint64(numbers.high - numbers.low + 1)
    return np.asarray((mixed % span).astype(np.int64) + numbers.low)
