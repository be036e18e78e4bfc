"""What is wrong with a key, found by marking it: for those who draw variants, and for lint.

The model answer must earn all points, and each known wrong answer none, and its own feedback. Both are held by marking
them as a student's, so whatever the marker does, the key agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.errors import both
from grader.quiz.marking.mark import Reading, Unreadable, Verdict
from grader.quiz.marking.marker import Marker, precision_of, read
from grader.quiz.marking.precision import Number, Special, collides, concern
from grader.quiz.model import Key, PartsBody, PartsKey, PublicQuestion, QuestionType, TypedKey
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that the author should mend; not `is_error`: that they should look at."""

    question: str  # its id, of a part "question/part"
    is_error: bool
    text: Text


def collisions(question: PublicQuestion, key: Key, marker: Marker) -> tuple[int, ...]:
    """Return which known wrong answers of a typed question could be taken for the right one, by their positions.

    At the accepted precision, also when both are rounded to it. Raises: AuthorError, GraderFault.
    """
    if not isinstance(key.answer, TypedKey):
        return ()
    marks = [marker.mark(question, key, wrong.value) for wrong in key.answer.wrong]
    found = {i for i, mark in enumerate(marks) if not isinstance(mark, Unreadable) and mark.verdict is Verdict.RIGHT}
    if question.type is QuestionType.NUMBER:
        precision = precision_of(key.answer.precision)
        right = [_number(question, text) for text in (key.answer.answer, *key.answer.also)]
        wrong = [_number(question, one.value) for one in key.answer.wrong]
        found |= {i for i, value in enumerate(wrong) if any(collides(one, value, precision) for one in right)}
    return tuple(sorted(found))


def check(question: PublicQuestion, key: Key, marker: Marker) -> tuple[Finding, ...]:
    """Return what is wrong with the key of a typed question, or of the parts of a `multi-part`.

    Raises: AuthorError for an answer that cannot be read, GraderFault.
    """
    if isinstance(key.answer, PartsKey):
        if not isinstance(question.body, PartsBody):
            return ()
        pairs = zip(question.body.parts, key.answer.parts, strict=True)
        return tuple(finding for part, own in pairs for finding in check(part, own, marker))
    if not isinstance(key.answer, TypedKey):
        return ()
    name = f"{question.id}/{question.part}" if question.part else question.id
    problems = (*_of_precision(question, key.answer), *_of_answers(question, key, key.answer, marker))
    return tuple(replace(problem, question=name) for problem in problems)


def _of_precision(question: PublicQuestion, answer: TypedKey) -> Iterator[Finding]:
    if question.type is not QuestionType.NUMBER:
        return
    precision = precision_of(answer.precision)
    for text in (answer.answer, *answer.also):
        found = concern(_number(question, text), precision)
        if found is not None:
            yield Finding(question="", is_error=found.is_error, text=_about(text, found.text))


def _of_answers(question: PublicQuestion, key: Key, answer: TypedKey, marker: Marker) -> Iterator[Finding]:
    for text in (answer.answer, *answer.also):
        mark = marker.mark(question, key, text)
        if isinstance(mark, Unreadable) or mark.verdict is not Verdict.RIGHT:
            yield Finding(question="", is_error=True, text=_about(text, _NOT_RIGHT))
    colliding = collisions(question, key, marker)
    for i, wrong in enumerate(answer.wrong):
        mark = marker.mark(question, key, wrong.value)
        if i in colliding:
            yield Finding(question="", is_error=True, text=_about(wrong.value, _COLLIDES))
        elif isinstance(mark, Unreadable) or mark.known != (i,):
            yield Finding(question="", is_error=True, text=_about(wrong.value, _HIDDEN))


def _number(question: PublicQuestion, text: str) -> Number:
    reading = read(question, text)
    assert isinstance(reading, Reading), text  # marking has read it before
    assert not isinstance(reading.value, str) or isinstance(reading.value, Special)
    return reading.value  # type: ignore[return-value]


def _about(answer: str, problem: Text) -> Text:
    shown = both(f'"{answer}"')
    return Text(en=f"{shown.en}: {problem.en}", zh=f"{shown.zh}：{problem.zh}")


_NOT_RIGHT = Text(en="the model answer does not earn full marks", zh="标准答案得不到满分")
_COLLIDES = Text(
    en="a wrong answer that would be taken for the right one, at the accepted precision",
    zh="该错误答案在允许的精度内会被当作正确答案",
)
_HIDDEN = Text(
    en="a wrong answer that would be given the feedback of another one", zh="该错误答案会得到另一条错误答案的反馈"
)
