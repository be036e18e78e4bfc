"""The value of a formula at a point, to as many digits as are asked for, and whether two formulas agree at many.

Runs in the child of `algebra_child` only. A formula is data: each operation is looked up in a table, and what would be
too large is refused before it is worked out.

With 50 digits formulas that are the same agree to 30, or have lost more by cancelling. Those that agree are worked out
to 200 digits, of which they can then lose no more than 20: so what is added to hide behind the first 30 digits shows.

At a special point (`algebra_points`) a formula may have no value, or one that rounding decides, though it is right
everywhere else: `x/|x|` at 0, `tan(pi*x/2)` at 1. There only two certain values that differ count against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

import mpmath  # type: ignore[import-untyped]

from grader.quiz.marking.algebra_points import Intervals, Point, random_points, special_points
from grader.quiz.marking.formula import Wire

DIGITS, _MORE_DIGITS = 50, 200
ENOUGH, _POINTS, _TRIES = 8, 12, 48
_NEAR, _NOTHING = mpmath.mpf(10) ** -30, mpmath.mpf(10) ** -40
_ALIKE = mpmath.mpf(10) ** -100  # of 200 digits
_CERTAIN = mpmath.mpf(10) ** -20
_LEAST = mpmath.mpf(10) ** -20  # an answer nearer to zero says nothing at a point
_MAX_MAGNITUDE = 100_000  # bits of an exponent: nothing that a formula of a course comes to
_MAX_LOG_OF_POWER_OF_E = 16  # bits


class Unusable(ArithmeticError):
    """A formula has no finite real value at a point."""


def _checked(value: mpmath.mpf) -> mpmath.mpf:
    if isinstance(value, mpmath.mpc):
        if value.imag != 0:
            raise Unusable
        value = value.real
    if not mpmath.isfinite(value) or mpmath.mag(value) > _MAX_MAGNITUDE:
        raise Unusable
    return value


def _raised(base: mpmath.mpf, exponent: mpmath.mpf) -> mpmath.mpf:
    # The size of the result is known before it is worked out.
    if base and abs(exponent) * max(abs(mpmath.mag(base)), 1) > _MAX_MAGNITUDE:
        raise Unusable
    return mpmath.power(base, exponent)


def _exponential(value: mpmath.mpf) -> mpmath.mpf:
    if mpmath.mag(value) > _MAX_LOG_OF_POWER_OF_E:
        raise Unusable
    return mpmath.exp(value)


def _noise() -> mpmath.mpf:
    """Return what rounding may leave of nothing, with the digits of now."""
    return mpmath.mpf(10) ** -(mpmath.mp.dps * 7 // 10)


def _whole(value: mpmath.mpf, rounding: Callable[[mpmath.mpf], mpmath.mpf]) -> mpmath.mpf:
    """Return a number rounded down or up; one that is whole but for noise is whole: ceil(0.3/0.1) is 3."""
    nearest = mpmath.nint(value)
    return nearest if abs(value - nearest) <= _noise() * max(abs(value), 1) else rounding(value)


def _sign(value: mpmath.mpf) -> mpmath.mpf:
    return mpmath.mpf(0) if abs(value) <= _noise() else mpmath.sign(value)


NUMERIC: dict[str, Callable[..., mpmath.mpf]] = {
    "+": mpmath.fadd,
    "-": mpmath.fsub,
    "*": mpmath.fmul,
    "/": mpmath.fdiv,
    "^": _raised,
    "neg": mpmath.fneg,
    "ln": mpmath.log,
    "log2": lambda x: mpmath.log(x, 2),
    "log10": lambda x: mpmath.log(x, 10),
    "exp": _exponential,
    "sqrt": mpmath.sqrt,
    "abs": mpmath.fabs,
    "sign": _sign,
    "floor": lambda x: _whole(x, mpmath.floor),
    "ceil": lambda x: _whole(x, mpmath.ceil),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "sinh": lambda x: (_exponential(x) - _exponential(-x)) / 2,
    "cosh": lambda x: (_exponential(x) + _exponential(-x)) / 2,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + _exponential(-x)),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "max": max,
    "min": min,
}


def value_at(formula: Wire, point: Point) -> mpmath.mpf:
    """Return the real value of a formula at a point, to mpmath's present precision. Raises Unusable."""
    op, *rest = formula
    if op == "number":
        fraction = Fraction(str(rest[0]))
        return mpmath.mpf(fraction.numerator) / fraction.denominator
    if op == "symbol":
        if rest[0] in point:
            given = point[str(rest[0])]
            return mpmath.mpf(given.numerator) / given.denominator
        return {"e": mpmath.e, "pi": mpmath.pi}[str(rest[0])] + mpmath.mpf(0)
    arguments = [value_at(one, point) for one in rest if isinstance(one, list)]
    try:
        return _checked(NUMERIC[str(op)](*arguments))
    except (ZeroDivisionError, ValueError, OverflowError):
        raise Unusable from None


@dataclass(frozen=True, slots=True)
class Sample:
    """A point at which the author's formula has a value."""

    point: Point
    value: mpmath.mpf


def samples(formula: Wire, intervals: Intervals) -> list[Sample]:
    """Return points of the intervals at which a formula has a value that is not all but nothing."""
    found: list[Sample] = []
    for point in islice(random_points(intervals), _TRIES):
        try:
            value = value_at(formula, point)
        except Unusable:
            continue
        if value == 0 or abs(value) > _LEAST:
            found.append(Sample(point, value))
        if len(found) == _POINTS:
            break
    return found


def agrees(formula: Wire, found: Sequence[Sample], answer: Wire, intervals: Intervals) -> bool:
    """Return whether a formula has the answer's value at every sample, and no other one at a special point."""
    return all(_agrees_at(formula, sample, answer) for sample in found) and not any(
        _differs_at(formula, answer, point) for point in special_points((formula, answer), intervals)
    )


def _agrees_at(formula: Wire, sample: Sample, answer: Wire) -> bool:
    try:
        is_near = _is_near(value_at(formula, sample.point), sample.value)
        with mpmath.workdps(_MORE_DIGITS):  # what cancels may have lost its digits
            ours, theirs = value_at(formula, sample.point), value_at(answer, sample.point)
            return abs(ours - theirs) <= _ALIKE * (abs(ours) + abs(theirs) + 1) if is_near else _is_near(ours, theirs)
    except Unusable:
        return False


def _is_near(one: mpmath.mpf, other: mpmath.mpf) -> bool:
    return bool(abs(one - other) <= _NEAR * (abs(one) + abs(other)) + _NOTHING)


def _differs_at(formula: Wire, answer: Wire, point: Point) -> bool:
    """Return whether both have a value at a special point that is certain, and these are not the same."""
    try:
        if _is_near(value_at(formula, point), value_at(answer, point)):
            return False
        if _is_at_jump(formula, point) or _is_at_jump(answer, point):
            return False
        ours, theirs = _certain_value(formula, point), _certain_value(answer, point)
    except Unusable:
        return False
    return not _is_near(ours, theirs)


def _certain_value(formula: Wire, point: Point) -> mpmath.mpf:
    """Return a value that more digits leave as it is. Raises Unusable: it is a pole, but for rounding."""
    value = value_at(formula, point)
    with mpmath.workdps(_MORE_DIGITS):
        exact = value_at(formula, point)
        if abs(value - exact) > _CERTAIN * abs(exact) + _NOTHING:
            raise Unusable
    return exact


def _is_at_jump(formula: Wire, point: Point) -> bool:
    """Return whether a formula takes the sign of 0: what that is, everybody may say as they like."""
    parts = [one for one in formula[1:] if isinstance(one, list)]
    if formula[0] == "sign" and _sign(value_at(parts[0], point)) == 0:
        return True
    return any(_is_at_jump(one, point) for one in parts)
