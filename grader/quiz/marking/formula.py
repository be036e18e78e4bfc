"""A formula as data: numbers, variables, operations. Nothing in it can be run, and it is shown as it was understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from grader.quiz.marking import exact
from grader.quiz.marking.exact import TooLarge, Value
from grader.quiz.marking.numbers import plain

MAX_EXPONENT = 1_000  # of a variable: what is larger is a slip, and slow to work with

FUNCTIONS: dict[str, int] = {  # how many arguments each takes; 0: two or more
    **dict.fromkeys(("ln", "log2", "log10", "exp", "sqrt", "abs", "sign", "floor", "ceil"), 1),
    **dict.fromkeys(("sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid", "relu"), 1),
    **dict.fromkeys(("max", "min"), 0),
}


@dataclass(frozen=True, slots=True)
class Constant:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable of the question, or "e" or "pi"."""

    name: str


@dataclass(frozen=True, slots=True)
class Applied:
    """An operation: "+", "-", "*", "/", "^", "neg", or a function by its name."""

    op: str
    arguments: tuple[Formula, ...]


Formula = Constant | Symbol | Applied
Wire = list[object]  # a formula as JSON holds it: ["number", "1/3"], ["symbol", "x"], ["+", [...], [...]]


def to_wire(formula: Formula) -> Wire:
    """Return a formula as JSON holds it."""
    if isinstance(formula, Constant):
        return ["number", str(formula.value)]
    if isinstance(formula, Symbol):
        return ["symbol", formula.name]
    return [formula.op, *map(to_wire, formula.arguments)]


def folded(formula: Formula) -> Formula:
    """Return a formula in which rational numbers are worked out, so that none of its powers can be a surprise.

    Raises: TooLarge, ZeroDivisionError.
    """
    if not isinstance(formula, Applied):
        return formula
    arguments = tuple(map(folded, formula.arguments))
    numbers = [Value(one.value) for one in arguments if isinstance(one, Constant)]
    if formula.op == "^":
        _check_power(*arguments)
    if len(numbers) == len(arguments) and formula.op in _RATIONAL:
        result = _RATIONAL[formula.op](*numbers)
        if result.exact:
            return Constant(result.number)
    return Applied(formula.op, arguments)


def _check_power(base: Formula, exponent: Formula) -> None:
    if isinstance(exponent, Constant):
        limit = exact.MAX_BITS if isinstance(base, Constant) else MAX_EXPONENT
        if abs(exponent.value) > limit or exponent.value.denominator > limit:
            raise TooLarge


def _power(base: Value, exponent: Value) -> Value:
    # A root stays a root: the formula must not lose digits.
    return exact.power(base, exponent) if exponent.number.denominator == 1 else Value(base.number, exact=False)


_RATIONAL: dict[str, Callable[..., Value]] = {
    "+": exact.add,
    "-": lambda left, right: exact.add(left, exact.negative(right)),
    "*": exact.multiply,
    "/": exact.divide,
    "^": _power,
    "neg": exact.negative,
}

# ------------------------------------------------------------------------------------------------------- showing

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(1, 6)
_STRENGTH = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "neg": _SIGN, "^": _POWER}
_SIGNS = {"+": " + ", "-": " - ", "*": "·", "/": "/", "^": "^"}


def written(formula: Formula) -> str:
    """Return a formula on one line, with the brackets that say how it was read: "2·x/(y + 1)"."""
    return _written(formula)[0]


def _written(formula: Formula) -> tuple[str, int]:
    """Return the text, and how strongly its parts are bound together."""
    if isinstance(formula, Constant):
        text = plain(formula.value)
        return text, _ATOM if (formula.value >= 0 and formula.value.denominator == 1) or "." in text else _SUM
    if isinstance(formula, Symbol):
        return formula.name, _ATOM
    strength = _STRENGTH.get(formula.op, _ATOM)
    if strength == _ATOM:
        return f"{formula.op}({', '.join(written(one) for one in formula.arguments)})", _ATOM
    if formula.op == "neg":
        return f"-{_at_least(formula.arguments[0], _POWER)}", _SIGN
    left, right = formula.arguments
    ties = {"+": (_SUM, _SUM), "-": (_SUM, _PRODUCT), "*": (_PRODUCT, _POWER), "/": (_PRODUCT, _POWER)}
    at_left, at_right = ties.get(formula.op, (_ATOM, _ATOM))
    return f"{_at_least(left, at_left)}{_SIGNS[formula.op]}{_at_least(right, at_right)}", strength


def _at_least(formula: Formula, strength: int) -> str:
    text, own = _written(formula)
    return text if own >= strength else f"({text})"
