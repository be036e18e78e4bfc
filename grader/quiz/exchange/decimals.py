"""Numbers as QTI writes them: decimal, with a point; and the bounds of what is near enough."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from grader.quiz.marking.mark import Reading
from grader.quiz.marking.numbers import read_number
from grader.quiz.marking.precision import Number, exponent, is_half, rounded, without_noise
from grader.quiz.marking.reader import precision_of
from grader.quiz.model import Precision

_FIGURES = 30  # a number with more is written as the float that it is nearest to
_FLOAT_FIGURES = 17  # as many as a float has, at most
_PLAIN = range(-9, 21)  # exponents of numbers that are written without one
_MORE_FIGURES = 3  # how many figures more than asked for somebody rounds to


def number_in(text: str) -> Number | None:
    """Return the number that a text of a key is, read as a student's; None: it is none."""
    reading = read_number(text)
    return reading.value if isinstance(reading, Reading) else None


def has_end(number: Fraction) -> bool:
    """Return whether a number can be written in decimal, without rounding."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return False
    return Fraction(_decimal(number)) == number


def decimal(number: Fraction) -> str:
    """Return a number in decimal: exactly where that takes few figures, else as the nearest float, if it has one."""
    if has_end(number):
        value = _decimal(number)
    elif _FLOATS.low < abs(number) < _FLOATS.high:
        value = Decimal(repr(float(number)))
    else:
        value = Context(prec=_FLOAT_FIGURES).divide(Decimal(number.numerator), Decimal(number.denominator))
    value = value.normalize(Context(prec=_FIGURES + 5))
    return f"{value:f}" if value.adjusted() in _PLAIN else f"{value:E}"


def _decimal(number: Fraction) -> Decimal:
    return Context(prec=_FIGURES).divide(Decimal(number.numerator), Decimal(number.denominator))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The least and the greatest number that is near enough."""

    low: Fraction
    high: Fraction


_FLOATS = Bounds(low=Fraction(1, 10**300), high=Fraction(10**300))


def bounds(answer: Fraction, precision: Precision | None) -> Bounds | None:
    """Return what the tolerances allow; None: the very number, or what rounds to it."""
    if precision is None:
        return None
    near = Fraction(precision.absolute or 0)
    near = max(near, Fraction(precision.relative or 0) * abs(answer))
    return Bounds(low=answer - near, high=answer + near) if near else None


def settled(answer: Fraction, precision: Precision | None) -> Fraction:
    """Return the number that an answer is marked as: without what floats left behind its twelfth figure."""
    return without_noise(answer, precision_of(precision))


def between(answer: Fraction, figures: int) -> Bounds | None:
    """Return the neighbours of an answer that is a half: they and all between them are right; None: it is none."""
    if not is_half(answer, figures):
        return None
    half = Fraction(10) ** (exponent(answer) - figures + 1) / 2
    return Bounds(low=answer - half, high=answer + half)


def finer(answer: Fraction, figures: int) -> list[Fraction]:
    """Return correct roundings of the answer, to so many figures or a few more, that do not round as it does itself.

    1.23499 rounds to 1.23, but by way of 1.235 to 1.24; who gives 1.235 is right. Of halves see `between`.
    """
    wanted = rounded(answer, figures)
    found = []
    for more in range(_MORE_FIGURES + 1):
        unit = Fraction(10) ** (exponent(answer) - figures - more + 1)
        below = (answer / unit).__floor__() * unit
        found += [value for value in (below, below + unit) if abs(answer - value) <= unit / 2]
    return [value for value in dict.fromkeys(found) if rounded(value, figures) != wanted]
