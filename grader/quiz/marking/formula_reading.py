"""Reading a formula: a parser of our own, over an allow-list of names and functions. Nothing of it is ever evaluated.

    sum       product (("+" | "-") product)*
    product   signed (("*" | "/") signed | factor)*      a factor without a sign before it multiplies: 2x, x(y + 1)
    signed    ("+" | "-")* power
    power     factor (("^" | "**") signed)?
    factor    number | name | "(" sum ")" | "|" sum "|" | called
    called    function ["^" number] ("(" sum ("," sum)* ")" | number | name)

What two readers would read differently is asked back: 1/2x, ln 2x, ln x^2. So is a power that stands before the
argument, but where it has one meaning only: sin^2 x is sin(x)^2, and sin^-1 x could be the inverse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import both
from grader.quiz.marking import wording
from grader.quiz.marking.exact import NotReal, TooLarge
from grader.quiz.marking.formula import FUNCTIONS, Applied, Constant, Formula, Symbol, folded, written
from grader.quiz.marking.formula_words import Kind, Names, Word, words_of
from grader.quiz.marking.mark import Reading, Unreadable

MAX_CHARACTERS = 500
MAX_DEPTH = 40
_RAISED = frozenset(("sin", "cos", "tan", "sinh", "cosh", "tanh", "ln", "log2", "log10", "sigmoid", "relu"))
_LEFT_SIDE = re.compile(r"\s*[^\W\d]\w*\s*(?:\(\s*\w+\s*\))?\s*(?:=|＝)=?(?!=)")


class _Stop(Exception):
    def __init__(self, problem: Unreadable) -> None:
        self.problem = problem


def read_formula(text: str, names: Names) -> Reading[Formula] | Unreadable:
    """Read a formula in the variables of a question; its rational numbers are worked out."""
    if len(text) > MAX_CHARACTERS:
        return wording.too_long(MAX_CHARACTERS)
    if not text.strip():
        return wording.blank()
    left = _LEFT_SIDE.match(text)
    words = words_of(text[left.end() :] if left else text, names)
    if isinstance(words, Unreadable):
        return words
    try:
        formula = _Parser(words, text).whole()
        return Reading(value=folded(formula), shown=both(written(formula)))
    except _Stop as stop:
        return stop.problem
    except ZeroDivisionError:
        return wording.divided_by_zero()
    except TooLarge:
        return wording.too_large()
    except NotReal as error:
        return wording.not_real(str(error))


@dataclass(slots=True)
class _Parser:
    words: list[Word]
    text: str
    at: int = 0
    depth: int = 0
    bars: int = 0  # that are open: a bar then closes

    def whole(self) -> Formula:
        formula = self.sum()
        if self.now.text == "=":
            raise _Stop(wording.is_an_equation())
        if self.now.kind is not Kind.END:
            raise _Stop(self.stopped())
        return formula

    @property
    def now(self) -> Word:
        return self.words[self.at]

    def sum(self) -> Formula:
        self.deeper()
        total = self.product()
        while sign := self.taken("+", "-"):
            total = Applied(sign, (total, self.product()))
        self.depth -= 1
        return total

    def product(self) -> Formula:
        result = self.signed()
        divisor: Formula | None = None  # what the last "/" divides by: a factor behind it could belong to it
        while True:
            if self.taken("*"):
                result, divisor = Applied("*", (result, self.signed())), None
            elif self.taken("/"):
                divisor = self.signed()
                result = Applied("/", (result, divisor))
            elif self.is_factor():
                is_number = self.now.kind is Kind.NUMBER
                factor = self.power()
                if divisor is not None:
                    raise _Stop(self.two_ways(result, divisor, factor))
                if is_number:
                    raise _Stop(wording.could_mean(self.text, *self.product_or_power(result, factor)))
                result = Applied("*", (result, factor))
            else:
                return result

    def is_factor(self) -> bool:
        """Return whether something stands here that multiplies without a sign."""
        word = self.now
        return word.kind in (Kind.NUMBER, Kind.NAME, Kind.FUNCTION) or word.text == "("

    def two_ways(self, quotient: Formula, divisor: Formula, factor: Formula) -> Unreadable:
        above = quotient.arguments[0] if isinstance(quotient, Applied) else quotient
        second = Applied("/", (above, Applied("*", (divisor, factor))))
        return wording.could_mean(self.text, f"({written(quotient)})·{written(factor)}", written(second))

    @staticmethod
    def product_or_power(left: Formula, right: Formula) -> tuple[str, str]:
        return written(Applied("*", (left, right))), written(Applied("^", (left, right)))

    def signed(self) -> Formula:
        is_negative = False
        while sign := self.taken("+", "-"):
            is_negative ^= sign == "-"
        value = self.power()
        return Applied("neg", (value,)) if is_negative else value

    def power(self) -> Formula:
        base = self.factor()
        if self.taken("^"):
            self.deeper()
            base = Applied("^", (base, self.signed()))
            self.depth -= 1
        return base

    def factor(self) -> Formula:
        word = self.now
        if word.kind is Kind.END:
            raise _Stop(wording.unfinished(self.text))
        if word.kind is Kind.SIGN:
            return self.bracketed()
        self.at += 1
        if word.kind is Kind.NUMBER:
            return Constant(word.value)
        return Symbol(word.text) if word.kind is Kind.NAME else self.called(word.text)

    def bracketed(self) -> Formula:
        if self.taken("("):
            inside = self.sum()
            self.close(")")
            return inside
        if self.now.text == "|" and not self.bars:
            self.at += 1
            self.bars += 1
            inside = self.sum()
            self.close("|")
            self.bars -= 1
            return Applied("abs", (inside,))
        raise _Stop(self.stopped())

    def called(self, name: str) -> Formula:
        if self.now.text == "^":
            return self.raised(name)
        if not self.taken("("):
            return Applied(name, (self.bare_argument(name),))
        arguments = [self.sum()]
        while self.taken(","):
            arguments.append(self.sum())
        self.close(")")
        wanted = FUNCTIONS[name]
        if len(arguments) != wanted and (wanted or len(arguments) < 2):
            raise _Stop(wording.arguments(name, wanted))
        return Applied(name, tuple(arguments))

    def raised(self, name: str) -> Formula:
        """Return the power of a function whose exponent stands before its argument: sin^2(x)."""
        self.at += 1
        in_brackets, sign = self.taken("("), self.taken("-")
        is_number = self.now.kind is Kind.NUMBER
        exponent, shown = self.now.value, f"{sign}{self.now.text}" if is_number else ""
        self.at += is_number
        is_closed = not in_brackets or bool(self.taken(")"))
        is_plain = is_number and is_closed and not sign and exponent.denominator == 1 and exponent > 1
        if not is_plain or name not in _RAISED or self.now.kind is Kind.END or self.now.text == "^":
            raise _Stop(wording.raised_function(name, shown))
        return Applied("^", (self.called(name), Constant(exponent)))

    def bare_argument(self, name: str) -> Formula:
        """Return the argument of a function without brackets: one number or name, with nothing bound to it."""
        if self.now.kind not in (Kind.NUMBER, Kind.NAME):
            raise _Stop(wording.arguments(name, 1) if self.now.kind is Kind.END else self.stopped())
        argument = self.factor()
        if self.now.text == "^" or self.is_factor():
            more = "^…" if self.now.text == "^" else "·…"
            inner, outer = f"{name}({written(argument)}{more})", f"{name}({written(argument)}){more}"
            raise _Stop(wording.could_mean(self.text, inner, outer))
        return argument

    def taken(self, *signs: str) -> str:
        word = self.now
        if word.kind is Kind.SIGN and word.text in signs:
            self.at += 1
            return word.text
        return ""

    def close(self, sign: str) -> None:
        if not self.taken(sign):
            raise _Stop(wording.unclosed() if self.now.kind is Kind.END else self.stopped())

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Stop(wording.too_deep())

    def stopped(self) -> Unreadable:
        if self.now.text == ",":
            return wording.comma()
        return wording.character(self.now.text) if self.now.text else wording.unfinished(self.text)
