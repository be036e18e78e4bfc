"""Whether algebra proves two formulas to be the same, or to be different.

Runs in the child of `algebra_child` only. sympy is given expressions built from a table of operations, never a text.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import sympy  # type: ignore[import-untyped]

from grader.quiz.marking.algebra_points import Interval, Intervals
from grader.quiz.marking.formula import Wire

SYMBOLIC: dict[str, Callable[..., sympy.Expr]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": sympy.Pow,
    "neg": lambda a: -a,
    "ln": sympy.log,
    "log2": lambda x: sympy.log(x, 2),
    "log10": lambda x: sympy.log(x, 10),
    "exp": sympy.exp,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "relu": lambda x: sympy.Max(0, x),
    "max": sympy.Max,
    "min": sympy.Min,
}


def expression(formula: Wire, symbols: dict[str, sympy.Symbol]) -> sympy.Expr:
    """Return a formula as sympy's expression."""
    op, *rest = formula
    if op == "number":
        fraction = Fraction(str(rest[0]))
        return sympy.Rational(fraction.numerator, fraction.denominator)
    if op == "symbol":
        return symbols.get(str(rest[0])) or {"e": sympy.E, "pi": sympy.pi}[str(rest[0])]
    return SYMBOLIC[str(op)](*(expression(one, symbols) for one in rest if isinstance(one, list)))


def proof(formula: Wire, answer: Wire, intervals: Intervals) -> bool | None:
    """Return whether algebra proves two formulas the same, or different; None where it cannot say."""
    symbols = {name: _symbol(name, one) for name, one in intervals.items()}
    difference = expression(formula, symbols) - expression(answer, symbols)
    for simpler in (sympy.expand, lambda one: sympy.expand(sympy.expand_log(one)), sympy.simplify):
        reduced = simpler(difference)
        if reduced == 0:
            return True
        if not reduced.free_symbols and reduced.is_zero is False:
            return False
        if all(one.low < one.high for one in intervals.values()) and _is_rational_polynomial(reduced):
            return False  # one that is not 0 has other values in every interval, and at some whole numbers
    return None


def _symbol(name: str, interval: Interval) -> sympy.Symbol:
    return sympy.Symbol(name, real=True, positive=interval.low >= 0 or None, integer=interval.whole or None)


def _is_rational_polynomial(expanded: sympy.Expr) -> bool:
    """Return whether an expression is a polynomial of variables whose coefficients are fractions."""
    symbols = sorted(expanded.free_symbols, key=str)
    if not symbols or not expanded.is_polynomial(*symbols):
        return False
    return all(number.is_Rational for number in sympy.Poly(expanded, *symbols).coeffs())
