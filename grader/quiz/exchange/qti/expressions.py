"""Expressions and rules of QTI's response processing, as elements of QTI 2.1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from xml.etree.ElementTree import Element

from grader.quiz.exchange.qti.elements import el

SCORE, MAXSCORE, FEEDBACK = "SCORE", "MAXSCORE", "FEEDBACK"
RIGHT = "RIGHT"  # the feedback that a right answer gets: the explanation
NONE = "NONE"  # the feedback that is none


def variable(name: str) -> Element:
    """Return the value of a response or an outcome."""
    return el("variable", {"identifier": name})


def base(kind: str, value: str) -> Element:
    """Return a constant."""
    return el("baseValue", {"baseType": kind}, value)


def is_correct(name: str) -> Element:
    """Return whether a response is its declaration's correct one."""
    return el("match", None, variable(name), el("correct", {"identifier": name}))


def both_of(tag: str, left: Element, right: Element) -> Element:
    """Return an operator with two operands: `match`, `member`, `gte`, …"""
    return el(tag, None, left, right)


def any_of(conditions: Sequence[Element]) -> Element:
    """Return whether one of these holds; one alone stands for itself."""
    return conditions[0] if len(conditions) == 1 else el("or", None, *conditions)


def all_of(conditions: Sequence[Element]) -> Element:
    """Return whether all of these hold; one alone stands for itself."""
    return conditions[0] if len(conditions) == 1 else el("and", None, *conditions)


def is_text(name: str, text: str, *, case: bool) -> Element:
    """Return whether the text that was typed is this one."""
    wanted = base("string", text)
    return el("stringMatch", {"caseSensitive": str(case).lower()}, variable(name), wanted)


def within(name: str, low: str, high: str) -> Element:
    """Return whether a number lies between two others, these included.

    Not `equal` with a tolerance: players are known that take each of its modes for "exact". And there are some to
    which a field that was left empty is 0.
    """
    answered = el("not", None, el("isNull", None, variable(name)))
    above = both_of("gte", variable(name), base("float", low))
    return el("and", None, answered, above, both_of("lte", variable(name), base("float", high)))


def rounds_to(name: str, value: str, figures: int) -> Element:
    """Return whether a number rounds to the same significant figures."""
    mode = {"roundingMode": "significantFigures", "figures": str(figures)}
    return el("equalRounded", mode, variable(name), base("float", value))


def stands_before(name: str, first: str, second: str, count: int) -> Element:
    """Return whether one of `count` items that were put in order stands before another, near or far."""

    def stands_at(place: int, item: str) -> Element:
        return both_of("match", el("index", {"n": str(place)}, variable(name)), base("identifier", item))

    places = [(i, j) for i in range(1, count + 1) for j in range(i + 1, count + 1)]
    return any_of([el("and", None, stands_at(i, first), stands_at(j, second)) for i, j in places])


def sets(outcome: str, value: Element) -> Element:
    """Return the rule that gives an outcome a value."""
    return el("setOutcomeValue", {"identifier": outcome}, value)


def adds(points: Element) -> Element:
    """Return the rule that adds points to the score."""
    return sets(SCORE, el("sum", None, variable(SCORE), points))


def tells(outcome: str, feedback: str) -> Element:
    """Return the rule that shows a feedback."""
    return sets(outcome, base("identifier", feedback))


def choose(cases: Iterable[tuple[Element, Element]]) -> Element:
    """Return the rule that goes by the first condition that holds. A condition may be given again elsewhere."""
    branches = [
        el("responseElseIf" if place else "responseIf", None, deepcopy(condition), rule)
        for place, (condition, rule) in enumerate(cases)
    ]
    return el("responseCondition", None, *branches)
