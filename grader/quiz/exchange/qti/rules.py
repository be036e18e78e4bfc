"""What can be seen in an item's rules without running them: their conditions, and the answers that they look for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.quiz.exchange.decimals import number_in
from grader.quiz.exchange.qti.interpreting import Interpreter


def conditions(parent: Element) -> Iterator[Element]:
    """Yield the condition of every branch, in the order of the rules, nested ones too."""
    for rule in parent:
        if rule.tag == "responseCondition":
            for branch in rule:
                if branch.tag != "responseElse" and len(branch):
                    yield branch[0]
                yield from conditions(branch)


def tells(parent: Element) -> Iterator[tuple[Element, list[str]]]:
    """Yield the condition of every branch with what it says by itself: the names of feedback."""
    for rule in parent:
        if rule.tag == "responseCondition":
            for branch in rule:
                if branch.tag != "responseElse" and len(branch):
                    said = [
                        (one.text or "").strip()
                        for child in branch
                        if child.tag == "setOutcomeValue"
                        for one in child.iter("baseValue")
                        if one.get("baseType") == "identifier"
                    ]
                    yield branch[0], said
                yield from tells(branch)


def names_in(condition: Element) -> frozenset[str]:
    """Return the variables that a condition looks at."""
    return frozenset(one.get("identifier", "") for one in condition.iter() if one.tag in ("variable", "mapResponse"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """What a condition accepts around one number."""

    value: Fraction
    figures: int | None = None
    distance: Fraction = Fraction(0)
    is_narrowed: bool = False  # it reached further to one side


def nearness(condition: Element, name: str, run: Interpreter) -> list[Nearness]:
    """Return the numbers that a condition looks for in one response; nothing where it is of another kind."""
    if condition.tag == "or":
        return [one for child in condition for one in nearness(child, name, run)]
    if name not in names_in(condition):
        return []
    limits = [child for child in condition if child.tag != "not"]
    if condition.tag == "and" and sorted(child.tag for child in limits) == ["gte", "lte"]:
        bounds = [_constant(child) for child in limits]
        low, high = (min(bounds, key=_or_zero), max(bounds, key=_or_zero))
        return [] if low is None or high is None else [Nearness(value=(low + high) / 2, distance=(high - low) / 2)]
    value = _constant(condition)
    if condition.tag == "match" and condition.find("correct") is not None:
        correct = run.responses[name].correct if name in run.responses else None
        value = correct[0] if correct and isinstance(correct[0], Fraction) else None
    if value is None:
        return []
    if condition.tag == "equalRounded":
        return _rounded(condition, value)
    if condition.tag == "equal":
        widths = _tolerances(condition, value)
        return [Nearness(value=value, distance=min(widths, default=Fraction(0)), is_narrowed=len(set(widths)) > 1)]
    return [Nearness(value=value)] if condition.tag == "match" else []


def _rounded(condition: Element, value: Fraction) -> list[Nearness]:
    figures = condition.get("figures", "")
    if not figures.isdecimal() or len(figures) > 2:
        return []
    if condition.get("roundingMode", "significantFigures") == "significantFigures":
        return [Nearness(value=value, figures=int(figures))]
    return [Nearness(value=value, distance=Fraction(1, 2 * 10 ** int(figures)))]


def _tolerances(condition: Element, value: Fraction) -> list[Fraction]:
    """Return how far below and above a number what is given may lie: one where that is the same, none: not at all."""
    written = [_number(one) for one in condition.get("tolerance", "").split()]
    allowed = [one for one in written if one is not None]
    mode = condition.get("toleranceMode", "exact")
    if mode == "exact":
        return []
    return [one * abs(value) / 100 for one in allowed] if mode == "relative" else allowed


def _constant(condition: Element) -> Fraction | None:
    found = [_number(one.text or "") for one in condition if one.tag == "baseValue"]
    return found[0] if len(found) == 1 else None


def _number(text: str) -> Fraction | None:
    number = number_in(text)
    return number if isinstance(number, Fraction) else None


def _or_zero(number: Fraction | None) -> Fraction:
    return Fraction(0) if number is None else number


def texts_in(condition: Element, name: str) -> list[str]:
    """Return the texts that a condition looks for in one response."""
    if name not in names_in(condition):
        return []
    return [(one.text or "").strip() for one in condition.iter("baseValue") if one.get("baseType") == "string"]


def pairs_before(condition: Element) -> list[tuple[str, str]] | None:
    """Return which items stand before which where a condition is our way to ask for that; None: it is not."""
    parts = list(condition) if condition.tag == "and" and all(one.tag != "match" for one in condition) else [condition]
    found = [_before(part) for part in parts]
    pairs = [pair for pair in found if pair is not None]
    return pairs if len(pairs) == len(found) else None


def _before(condition: Element) -> tuple[str, str] | None:
    found = set()
    for way in condition if condition.tag == "or" else [condition]:
        matches = [child for child in way if child.tag == "match" and child.find("index") is not None]
        if way.tag != "and" or len(matches) != 2:
            return None
        at = sorted((_place(child), child.findtext("baseValue", "").strip()) for child in matches)
        found.add((at[0][1], at[1][1]))
    return found.pop() if len(found) == 1 else None


def _place(match: Element) -> int:
    index = match.find("index")
    place = "" if index is None else index.get("n", "")
    return int(place) if place.isdecimal() and len(place) < 5 else 0


def listed_orders(condition: Element) -> list[tuple[str, ...]]:
    """Return the orders that a condition lists."""
    return [tuple((one.text or "").strip() for one in order.iter("baseValue")) for order in condition.iter("ordered")]
