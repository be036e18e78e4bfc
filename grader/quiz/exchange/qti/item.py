"""One question as a file of QTI 2.1: what is asked, how it is marked, what is said of each known wrong answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.quiz.exchange.decimals import decimal
from grader.quiz.exchange.leaf import Choices, Leaf, Match, Order, Parts, Remark
from grader.quiz.exchange.qti import choosing, typing_in
from grader.quiz.exchange.qti import expressions as q
from grader.quiz.exchange.qti.answering import Asking, ResponseSlot, Seen
from grader.quiz.exchange.qti.content import blocks, said
from grader.quiz.exchange.qti.elements import el
from grader.quiz.model import Partial
from grader.records import Language

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_SCHEMA = f"{NAMESPACE} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
TOOL = "dlgrade"
RESPONSE = "RESPONSE"
PART_CLASS = "dlgrade-part"
HINT = "HINT"
BECAUSE = "-because-"  # in the name of a feedback that has no words, and is shown nowhere


def root(tag: str, attributes: dict[str, str], *children: Element) -> Element:
    """Return the outermost element of a file of QTI."""
    spaces = {
        "xmlns": NAMESPACE,
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:schemaLocation": _SCHEMA,
    }
    return el(tag, spaces | attributes, *children)


def item(leaf: Leaf, name: str, language: Language, version: str) -> Element:
    """Return the file of a question that is called `name` in the package."""
    asked = _asked(leaf, language)
    feedback = _Feedback()
    rules = [rule for one in asked for rule in one.asking.rules]
    if len(asked) > 1 or leaf.partial is Partial.EACH:
        rules.append(_full(leaf, asked))
    for one in asked:
        rules += feedback.rules(one)
    if leaf.explanation and isinstance(leaf.content, Parts):
        rules.append(feedback.explains(leaf.explanation, _reached(leaf, asked)))
    return root(
        "assessmentItem",
        {
            "identifier": name,
            "title": leaf.id,
            "adaptive": "false",
            "timeDependent": "false",
            "xml:lang": _LANGUAGES[language],
            "toolName": TOOL,
            "toolVersion": version,
        },
        *(declaration for one in asked for declaration in one.asking.declarations),
        *_outcomes(leaf, feedback.outcomes),
        el("itemBody", None, *_body(leaf, asked)),
        el("responseProcessing", None, *rules),
        *feedback.shown,
        *_hints(leaf),
    )


_LANGUAGES = {Language.EN: "en", Language.ZH: "zh-Hans"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question, or a part of one, with how it is asked."""

    leaf: Leaf
    asking: Asking
    part: str = ""


def _asked(leaf: Leaf, language: Language) -> list[_Asked]:
    points = Fraction(repr(leaf.points))
    if not isinstance(leaf.content, Parts):
        place = ResponseSlot(response=RESPONSE, points=points, language=language)
        return [_Asked(leaf=leaf, asking=_asking(leaf, place))]
    weights = [Fraction(repr(part.points)) for part in leaf.content.parts]
    total = sum(weights, Fraction(0)) or Fraction(1)
    places = [
        ResponseSlot(response=f"{RESPONSE}_{part.id}", points=points * weight / total, language=language)
        for part, weight in zip(leaf.content.parts, weights, strict=True)
    ]
    return [
        _Asked(leaf=part, asking=_asking(part, place), part=part.id)
        for part, place in zip(leaf.content.parts, places, strict=True)
    ]


def _asking(leaf: Leaf, place: ResponseSlot) -> Asking:
    content = leaf.content
    assert not isinstance(content, Parts), "a part has no parts"
    if isinstance(content, Choices):
        return choosing.choice(leaf, content, place)
    if isinstance(content, Match):
        return choosing.match(leaf, content, place)
    if isinstance(content, Order):
        return choosing.order(leaf, content, place)
    return typing_in.typed(leaf, content, place)


def _outcomes(leaf: Leaf, feedback: list[str]) -> Iterator[Element]:
    points = decimal(Fraction(repr(leaf.points)))
    floats = {"cardinality": "single", "baseType": "float"}
    zero = el("defaultValue", None, el("value", None, "0"))
    most = el("defaultValue", None, el("value", None, points))
    yield el("outcomeDeclaration", {"identifier": q.SCORE, **floats, "normalMaximum": points}, zero)
    yield el("outcomeDeclaration", {"identifier": q.MAXSCORE, **floats}, most)
    for name in [*feedback, *([HINT] if leaf.hints else [])]:
        yield el("outcomeDeclaration", {"identifier": name, "cardinality": "single", "baseType": "identifier"})


def _body(leaf: Leaf, asked: list[_Asked]) -> Iterator[Element]:
    yield from blocks(leaf.text, leaf.code)
    for one in asked:
        if not one.part:
            yield from one.asking.body
        else:
            kind = f"{PART_CLASS} {PART_CLASS}-{one.part}"
            yield el("div", {"class": kind}, *blocks(one.leaf.text, one.leaf.code), *one.asking.body)


def _full(leaf: Leaf, asked: list[_Asked]) -> Element:
    """Return the rule that makes points which were added up, each of them rounded, the whole ones."""
    points = Fraction(repr(leaf.points))
    return q.choose([(_reached(leaf, asked), q.sets(q.SCORE, q.base("float", decimal(points))))])


def _reached(leaf: Leaf, asked: list[_Asked]) -> Element:
    """Return whether the points are nearer to all than to what the smallest mistake leaves: players round them."""
    least = min(one.asking.smallest for one in asked)
    almost = Fraction(repr(leaf.points)) - least / 2
    return q.both_of("gte", q.variable(q.SCORE), q.base("float", decimal(almost)))


class _Feedback:
    """Gathers what is said of answers, and the rules by which it is said.

    Each thing that can be said together with others has an outcome of its own: one outcome for several of them is
    what players get wrong.
    """

    def __init__(self) -> None:
        self.shown: list[Element] = []
        self.outcomes: list[str] = []
        self._count = 0

    def rules(self, one: _Asked) -> list[Element]:
        """Return the rules of one question or part."""
        explains = one.leaf.explanation
        if not one.asking.is_one:
            right = [self.explains(explains, one.asking.right, one.part)] if explains else []
            return [*right, *(self._alone(seen) for seen in one.asking.known)]
        if not explains and not one.asking.known:
            return []
        outcome = self._outcome(one.part)
        nothing = q.tells(outcome, q.NONE)
        # What is right is not looked up among what is wrong.
        told = self._told(outcome, self._right(one.part), blocks(explains)) if explains else nothing
        cases = [(one.asking.right, told)]
        for seen in one.asking.known:
            cases.append((seen.condition, self._remark(outcome, seen.remark)))
        unless = [(one.asking.unless, nothing)] if one.asking.unless is not None else []
        return [q.choose([*unless, *cases])]

    def explains(self, explanation: str, right: Element, part: str = "") -> Element:
        """Return the rule that explains what is right to who has it."""
        name = self._right(part)
        return q.choose([(right, self._told(self._outcome(name), name, blocks(explanation)))])

    def _right(self, part: str) -> str:
        return f"{q.RIGHT}_{part}" if part else q.RIGHT

    def _outcome(self, name: str) -> str:
        outcome = f"{q.FEEDBACK}_{name}" if name else q.FEEDBACK
        self.outcomes.append(outcome)
        return outcome

    def _alone(self, seen: Seen) -> Element:
        return q.choose([(seen.condition, self._remark(self._outcome(f"W{self._count + 1}"), seen.remark))])

    def _remark(self, outcome: str, remark: Remark) -> Element:
        self._count += 1
        if not remark.say:
            return q.tells(outcome, f"W{self._count}{BECAUSE}{remark.because}")
        return self._told(outcome, f"W{self._count}", said(remark))

    def _told(self, outcome: str, name: str, text: list[Element]) -> Element:
        self.shown.append(_modal(outcome, name, text))
        return q.tells(outcome, name)


def _modal(outcome: str, name: str, text: list[Element]) -> Element:
    return el("modalFeedback", {"outcomeIdentifier": outcome, "identifier": name, "showHide": "show"}, *text)


def _hints(leaf: Leaf) -> Iterator[Element]:
    """Yield the hints, which no rule shows: asking for one is not among what QTI 2.1 can say without taking a try."""
    for number, hint in enumerate(leaf.hints, start=1):
        yield _modal(HINT, f"{HINT}{number}", blocks(hint))
