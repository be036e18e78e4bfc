"""Whether two outputs hold the same values and differ in their form alone: `18`, `18.` and `tensor(18.)` for `18.0`.

That is no right answer, as how a program prints is what was asked; but it is another mistake than a wrong value, and
is told apart. It costs what a wrong answer costs: free, it would be a way of asking whether the values are right.
"""

from __future__ import annotations

import re
from fractions import Fraction

from grader.records import Text

ONLY_FORM = Text(
    en="The values are right, but they are not printed like this. Think of how Python prints their types: `2` or "
    "`2.0`, `True`, brackets and commas, `tensor(…)` or not, one line or several.",
    zh="数值都对，但打印出来不是这个样子。想想 Python 如何打印这些类型：`2` 还是 `2.0`，`True`，括号与逗号，"
    "有没有 `tensor(…)`，一行还是多行。",
)
_MAX_CHARACTERS = 2_000  # what is longer than a screen is no slip of form
_MAX_NUMERAL = 40
_VALUE = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*")"""
    r"|(?P<ratio>[-+]?[0-9]+(?:/[0-9]+)?f)(?![\w.])"  # a float of a tensor, as outputs are compared
    r"|(?P<number>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?)(?![\w./])"
    r"|(?P<word>[\w.]+)"
)
_WRAPPERS = frozenset({"tensor", "array", "torch.tensor", "np.array", "parameter", "torch.size", "size", "print"})
_PLAIN = frozenset({"true", "false", "none", "nan", "inf"})  # words that are values


def same_values(one: str, other: str) -> bool:
    """Return whether two outputs, as they are compared, hold the same values in the same order, and any at all."""
    if max(len(one), len(other)) > _MAX_CHARACTERS:
        return False
    values = _values(one)
    return values == _values(other) and any(isinstance(value, Fraction) or value in _PLAIN for value in values)


def _values(output: str) -> list[Fraction | str]:
    found: list[Fraction | str] = []
    for match in _VALUE.finditer(output):
        kind, piece = match.lastgroup, match[0]
        if kind == "word" and piece.lower() in _WRAPPERS:
            continue
        if kind in ("ratio", "number") and len(piece) <= _MAX_NUMERAL:
            found.append(Fraction(piece.rstrip("f").removesuffix(".")))
        else:
            found.append(piece if kind == "text" else piece.lower())
    return found
