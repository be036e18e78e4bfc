"""Numbers that a student can read: on a grid of few decimals, towards 0 as they shrink.

A number is drawn as a whole number of grid steps, and a tensor of them takes one choice more for all: its `grain`, how
many decimals they have. Hypothesis shrinks the grain to 0 (whole numbers) and the steps towards 0.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

MAX_DECIMALS = 6
_MOST = 1e15  # of a bound: beyond it a double does not tell neighbouring steps apart


@dataclass(frozen=True)  # no slots: what draws is made once
class Range:
    """Numbers from `low` to `high` with at most `decimals` decimals, or one of `special` now and then."""

    low: int  # in steps of the last decimal
    high: int
    decimals: int
    is_float: bool
    special: tuple[float, ...] = ()

    @functools.cached_property
    def grains(self) -> SearchStrategy[Range]:
        """Return what draws one of the coarser ranges within this one, the coarsest being the simplest, or itself."""
        coarser = [self._at(decimals) for decimals in sorted({0, min(1, self.decimals)} - {self.decimals})]
        return st.sampled_from([*(grain for grain in coarser if grain.low <= grain.high), self])

    def _at(self, decimals: int) -> Range:
        step = 10 ** (self.decimals - decimals)
        return Range(-(-self.low // step), self.high // step, decimals, self.is_float, self.special)

    @functools.cached_property
    def codes(self) -> SearchStrategy[int]:
        """Return what draws one number: its steps; codes above `high` stand for the special values."""
        return st.integers(self.low, self._highest_code)

    @functools.cached_property
    def simplest(self) -> int:
        """Return the code that all others shrink to."""
        return min(max(0, self.low), self.high)

    @functools.cached_property
    def width(self) -> int:
        """Return how many random bytes make a code."""
        return (self._highest_code - self.low).bit_length() // 8 + 1

    def code_of(self, random: int) -> int:
        """Return the code of a random number, the simpler the smaller it is: 0, 1, -1, 2, -2 and so on."""
        above, below = self._highest_code - self.simplest, self.simplest - self.low
        span = above + below + 1
        random = (random & ((1 << span.bit_length()) - 1)) % span  # bits that decide nothing shrink to 0 at once
        both = min(above, below)
        if random <= 2 * both:
            return self.simplest + ((random + 1) // 2 if random % 2 else -(random // 2))
        return self.simplest + (random - both if above > below else both - random)

    def number(self, code: int) -> float:
        """Return the number that a code stands for."""
        if code > self.high:
            return self.special[(code - self.high - 1) // self._slots]
        return code / 10**self.decimals if self.is_float else code

    @functools.cached_property
    def _highest_code(self) -> int:
        return self.high + len(self.special) * self._slots

    @functools.cached_property
    def _slots(self) -> int:
        return (self.high - self.low) // 10 + 1  # each special value about one time in ten


_RANGES: WeakKeyDictionary[SearchStrategy[Any], Range] = WeakKeyDictionary()


def floats(low: float, high: float, *, decimals: int = 3, special: Sequence[float] = ()) -> SearchStrategy[float]:
    """Numbers from `low` to `high`, both included, of at most `decimals` decimals.

    `special` numbers are mixed in, such as `[float("inf"), float("nan"), 1e30]`.
    Raises: ValueError or TypeError for what is no range.
    """
    _check_numbers("floats", low, high)
    if not (isinstance(decimals, int) and 0 <= decimals <= MAX_DECIMALS):
        raise ValueError(f"floats: decimals = {decimals!r}: expected a whole number from 0 to {MAX_DECIMALS}.")
    step = 10**decimals
    first, last = math.ceil(round(low * step, 6)), math.floor(round(high * step, 6))
    if first > last:
        raise ValueError(
            f"floats({low}, {high}): no number of {decimals} decimals lies between them. Give more `decimals`."
        )
    return _known(Range(first, last, decimals, True, tuple(float(value) for value in special)))


def integers(low: int, high: int) -> SearchStrategy[int]:
    """Whole numbers from `low` to `high`, both included. Raises: ValueError or TypeError for what is no range."""
    _check_numbers("integers", low, high)
    if type(low) is not int or type(high) is not int:
        raise TypeError(f"integers({low!r}, {high!r}): expected two whole numbers. For others use floats(low, high).")
    return _known(Range(low, high, 0, False))


def _check_numbers(function: str, low: object, high: object) -> None:
    for value in (low, high):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{function}({low!r}, {high!r}): expected two numbers, the smaller one first.")
    if not (low <= high and max(abs(low), abs(high)) <= _MOST):  # type: ignore[operator,arg-type]  # checked above
        raise ValueError(
            f"{function}({low}, {high}): expected two finite numbers, the smaller one first, none beyond {_MOST:g}."
        )


def _known(numbers: Range) -> SearchStrategy[Any]:
    made = _number(numbers)
    _RANGES[made] = numbers
    return made


@st.composite
def _number(draw: DrawFn, numbers: Range) -> float:
    grain = draw(numbers.grains)
    return grain.number(draw(grain.codes))


def range_of(elements: SearchStrategy[Any]) -> Range | None:
    """Return the range that made a strategy; None where it comes from elsewhere."""
    return _RANGES.get(elements)
