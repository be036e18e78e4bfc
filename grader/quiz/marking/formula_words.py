"""The words of a formula: numbers, names, functions and signs, as students of any keyboard write them.

A name is known by its letters alone: η and eta, x_1 and x1, ŷ and y_hat are one. What is no known name is taken
apart into known ones where that can be done ("wx", "lnC"), and asked back where it cannot.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from grader.errors import AuthorError
from grader.quiz.marking import wording
from grader.quiz.marking.characters import fold, unraised, without_commands
from grader.quiz.marking.formula import FUNCTIONS
from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.numerals import scan
from grader.records import Text

MAX_WORDS = 150  # a tree of them is walked from its root to its leaves by recursion
_ALIASES = {"log": "ln", "lg": "log10", "ceiling": "ceil", "sgn": "sign", "sigma": "sigmoid", "√": "sqrt"}
_CONSTANTS = ("pi", "e")
_ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde"}
_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu "
    "nu xi omicron pi rho sigma tau upsilon phi chi psi omega"
)
_SMALL = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _LETTERS.split(), strict=True))
_VARIANTS = {"ϵ": "epsilon", "ϑ": "theta", "ϕ": "phi", "ς": "sigma", "µ": "mu"}
_GREEK = _SMALL | _VARIANTS | {letter.upper(): name.capitalize() for letter, name in _SMALL.items()}
_ROUNDED = {"⌈": "ceil(", "⌉": ")", "⌊": "floor(", "⌋": ")"}
_NAME = re.compile(r"(?:(?:torch|math|np|numpy)\.)?([^\W\d_][\w\u0302-\u0305]*)")
_LATEX = frozenset("\\{}")
_SIGN = re.compile(r"\*\*|[-+*/^(),|=√]")


class Kind(Enum):
    NUMBER = "number"
    NAME = "name"  # a variable, "e" or "pi"
    FUNCTION = "function"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `text` is the name as the question writes it, and `value` that of a number."""

    kind: Kind
    text: str
    value: Fraction = Fraction(0)


class Names:
    """The variables of a question, found by any way of writing them.

    Raises: AuthorError for two that are told apart by nothing but that.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.shown = tuple(names)
        self._known = {spelled(name): Word(Kind.NAME, name) for name in self.shown}
        if len(self._known) < len(self.shown):
            alike = ", ".join(self.shown)
            raise AuthorError(
                Text(
                    en=f"variables: {alike}: two of them are one name.",
                    zh=f"variables：{alike}：其中两个是同一个名字。",
                ),
                remedy=Text(
                    en="η and eta, x_1 and x1 are one: rename it.", zh="η 与 eta、x_1 与 x1 视为同名：请改名。"
                ),
            )
        for name in (*FUNCTIONS, *_ALIASES):
            self._known.setdefault(name, Word(Kind.FUNCTION, _ALIASES.get(name, name)))
        for name in _CONSTANTS:
            self._known.setdefault(name, Word(Kind.NAME, name))
        self._pieces = sorted((name for name in self._known if name != "e"), key=len, reverse=True)

    def find(self, text: str) -> list[Word] | None:
        """Return the words that a run of letters stands for; None if it stands for none."""
        name = spelled(text)
        if name in self._known:
            return [self._known[name]]
        same = [word for known, word in self._known.items() if known.lower() == name.lower() and known != "e"]
        if len(same) == 1:
            return same
        return self._apart(name)

    def _apart(self, name: str) -> list[Word] | None:
        """Return the known names that a text is made of, the longest first; None if it is not made of known ones."""
        found: dict[int, list[Word]] = {len(name): []}
        for start in range(len(name) - 1, -1, -1):
            for piece in self._pieces:
                rest = found.get(start + len(piece))
                if rest is not None and name.startswith(piece, start):
                    found[start] = [self._known[piece], *rest]
                    break
        return found.get(0)


def spelled(name: str) -> str:
    """Return the one spelling of a name: "eta" for η, "x1" for x_1, "yhat" for ŷ."""
    parts = unicodedata.normalize("NFD", name)
    return "".join(_ACCENTS.get(c) or _GREEK.get(c) or c for c in parts if c != "_")


def words_of(text: str, names: Names) -> list[Word] | Unreadable:
    """Split a formula into its words; the last is `Kind.END`."""
    bare = unraised(fold(unicodedata.normalize("NFD", text) if not text.isascii() else text))
    bare = without_commands(bare)
    if not _LATEX.isdisjoint(bare):
        return wording.latex()
    bare = "".join(_ROUNDED.get(c) or (str(unicodedata.digit(c)) if "₀" <= c <= "₉" else c) for c in bare)
    words: list[Word] = []
    at = 0
    while at < len(bare):
        if bare[at] == " ":
            at += 1
            continue
        step = _word(bare, at, names)
        if isinstance(step, Unreadable):
            return step
        words += step.words
        at = step.end
        if len(words) > MAX_WORDS:
            return wording.too_many_words()
    return [*words, Word(Kind.END, "")]


@dataclass(frozen=True, slots=True)
class _Step:
    words: list[Word]
    end: int


def _word(bare: str, at: int, names: Names) -> _Step | Unreadable:
    numeral = scan(bare, at, commas=False, whole=False)
    if isinstance(numeral, Unreadable):
        return numeral
    if numeral is not None:
        return _Step([Word(Kind.NUMBER, bare[at : numeral.end], numeral.value)], numeral.end)
    sign = _SIGN.match(bare, at)
    if sign:
        text = {"**": "^", "√": "sqrt"}.get(sign[0], sign[0])
        return _Step([Word(Kind.FUNCTION if text == "sqrt" else Kind.SIGN, text)], sign.end())
    name = _NAME.match(bare, at)
    if name is None:
        return wording.character(bare[at])
    found = names.find(name[1])
    if found is not None:
        return _Step(found, name.end())
    return wording.unknown_name(name[1], names.shown, FUNCTIONS if len(name[1]) > 1 else ())
