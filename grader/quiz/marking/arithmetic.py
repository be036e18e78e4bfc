"""Reading what a student works out in the answer itself: 1/1000, 2**10, 1.1259×10^15, ln(10), 0.1/(1-0.75).

A parser of our own over a folded text, without names, calls or loops: what is not in its grammar is asked back. Text
length, nesting and every intermediate result are capped, so its time and memory are bounded.

    sum      product (("+" | "-") product)*
    product  signed (("*" | "/" | "x" | "X") signed | named)*      127 ln 2, 2π
    signed   ("+" | "-")* power
    power    atom (("^" | "**") signed)?
    atom     numeral | "(" sum ")" | named | "e"
    named    function "(" sum ")" | function atom | "√" atom | "pi" | "π"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from grader.quiz.marking import exact, wording
from grader.quiz.marking.exact import NotReal, TooLarge, Value
from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.numerals import scan

MAX_DEPTH = 40
_WORD = re.compile(r"(?:(?:torch|np|numpy|math)\.)?([A-Za-z]+(?:10|2)?)|[√π]")
_OTHER_BASE = re.compile(r"0[xXbBoO][0-9A-Fa-f]")
_TIMES_TEN = re.compile(r"[xX](?= *[0-9(])")


class _Stop(Exception):
    def __init__(self, problem: Unreadable) -> None:
        self.problem = problem


@dataclass(slots=True)
class _Parser:
    text: str
    commas: bool
    whole: bool
    at: int = 0
    depth: int = 0
    brackets: int = 0  # that are open
    is_bare: bool = False  # the last word was the argument of a function without brackets

    def sum(self) -> Value:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Stop(wording.too_deep())
        total = self.product()
        while sign := self.taken("+", "-"):
            term = self.product()
            total = exact.add(total, term if sign == "+" else exact.negative(term))
        self.depth -= 1
        return total

    def product(self) -> Value:
        result = self.signed()
        has_divided = False
        while True:
            if (self.peek() == "*" and not self.text.startswith("**", self.at)) or self.is_times():
                self.at += 1
                result, has_divided = exact.multiply(result, self.signed()), False
            elif self.taken("/"):
                result, has_divided = exact.divide(result, self.signed()), True
            elif self.is_named():
                if has_divided or self.is_bare:
                    raise _Stop(wording.factor_of_what(self.text, self.text[self.at :]))
                result = exact.multiply(result, self.power())
            else:
                return result

    def is_named(self) -> bool:
        """Return whether a function or π stands here, which multiplies without a sign; "e" could be an exponent's."""
        found = _WORD.match(self.text, self.at)
        return found is not None and (found[1] is None or found[1] == "pi" or found[1] in exact.FUNCTIONS)

    def is_times(self) -> bool:
        self.skip()
        return _TIMES_TEN.match(self.text, self.at) is not None

    def signed(self) -> Value:
        is_negative = False
        while sign := self.taken("+", "-"):
            is_negative ^= sign == "-"
        value = self.power()
        return exact.negative(value) if is_negative else value

    def power(self) -> Value:
        base = self.atom()
        if self.taken("**", "^"):
            self.depth += 1  # a tower of powers descends, too
            if self.depth > MAX_DEPTH:
                raise _Stop(wording.too_deep())
            base = exact.power(base, self.signed())
            self.depth -= 1
        return base

    def atom(self) -> Value:
        if self.taken("("):
            return self.bracketed()
        if _OTHER_BASE.match(self.text, self.at):
            raise _Stop(wording.other_base(self.text))
        numeral = scan(self.text, self.at, commas=self.commas, whole=self.whole)
        if isinstance(numeral, Unreadable):
            raise _Stop(numeral)
        self.is_bare = False
        if numeral is not None:
            if self.brackets and "," in self.text[self.at : numeral.end]:
                raise _Stop(wording.comma_in_brackets(self.text))
            self.at = numeral.end
            return Value(numeral.value)
        return self.named()

    def bracketed(self) -> Value:
        self.brackets += 1
        value = self.sum()
        self.brackets -= 1
        self.is_bare = False
        if not self.taken(")"):
            raise _Stop(wording.unclosed() if self.at >= len(self.text) else self.stopped())
        return value

    def named(self) -> Value:
        found = _WORD.match(self.text, self.at)
        if found is None:
            raise _Stop(wording.unfinished(self.text) if self.at >= len(self.text) else self.stopped())
        name = found[1] or {"√": "sqrt", "π": "pi"}[found[0]]
        constant = {"e": exact.E, "pi": exact.PI}.get(name)
        if constant is None and name not in exact.FUNCTIONS:
            raise _Stop(self.stopped())
        self.at = found.end()
        if constant is not None:
            return constant
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Stop(wording.too_deep())
        self.skip()
        is_bare = self.peek() != "("
        argument = self.atom()
        self.is_bare = is_bare
        self.depth -= 1
        return exact.FUNCTIONS[name](argument)

    def taken(self, *signs: str) -> str:
        """Step over the first of `signs` that stands here, and return it; else ""."""
        self.skip()
        for sign in signs:
            if self.text.startswith(sign, self.at):
                self.at += len(sign)
                self.skip()
                return sign
        return ""

    def peek(self) -> str:
        self.skip()
        return self.text[self.at : self.at + 1]

    def skip(self) -> None:
        while self.text.startswith(" ", self.at):
            self.at += 1

    def stopped(self) -> Unreadable:
        return wording.stopped_at(self.text, self.text[self.at :])


@dataclass(frozen=True, slots=True)
class ArithmeticResult:
    """What an arithmetic expression comes to; `rest` of the text follows it."""

    number: Fraction
    rest: str


def compute(text: str, *, commas: bool = True, whole: bool = False) -> ArithmeticResult | Unreadable:
    """Work out the expression at the beginning of a folded text."""
    parser = _Parser(text, commas, whole)
    parser.skip()
    try:
        number = exact.settled(parser.sum())
    except _Stop as stop:
        return stop.problem
    except ZeroDivisionError:
        return wording.divided_by_zero()
    except TooLarge:
        return wording.too_large()
    except NotReal as error:
        return wording.not_real(str(error))
    parser.skip()
    return ArithmeticResult(number, text[parser.at :])
