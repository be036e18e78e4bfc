"""One question, or one part of a question, as QTI asks for it and marks it.

`Asking` says what a question's own interactions, declarations and rules are; `item` puts those of all parts together.
`choosing` and `typing` make them, each for its types.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.quiz.exchange.decimals import decimal
from grader.quiz.exchange.leaf import Leaf, Remark
from grader.quiz.exchange.qti import expressions as q
from grader.quiz.exchange.qti.elements import el
from grader.records import Language

_DIGITS = 12  # of the points of a row or a tick


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSlot:
    """Where a question stands: the name of its response, what it counts, the language that is spoken."""

    response: str  # RESPONSE, or RESPONSE_outer
    points: Fraction
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A known wrong answer: when it was given, and what is known of it."""

    condition: Element
    remark: Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question as QTI has it. `rules` add its points to the score."""

    declarations: tuple[Element, ...]
    body: tuple[Element, ...]
    right: Element
    rules: tuple[Element, ...]
    smallest: Fraction  # what the smallest mistake costs
    known: tuple[Seen, ...] = ()
    is_one: bool = True  # of what is known, the first that holds is meant
    unless: Element | None = None  # where this holds, nothing is said


def declaration(name: str, cardinality: str, kind: str, correct: list[str], *more: Element) -> Element:
    """Return the declaration of a response."""
    values = [el("value", None, value) for value in correct]
    known = [el("correctResponse", None, *values)] if values else []
    return el("responseDeclaration", {"identifier": name, "cardinality": cardinality, "baseType": kind}, *known, *more)


def all_or_nothing(right: Element, place: ResponseSlot) -> tuple[Element, ...]:
    """Return the rule by which a right answer earns the points, and any other nothing."""
    return (q.choose([(right, q.adds(q.base("float", decimal(place.points))))]),)


def by_mapping(place: ResponseSlot) -> tuple[Element, ...]:
    """Return the rule by which the declaration's mapping says what an answer earns."""
    answered = el("not", None, el("isNull", None, q.variable(place.response)))
    return (q.choose([(answered, q.adds(el("mapResponse", {"identifier": place.response})))]),)


def mapping(shares: list[tuple[str, Fraction]], place: ResponseSlot) -> Element:
    """Return a mapping from keys to shares of the points; less than none and more than all are cut off.

    Shares that have no end are rounded up, so that all of them together never come to less than all.
    """
    scale = 10**_DIGITS
    entries = []
    for key, share in shares:
        exact = share * place.points * scale
        cut = math.ceil(exact) if share > 0 else math.floor(exact) - (0 if exact.denominator == 1 else len(shares))
        entries.append(el("mapEntry", {"mapKey": key, "mappedValue": decimal(Fraction(cut, scale))}))
    limits = {"lowerBound": "0", "upperBound": decimal(place.points), "defaultValue": "0"}
    return el("mapping", limits, *entries)


def weights(points: Sequence[Fraction]) -> list[Fraction]:
    """Return what parts count, the least of them 1: only how they stand to each other matters."""
    least = min((one for one in points if one > 0), default=Fraction(1))
    return [(max(one, Fraction(0)) / least).limit_denominator(1000) for one in points]


def places_of(leaf: Leaf) -> str:
    """Return the class that tells a question's type to whoever reads the file back."""
    return f"dlgrade-{leaf.type.value}"
