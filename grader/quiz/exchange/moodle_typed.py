"""Reads Moodle's fields for numbers and for text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from grader.plaintext import printable
from grader.quiz.exchange.decimals import decimal, number_in
from grader.quiz.exchange.leaf import NOTHING, Known, Remark, Typed
from grader.quiz.exchange.skipping import Skip
from grader.quiz.exchange.spellings import distinct, meant_kind, shape_in
from grader.quiz.model import Precision, QuestionType
from grader.records import Text

_MAX_ANSWER = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTyped:
    """A field with its answers, and what of them was lost."""

    type: QuestionType
    content: Typed
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One answer of a field: `percent` of the points for it. `tolerance`: of a number, as text."""

    text: str
    percent: float
    remark: Remark = NOTHING
    tolerance: str = ""


def read_numerical(element: Element, remark_of: Callable[[Element], Remark]) -> ReadTyped:
    """Return a field for a number. Raises: Skip."""
    answers = [
        Accepted(
            text=(answer.findtext("text") or "").strip(),
            percent=percent_of(answer),
            remark=remark_of(answer),
            tolerance=(answer.findtext("tolerance") or "0").strip(),
        )
        for answer in element.findall("answer")
    ]
    notes = []
    units = [
        ((unit.findtext("multiplier") or "1").strip(), (unit.findtext("unit_name") or "").strip())
        for unit in element.findall("units/unit")
    ]
    own = [name for multiplier, name in units if name and number_in(multiplier) == 1]
    if len(units) > len(own[:1]):
        notes.append(_UNITS)
    read = number_of(answers, unit=own[0][:60] if own else "")
    return ReadTyped(type=read.type, content=read.content, notes=(*notes, *read.notes))


def number_of(answers: Sequence[Accepted], *, unit: str = "") -> ReadTyped:
    """Return a field for a number out of its answers. Raises: Skip."""
    notes: list[Text] = []
    right, wrong, widths = [], [], []
    for one in answers:
        number = number_in(one.text)
        if not isinstance(number, Fraction):
            notes.append(_CATCH_ALL)
        elif one.percent >= 100:
            right.append(decimal(number))
            widths.append(_width(one.tolerance, notes))
        else:
            notes += [_SHARES] if one.percent > 0 else []
            wrong.append(Known(value=decimal(number), remark=one.remark))
    if not right:
        raise Skip(_NO_RIGHT)
    width = widths[0]
    if len(set(widths)) > 1:
        notes.append(TOLERANCES)
    content = Typed(
        answer=right[0],
        also=tuple(dict.fromkeys(right))[1:],
        wrong=tuple(wrong),
        precision=None if width is None else Precision(absolute=width),
        unit=unit,
    )
    return ReadTyped(type=QuestionType.NUMBER, content=content, notes=tuple(dict.fromkeys(notes)))


def read_short_answer(
    element: Element, remark_of: Callable[[Element], Remark], *, own: QuestionType | None, has_code: bool
) -> ReadTyped:
    """Return a field for text: a shape, or what a program prints. Raises: Skip where it is neither."""
    answers = [
        Accepted(text=(answer.findtext("text") or "").strip(), percent=percent_of(answer), remark=remark_of(answer))
        for answer in element.findall("answer")
    ]
    return text_of(answers, own=own, has_code=has_code)


def text_of(answers: Sequence[Accepted], *, own: QuestionType | None, has_code: bool) -> ReadTyped:
    """Return a field for text out of its answers. Raises: Skip."""
    notes: list[Text] = []
    plain: list[Accepted] = []
    for one in answers:
        if re.search(r"(?<!\\)\*", one.text) or len(one.text) > _MAX_ANSWER:
            notes.append(_CATCH_ALL)
        else:
            unescaped = one.text.replace("\\*", "*")
            plain.append(Accepted(text=unescaped, percent=one.percent, remark=one.remark))
    right = [one.text for one in plain if one.percent >= 100 and one.text]
    if not right:
        raise Skip(_NO_RIGHT)
    if any(0 < one.percent < 100 for one in plain):
        notes.append(_SHARES)
    kind = own if own in (QuestionType.SHAPE, QuestionType.CODE_OUTPUT) else meant_kind(right)
    if kind is None and has_code:
        kind = QuestionType.CODE_OUTPUT
    if kind is None:
        raise Skip(_FREE_TEXT)
    own_right = distinct(kind, right)
    wrong = _known(kind, [one for one in plain if one.percent < 100 and one.text])
    content = Typed(answer=own_right[0], also=own_right[1:], wrong=wrong)
    return ReadTyped(type=kind, content=content, notes=tuple(dict.fromkeys(notes)))


def _known(kind: QuestionType, answers: Sequence[Accepted]) -> tuple[Known, ...]:
    remarks = {one.text: one.remark for one in reversed(answers)}
    kept = distinct(kind, [one.text for one in answers])
    if kind is QuestionType.SHAPE:
        kept = tuple(text for text in kept if shape_in(text) is not None)
    return tuple(Known(value=text, remark=remarks[text]) for text in kept)


def _width(written: str, notes: list[Text]) -> str | None:
    """Return a tolerance in decimal, None where there is none; what it is not taken for goes to the notes."""
    number = number_in(written or "0")
    if not isinstance(number, Fraction):
        notes.append(_no_width(written))
        return None
    if number < 0:
        notes.append(_negative_width(written, decimal(-number)))
    return decimal(abs(number)) if number else None


def percent_of(answer: Element) -> float:
    """Return the share of an answer in percent; 0 for what is no number."""
    try:
        value = float(answer.get("fraction", "0").strip())
    except ValueError:
        return 0.0
    return value if -100 <= value <= 100 else 0.0


def _no_width(written: str) -> Text:
    shown = printable(written, limit=40)
    return Text(
        en=f"its tolerance, {shown}, is no number: only the very answer is right now",
        zh=f"容差“{shown}”不是数：现在答案必须完全相等",
    )


def _negative_width(written: str, width: str) -> Text:
    shown = printable(written, limit=40)
    return Text(en=f"its tolerance, {shown}, is below 0: it is {width} now", zh=f"容差 {shown} 小于 0：改为 {width}")


_NO_RIGHT = Text(en="left out: no answer of it is right and can be read", zh="已略过：没有可读的正确答案")
_FREE_TEXT = Text(
    en="left out: a free answer in words; there are numbers, shapes and the output of code here",
    zh="已略过：它要求自由文字作答，而这里只有数、形状和代码输出",
)
_SHARES = Text(en="answers that were worth a part of the points are wrong now", zh="原先可得部分分的答案现在算错")
_CATCH_ALL = Text(en="not kept: answers with a wildcard, and what is said of them", zh="未保留：含通配符的答案及其反馈")
_UNITS = Text(en="not kept: further units than the first, and how they are worked out", zh="未保留：其他单位及其换算")
TOLERANCES = Text(
    en="different tolerances of its answers: the first holds for all", zh="各答案的容差不同：统一采用第一个"
)
