"""The value of a formula at a point, to as many digits as are asked for, and whether two formulas agree at many.

Runs in the child of `algebra_child` only. A formula is data: each operation is looked up in a table, and what would be
too large is refused before it is worked out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath  # type: ignore[import-untyped]

from grader.quiz.marking.formula import Wire

DIGITS, _MORE_DIGITS = 50, 200
ENOUGH, _POINTS, _TRIES = 8, 12, 48
_NEAR = mpmath.mpf(10) ** -30
_NOTHING = mpmath.mpf(10) ** -40
_LEAST = mpmath.mpf(10) ** -20  # an answer nearer to zero says nothing at a point
_MAX_MAGNITUDE = 100_000  # bits of an exponent: nothing that a formula of a course comes to
_MAX_LOG_OF_POWER_OF_E = 16  # bits
_DENOMINATOR = 9_973

Point = dict[str, Fraction]
Intervals = Mapping[str, tuple[Fraction, Fraction]]


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
    "sign": mpmath.sign,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
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
    draw = random.Random(9)  # the same answer gets the same mark
    found: list[Sample] = []
    for _ in range(_TRIES if intervals else 1):
        point = {
            name: low + (high - low) * Fraction(draw.randrange(1, _DENOMINATOR), _DENOMINATOR)
            for name, (low, high) in intervals.items()
        }
        try:
            value = value_at(formula, point)
        except Unusable:
            continue
        if value == 0 or abs(value) > _LEAST:
            found.append(Sample(point, value))
        if len(found) == _POINTS:
            break
    return found


def agrees(formula: Wire, found: Sequence[Sample], answer: Wire) -> bool:
    """Return whether a formula has the answer's value at every sample."""
    return all(_agrees_at(formula, sample, answer) for sample in found)


def _agrees_at(formula: Wire, sample: Sample, answer: Wire) -> bool:
    try:
        if _is_near(value_at(formula, sample.point), sample.value):
            return True
        with mpmath.workdps(_MORE_DIGITS):  # what cancels may have lost its digits
            return _is_near(value_at(formula, sample.point), value_at(answer, sample.point))
    except Unusable:
        return False


def _is_near(one: mpmath.mpf, other: mpmath.mpf) -> bool:
    return bool(abs(one - other) <= _NEAR * (abs(one) + abs(other)) + _NOTHING)
