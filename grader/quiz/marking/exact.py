"""Arithmetic on fractions with a cap on every result; roots, logarithms and powers to 60 digits.

Nothing here can run long or take much memory: a result that would be larger than the cap is refused before it is
computed, so `9**9**9` ends at once.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isqrt

MAX_BITS = 8_192  # of a numerator or denominator: 10**2466
_CONTEXT = decimal.Context(
    prec=60,
    Emax=decimal.MAX_EMAX,
    Emin=decimal.MIN_EMIN,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
_DIGITS = 45  # that are kept of a result that is not exact: then sqrt(2)^2 is 2
_MAX_POWER_OF_E = 5_000


class TooLarge(ArithmeticError):
    """A number beyond what is worked out."""


class NotReal(ArithmeticError):
    """A function outside its domain; the argument names it."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number; where it is not `exact`, it is right to 60 digits less what the computation lost."""

    number: Fraction
    exact: bool = True


def settled(value: Value) -> Fraction:
    """Return the number itself; one that is not exact is rounded to the digits that are certain."""
    if value.exact:
        return value.number
    rough = decimal.Context(prec=_DIGITS, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
    return Fraction(rough.divide(Decimal(value.number.numerator), Decimal(value.number.denominator)))


def add(left: Value, right: Value) -> Value:
    return _capped(left.number + right.number, exact=left.exact and right.exact)


def negative(value: Value) -> Value:
    return Value(-value.number, value.exact)


def multiply(left: Value, right: Value) -> Value:
    return _capped(left.number * right.number, exact=left.exact and right.exact)


def divide(left: Value, right: Value) -> Value:
    """Return left / right. Raises ZeroDivisionError, TooLarge."""
    return _capped(left.number / right.number, exact=left.exact and right.exact)


def power(base: Value, exponent: Value) -> Value:
    """Return base ** exponent. Raises ZeroDivisionError, TooLarge, NotReal."""
    if exponent.exact and exponent.number.denominator == 1:
        return _whole_power(base, exponent.number.numerator)
    if exponent.exact and exponent.number.denominator == 2:
        return _whole_power(root(base), exponent.number.numerator)
    if base.number < 0:
        raise NotReal("^")
    if base.number == 0:
        return _whole_power(base, 1 if exponent.number > 0 else -1)
    return exponential(multiply(exponent, logarithm(base)))


def _whole_power(base: Value, exponent: int) -> Value:
    number = base.number
    if abs(number) == 1:
        return Value(number if exponent % 2 else Fraction(1))
    if number == 0:
        return Value(number ** max(min(exponent, 1), -1))
    if abs(exponent) * (_bits(number) - 1) > MAX_BITS:
        raise TooLarge
    return _capped(number**exponent, exact=base.exact)


def root(value: Value) -> Value:
    """Return the square root, exactly where it is rational. Raises NotReal."""
    number = value.number
    if number < 0:
        raise NotReal("sqrt")
    above, below = isqrt(number.numerator), isqrt(number.denominator)
    if value.exact and above * above == number.numerator and below * below == number.denominator:
        return Value(Fraction(above, below))
    return _rounded(_CONTEXT.sqrt(_decimal(number)))


def logarithm(value: Value, base: int | None = None) -> Value:
    """Return the natural logarithm, or that to `base`. Raises NotReal."""
    if value.number <= 0:
        raise NotReal("ln")
    natural = _CONTEXT.ln(_decimal(value.number))
    if base is None:
        return Value(Fraction(0)) if value == Value(Fraction(1)) else _rounded(natural)
    return _rounded(_CONTEXT.divide(natural, _CONTEXT.ln(Decimal(base))))


def exponential(value: Value) -> Value:
    """Return e to the power of a number. Raises TooLarge."""
    if abs(value.number) > _MAX_POWER_OF_E:
        raise TooLarge
    return Value(Fraction(1)) if value == Value(Fraction(0)) else _rounded(_CONTEXT.exp(_decimal(value.number)))


def absolute(value: Value) -> Value:
    return Value(abs(value.number), value.exact)


FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "sqrt": root,
    "ln": logarithm,
    "log": logarithm,  # as torch.log, math.log and np.log: natural
    "log2": lambda value: logarithm(value, 2),
    "log10": lambda value: logarithm(value, 10),
    "exp": exponential,
    "abs": absolute,
}


def _capped(number: Fraction, *, exact: bool) -> Value:
    if _bits(number) > MAX_BITS:
        raise TooLarge
    return Value(number, exact)


def _rounded(number: Decimal) -> Value:
    return _capped(Fraction(number), exact=False)


def _decimal(number: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(number.numerator), Decimal(number.denominator))


def _bits(number: Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


E = exponential(Value(Fraction(1)))
PI = Value(Fraction("3.14159265358979323846264338327950288419716939937510582097494459"), exact=False)
