"""The whole quiz as an assessment test of QTI 2.1: sections, what is drawn from them, time, tries, points."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.quiz.exchange.decimals import decimal
from grader.quiz.exchange.leaf import Booklet, Group, Leaf
from grader.quiz.exchange.qti import expressions as q
from grader.quiz.exchange.qti.content import blocks
from grader.quiz.exchange.qti.elements import el, identifier
from grader.quiz.exchange.qti.item import TOOL, root

POINTS = "POINTS"
ABOUT_CLASS = "dlgrade-about"


def assessment(booklet: Booklet, names: Mapping[str, str], version: str) -> Element:
    """Return the test; `names` are those of the items in the package, by the ids of their leaves."""
    total = {"identifier": q.SCORE, "cardinality": "single", "baseType": "float"}
    limit = booklet.time_limit_s
    return root(
        "assessmentTest",
        {"identifier": identifier(booklet.id), "title": booklet.title, "toolName": TOOL, "toolVersion": version},
        el("outcomeDeclaration", total, el("defaultValue", None, el("value", None, "0"))),
        *([el("timeLimits", {"maxTime": decimal(Fraction(limit))})] if limit is not None else []),
        el(
            "testPart",
            {"identifier": "part", "navigationMode": "nonlinear", "submissionMode": "individual"},
            _questions(booklet, names),
        ),
        el(
            "outcomeProcessing",
            None,
            q.sets(q.SCORE, el("sum", None, el("testVariables", {"variableIdentifier": q.SCORE}))),
        ),
    )


def _questions(booklet: Booklet, names: Mapping[str, str]) -> Element:
    section = el("assessmentSection", {"identifier": "questions", "title": booklet.title, "visible": "true"})
    if booklet.shuffled:
        section.append(el("ordering", {"shuffle": "true"}))
    if booklet.about:
        section.append(el("rubricBlock", {"view": "candidate", "class": ABOUT_CLASS}, *blocks(booklet.about)))
    for one in booklet.items:
        section.append(_group(one, names) if isinstance(one, Group) else _reference(one, names))
    return section


def _group(group: Group, names: Mapping[str, str]) -> Element:
    """Return a section of which each attempt gets a few."""
    return el(
        "assessmentSection",
        {"identifier": identifier(f"{group.id}-group"), "title": group.id, "visible": "false"},
        el("selection", {"select": str(group.pick)}),
        el("ordering", {"shuffle": "true"}),
        *(_reference(leaf, names) for leaf in group.leaves),
    )


def _reference(leaf: Leaf, names: Mapping[str, str]) -> Element:
    name = names[leaf.id]
    topics = {"category": " ".join(identifier(topic) for topic in leaf.topics)} if leaf.topics else {}
    return el(
        "assessmentItemRef",
        {"identifier": name, "href": f"items/{name}.xml"} | topics,
        el("itemSessionControl", {"maxAttempts": str(leaf.attempts or 0), "showFeedback": "true"}),
        # No rule here reads it: a score is in points already. Canvas takes an item's points from it.
        el("weight", {"identifier": POINTS, "value": decimal(Fraction(repr(leaf.points)))}),
    )
