"""Where two formulas are compared: at random points of the variables' intervals, and at those that are special.

Runs in the child of `algebra_child` only. Random points tell nearly all formulas apart. Where a formula has steps or
kinks it may differ from another one at a few places alone: `ceil(N/B)` and `floor(N/B) + 1` where B divides N,
`x + relu(x - 2.9999)` and `x` at the end of [-3, 3]. So special points are added: ends, whole numbers, numbers that
divide each other, and the constants that stand in either formula.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.quiz.marking.formula import Wire

Point = dict[str, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Where a variable lies, both ends included; `whole`: at whole numbers alone."""

    low: Fraction
    high: Fraction
    whole: bool = False

    def between(self, draw: random.Random) -> Fraction:
        """Return any number of it."""
        if self.whole:
            return Fraction(draw.randint(math.ceil(self.low), math.floor(self.high)))
        below = draw.randrange(_SMALLEST, _LARGEST)
        return self.low + (self.high - self.low) * Fraction(draw.randrange(1, below), below)

    def multiple(self, base: Fraction, draw: random.Random) -> Fraction:
        """Return a multiple of `base` in it; without one, any number."""
        least, most = math.ceil(self.low / base), math.floor(self.high / base)
        found = draw.randint(least, most) * base if least <= most else self.between(draw)
        return found if found in self else self.between(draw)

    def __contains__(self, number: Fraction) -> bool:
        return self.low <= number <= self.high and (not self.whole or number.denominator == 1)


Intervals = Mapping[str, Interval]

_SMALLEST, _LARGEST = 10**50, 10**51  # denominators: no formula is long enough to hold a multiple of all of them
_KINKS = frozenset({"abs", "sign", "floor", "ceil", "relu", "max", "min"})
_WHOLE_POINTS = 4
_MAX_CONSTANTS, _MAX_MULTIPLES, _MAX_AT_CONSTANTS = 8, 24, 40
_MAX_DIVISOR = 10**6


def random_points(intervals: Intervals) -> Iterator[Point]:
    """Yield points without end, the same ones for the same intervals; one where there is no variable."""
    draw = random.Random(9)  # the same answer gets the same mark
    while True:
        yield _anywhere(intervals, draw)
        if not intervals:
            return


def special_points(formulas: Sequence[Wire], intervals: Intervals) -> list[Point]:
    """Return points at which formulas may differ that are the same at nearly all others."""
    if not intervals:
        return []
    draw = random.Random(10)
    points = [*_ends(intervals, draw), *(_whole(intervals, draw) for _ in range(_WHOLE_POINTS))]
    if any(_has_kinks(one) for one in formulas):
        constants = sorted({abs(number) for one in formulas for number in _constants(one)} - {0})[:_MAX_CONSTANTS]
        points += list(_multiples(intervals, constants, draw))[:_MAX_MULTIPLES]
        points += list(_at_constants(intervals, constants, draw))[:_MAX_AT_CONSTANTS]
    return points


def _ends(intervals: Intervals, draw: random.Random) -> Iterator[Point]:
    """Yield two corners, and each end of each variable with the others anywhere."""
    yield {name: one.low for name, one in intervals.items()}
    yield {name: one.high for name, one in intervals.items()}
    for name, one in intervals.items():
        for end in (one.low, one.high):
            yield {**_anywhere(intervals, draw), name: end}


def _whole(intervals: Intervals, draw: random.Random) -> Point:
    return {name: one.multiple(Fraction(1), draw) for name, one in intervals.items()}


def _multiples(intervals: Intervals, constants: Sequence[Fraction], draw: random.Random) -> Iterator[Point]:
    """Yield points at which all variables are multiples of one of them, or of a constant, where they can be."""
    for name, one in intervals.items():
        least = max(Fraction(math.ceil(one.low)), Fraction(1))
        for base in (least, abs(one.multiple(Fraction(1), draw))):
            if base in one and base:
                yield {**_all_multiples(intervals, base, draw), name: base}
    for base in constants:
        if base.denominator == 1 and 1 < base <= _MAX_DIVISOR:
            yield _all_multiples(intervals, base, draw)


def _at_constants(intervals: Intervals, constants: Sequence[Fraction], draw: random.Random) -> Iterator[Point]:
    for constant in constants:
        for name, one in intervals.items():
            for value in (constant, -constant):
                if value in one:
                    yield {**_anywhere(intervals, draw), name: value}


def _anywhere(intervals: Intervals, draw: random.Random) -> Point:
    return {name: one.between(draw) for name, one in intervals.items()}


def _all_multiples(intervals: Intervals, base: Fraction, draw: random.Random) -> Point:
    return {name: one.multiple(base, draw) for name, one in intervals.items()}


def _has_kinks(formula: Wire) -> bool:
    return formula[0] in _KINKS or any(_has_kinks(one) for one in formula[1:] if isinstance(one, list))


def _constants(formula: Wire) -> Iterator[Fraction]:
    if formula[0] == "number":
        yield Fraction(str(formula[1]))
    for one in formula[1:]:
        if isinstance(one, list):
            yield from _constants(one)
