"""What is wrong with a key, found by marking it: for those who draw variants, and for lint.

The model answer must earn all points, and each known wrong answer none, and its own feedback. Both are held by marking
them as a student's, so whatever the marker does, the key agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from grader.errors import both
from grader.quiz.marking.mark import Mark, Reading, Unreadable, Verdict
from grader.quiz.marking.marker import Marker
from grader.quiz.marking.model_answer import model_answer
from grader.quiz.marking.output import Claim, Output
from grader.quiz.marking.precision import Number, Special, collides, concern
from grader.quiz.marking.reader import precision_of, read_own
from grader.quiz.marking.responses import Response
from grader.quiz.model import (
    ChoiceKey,
    Key,
    MatchKey,
    OrderKey,
    PartsBody,
    PartsKey,
    PublicQuestion,
    QuestionType,
    TypedKey,
    Wrong,
)
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfair:
    """Something that the author should mend; not `is_error`: that they should look at."""

    question: str  # its id, of a part "question/part"
    is_error: bool
    text: Text
    rule: str  # that it breaks: "not-right", "undecided", "collides", "hidden", "precision", "noise", "printed"
    because: str = ""  # the misconception whose wrong answer it is about


def collisions(question: PublicQuestion, key: Key, marker: Marker) -> tuple[int, ...]:
    """Return which known wrong answers of a typed question could be taken for the right one, by their positions.

    At the accepted precision, also when both are rounded to it. Raises: AuthorError, GraderFault.
    """
    if not isinstance(key.answer, TypedKey):
        return ()
    marks = [marker.mark(question, key, wrong.value) for wrong in key.answer.wrong]
    return tuple(sorted(_colliding(question, key.answer, marks)))


def check(question: PublicQuestion, key: Key, marker: Marker) -> tuple[Unfair, ...]:
    """Return what is wrong with the key of a question, or with the keys of its parts.

    Raises: AuthorError for an answer that cannot be read, GraderFault.
    """
    if isinstance(key.answer, PartsKey):
        if not isinstance(question.body, PartsBody):
            return ()
        pairs = zip(question.body.parts, key.answer.parts, strict=True)
        return tuple(finding for part, own in pairs for finding in check(part, own, marker))
    if isinstance(key.answer, TypedKey):
        problems = (
            *_of_precision(question, key.answer),
            *_of_words(question, key.answer),
            *_of_answers(question, key, key.answer, marker),
        )
    else:
        problems = tuple(_of_chosen(question, key, marker))
    name = f"{question.id}/{question.part}" if question.part else question.id
    return tuple(replace(problem, question=name) for problem in problems)


def _of_precision(question: PublicQuestion, answer: TypedKey) -> Iterator[Unfair]:
    if question.type is not QuestionType.NUMBER:
        return
    precision = precision_of(answer.precision)
    for text in (answer.answer, *answer.also):
        found = concern(_number(question, text), precision)
        if found is not None:
            yield Unfair(question="", is_error=found.is_error, text=_about(text, found.text), rule=found.rule)


def _of_words(question: PublicQuestion, answer: TypedKey) -> Iterator[Unfair]:
    """Yield answers that are marked as printed words and may be meant as "it raises"."""
    if question.type is not QuestionType.CODE_OUTPUT or "except" in question.code:
        return
    for text in (answer.answer, *answer.also):
        reading = read_own(question, text)
        value = reading.value if isinstance(reading, Reading) else None
        is_word = isinstance(value, Output) and value.claim is not Claim.PRINTS and not value.is_error
        if is_word and text.strip() not in question.code:
            yield Unfair(question="", is_error=False, text=_about(text, _PRINTED), rule="printed")


def _of_answers(question: PublicQuestion, key: Key, answer: TypedKey, marker: Marker) -> Iterator[Unfair]:
    for text in (answer.answer, *answer.also):
        mark = marker.mark(question, key, text)
        if not isinstance(mark, Unreadable) and mark.verdict is Verdict.UNDECIDED:
            yield Unfair(question="", is_error=True, text=_about(text, _NOT_DECIDED), rule="undecided")
        elif isinstance(mark, Unreadable) or mark.verdict is not Verdict.RIGHT:
            yield Unfair(question="", is_error=True, text=_about(text, _NOT_RIGHT), rule="not-right")
    marks = [marker.mark(question, key, wrong.value) for wrong in answer.wrong]
    colliding = _colliding(question, answer, marks)
    for i, (wrong, mark) in enumerate(zip(answer.wrong, marks, strict=True)):
        if i in colliding:
            yield _finding("collides", wrong.value, _COLLIDES, wrong.wrong)
        elif not isinstance(mark, Unreadable) and mark.known != (i,):
            yield _finding("hidden", wrong.value, _HIDDEN, wrong.wrong)


def _colliding(question: PublicQuestion, answer: TypedKey, marks: list[Mark | Unreadable]) -> set[int]:
    found = {i for i, mark in enumerate(marks) if not isinstance(mark, Unreadable) and mark.verdict is Verdict.RIGHT}
    if question.type is QuestionType.NUMBER:
        precision = precision_of(answer.precision)
        right = [_number(question, text) for text in (answer.answer, *answer.also)]
        wrong = [_number(question, one.value) for one in answer.wrong]
        found |= {i for i, value in enumerate(wrong) if any(collides(one, value, precision) for one in right)}
    return found


# ---------------------------------------------------------------------------------- what is chosen, ordered, matched


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer that makes one known mistake, by its position in the key, and how a message names it."""

    response: Response
    place: int
    label: str
    wrong: Wrong


def _of_chosen(question: PublicQuestion, key: Key, marker: Marker) -> Iterator[Unfair]:
    """Yield what is wrong with a key of what is chosen: its model answer, and each mistake that it knows."""
    mark = marker.mark(question, key, model_answer(key))
    if isinstance(mark, Unreadable) or mark.verdict is not Verdict.RIGHT:
        yield Unfair(question="", is_error=True, text=_NOT_RIGHT, rule="not-right")
    for known in _known(key):
        mark = marker.mark(question, key, known.response)
        if isinstance(mark, Unreadable) or mark.verdict is Verdict.RIGHT:
            yield _finding("collides", known.label, _IS_RIGHT, known.wrong)
        elif known.place not in mark.known:
            yield _finding("hidden", known.label, _HIDDEN, known.wrong)


def _known(key: Key) -> Iterator[_Known]:
    answer = key.answer
    if isinstance(answer, ChoiceKey):
        for place, option in enumerate(answer.options):
            if not option.right:
                yield _Known(
                    [option.id] if key.type is QuestionType.MULTI else option.id, place, option.name, option.wrong
                )
    elif isinstance(answer, OrderKey):
        for place, wrong in enumerate(answer.wrong):
            yield _Known(_order_with(answer, wrong.sequence), place, _named(wrong.wrong, place), wrong.wrong)
    elif isinstance(answer, MatchKey):
        right = {pair.row: pair.option for pair in answer.pairs}
        for place, pair in enumerate(answer.wrong):
            yield _Known({**right, pair.row: pair.option}, place, _named(pair.wrong, place), pair.wrong)


def _order_with(answer: OrderKey, sequence: tuple[str, ...]) -> list[str]:
    """Return an order in which these items follow each other: one that is right, if any such order is."""
    after = {item.id: set(item.after) for item in answer.items}
    for earlier, later in pairwise(sequence):
        after[later].add(earlier)
    try:
        return list(TopologicalSorter(after).static_order())
    except CycleError:
        return [*sequence, *(item for item in after if item not in sequence)]


def _named(wrong: Wrong, place: int) -> str:
    return wrong.because or f"wrong[{place}]"


def _number(question: PublicQuestion, text: str) -> Number:
    reading = read_own(question, text, is_wrong=True)
    assert isinstance(reading, Reading), text  # marking has read it before
    assert not isinstance(reading.value, str) or isinstance(reading.value, Special)
    return reading.value  # type: ignore[return-value]


def _finding(rule: str, answer: str, problem: Text, wrong: Wrong) -> Unfair:
    return Unfair(question="", is_error=True, text=_about(answer, problem), rule=rule, because=wrong.because)


def _about(answer: str, problem: Text) -> Text:
    shown = both(f'"{answer}"')
    return Text(en=f"{shown.en}: {problem.en}", zh=f"{shown.zh}：{problem.zh}")


_PRINTED = Text(
    en="it is marked as what the program prints, and not as that it raises", zh="按程序打印的内容评分，而不是表示报错"
)
_NOT_RIGHT = Text(en="the model answer does not earn full marks", zh="标准答案得不到满分")
_NOT_DECIDED = Text(
    en="whether the model answer is right could not be decided in time", zh="未能在限定时间内判定标准答案是否正确"
)
_COLLIDES = Text(
    en="a wrong answer that would be taken for the right one, at the accepted precision",
    zh="该错误答案在允许的精度内会被当作正确答案",
)
_IS_RIGHT = Text(
    en="a known wrong answer that is right, or right in some orders",
    zh="标为错误的答案其实是正确的，或在某些顺序下正确",
)
_HIDDEN = Text(
    en="a wrong answer that would be given the feedback of another one", zh="该错误答案会得到另一条错误答案的反馈"
)
