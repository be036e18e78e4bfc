"""Draws variants: which questions an attempt gets, with which numbers, in which order.

A variant is drawn once, in the attempt that first shows it, and then stored (`stored`): nothing here is asked again
when it is marked. What is public depends on the seed and on the texts, never on which of them is right.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import AuthorError
from grader.exercise.paths import show_path
from grader.quiz.authored import Computed, FloatRange, IntRange, OneOf, Param, Pool, Question, Quiz, Where
from grader.quiz.generators import Call, CannotLoad, Failure, Generators, Returned, shown_params
from grader.quiz.halves import Filled, Half, halves
from grader.quiz.interpolation import Room, SlotError
from grader.quiz.model import Plain, QuestionType, Variant
from grader.quiz.results import ResultError, checked, plain_value
from grader.quiz.sameness import collision, unreadable
from grader.quiz.seeds import Seeds, next_seed, stream, stream_seed
from grader.records import Text

MAX_REDRAWN = 50
MAX_TOGETHER = 100  # calls in one message
T = TypeVar("T")
_Steps = Generator[Call, Any, T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What variants of a quiz are drawn with."""

    quiz: Quiz
    seeds: Seeds
    generators: Generators


class WrongIsRight(AuthorError):
    """A known wrong answer counts as right, however often the question is drawn."""


class _Collision(Exception):
    """A wrong answer came out like the right one, or (`is_alike`) two options read the same."""

    def __init__(self, question: Question, text: Text, values: Mapping[str, Plain], *, is_alike: bool = False) -> None:
        super().__init__(text.en)
        self.question, self.text, self.values, self.is_alike = question, text, values, is_alike


def chosen(quiz: Quiz, seeds: Seeds) -> tuple[Question, ...]:
    """Return the questions that this attempt gets, in its order; no generator is run."""
    questions: list[Question] = []
    for item in quiz.items:
        if isinstance(item, Pool):
            places = stream(seeds.of(item.id), "pool").sample(range(len(item.questions)), item.pick)
            questions += (item.questions[place] for place in sorted(places))
        else:
            questions.append(item)
    if quiz.shuffled:
        stream(seeds.of(""), "questions").shuffle(questions)
    return tuple(questions)


def draw(drawing: Drawing, question: Question) -> Variant:
    """Return the variant of one question.

    Raises: AuthorError, with file and line, for a generator that fails or returns what does not fit, for a text that
    cannot be filled, and where a wrong answer comes out like the right one again and again; GraderFault.
    """
    steps = _variant(drawing, question)
    try:
        call = next(steps)
        while True:
            call = steps.send(drawing.generators.call(call))
    except StopIteration as end:
        variant: Variant = end.value
        return variant


def draw_all(drawing: Drawing) -> tuple[Variant, ...]:
    """Return the variants that the attempt gets, in its order. Raises: as `draw`."""
    return tuple(draw(drawing, question) for question in chosen(drawing.quiz, drawing.seeds))


def draw_many(drawings: Sequence[Drawing], question: Question) -> list[Variant | AuthorError]:
    """Return a variant of one question for each drawing of one quiz, or why there is none: for lint and previews.

    Their calls go to the child together, which takes a tenth of the time. Raises: GraderFault, and CannotLoad
    where quiz.py itself fails.
    """
    done: dict[int, Variant | AuthorError] = {}
    steps = [_variant(drawing, question) for drawing in drawings]
    waiting = {place: call for place, one in enumerate(steps) if (call := _next(one, None, done, place)) is not None}
    while waiting:
        places = list(waiting)
        results = _results(drawings[0].generators, [waiting[place] for place in places])
        waiting = {
            place: call
            for place, result in zip(places, results, strict=True)
            if (call := _next(steps[place], result, done, place)) is not None
        }
    return [done[place] for place in range(len(steps))]


def _results(generators: Generators, calls: list[Call]) -> list[Returned | Failure]:
    """Return the results of all calls; where one of them ended the child, each is called alone."""
    if len(calls) > MAX_TOGETHER:
        return [
            one
            for at in range(0, len(calls), MAX_TOGETHER)
            for one in _results(generators, calls[at : at + MAX_TOGETHER])
        ]
    try:
        return generators.call_all(calls)
    except CannotLoad:
        raise
    except AuthorError as error:
        if len(calls) == 1:
            return [Failure(error)]
    return [result for call in calls for result in _results(generators, [call])]


def _next(
    steps: _Steps[Variant], result: Returned | Failure | None, done: dict[int, Variant | AuthorError], place: int
) -> Call | None:
    """Go on with one variant, and return its next call; None, with `done` filled, when it has none."""
    try:
        if isinstance(result, Failure):
            return steps.throw(result.error)
        return next(steps) if result is None else steps.send(result.value)
    except StopIteration as end:
        done[place] = end.value
    except AuthorError as error:
        done[place] = error
    return None


def _variant(drawing: Drawing, question: Question) -> _Steps[Variant]:
    """Draw a variant: yields the calls that it needs, and is sent what they return."""
    for redrawn in range(MAX_REDRAWN + 1):
        try:
            half = yield from _draw(drawing, question, _Whole(redrawn=redrawn))
        except _Collision as error:
            last = error
            if not _varies(question):
                break
            continue
        return Variant(public=half.public, key=half.key, redrawn=redrawn)
    said = _says(drawing.quiz, last.question.where, last.text, last.values)
    raise said if last.is_alike else WrongIsRight(said.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """What the parts of a question have from the whole."""

    redrawn: int  # how often it was drawn before
    values: Mapping[str, Plain] = field(default_factory=dict)
    room: Room = field(default_factory=Room)


def _draw(drawing: Drawing, question: Question, whole: _Whole) -> _Steps[Half]:
    seed = next_seed(drawing.seeds.of(question.id, question.part), whole.redrawn)
    values = dict(whole.values)
    for param in question.params:
        values[param.name] = yield from _value(drawing.quiz, param, seed, values)
    drawn = None
    if isinstance(question.answer, Computed):
        call = Call(function=question.answer.name, params=values, seed=stream_seed(seed, "answer"))
        result = yield call
        try:
            drawn = checked(result, question.type, pick=question.pick)
        except ResultError as error:
            raise _returned(drawing.quiz, question.answer, error.text, values) from None
        values = {**values, **drawn.params}
    parts = []
    for part in question.parts:
        parts.append((yield from _draw(drawing, part, replace(whole, values=values))))
    filled = Filled(
        question=question, values=values, drawn=drawn, seed=seed, version=drawing.quiz.version, room=whole.room
    )
    try:
        half = halves(filled, parts)
    except SlotError as error:
        raise _says(drawing.quiz, question.where, error.text, values) from None
    _check(drawing.quiz, question, half, values)
    return half


def _value(quiz: Quiz, param: Param, seed: bytes, values: Mapping[str, Plain]) -> _Steps[Plain]:
    source, purpose = param.source, f"parameter {param.name}"
    if isinstance(source, Computed):
        result = yield Call(function=source.name, params=dict(values), seed=stream_seed(seed, purpose))
        try:
            return plain_value(result, param.name)
        except ResultError as error:
            raise _returned(quiz, source, error.text, values) from None
    random = stream(seed, purpose)
    if isinstance(source, OneOf):
        return random.choice(source.values)
    if isinstance(source, IntRange):
        return random.randrange(source.low, source.high + 1, source.step)
    return _decimal(source, random.random())


def _decimal(source: FloatRange, at: float) -> float:
    """Return one of the numbers of a range, counted in decimal: 0.1 + 0.2 is 0.3."""
    low, high, step = Decimal(source.low), Decimal(source.high), Decimal(source.step)
    count = int((high - low) / step) + 1
    return float(low + step * min(int(at * count), count - 1))


def _check(quiz: Quiz, question: Question, half: Half, values: Mapping[str, Plain]) -> None:
    """Refuse what could not be marked fairly. Raises: _Collision where another draw may be better; AuthorError."""
    if half.alike is not None:
        raise _Collision(question, half.alike, values, is_alike=True)
    if half.typed is None:
        return
    if (found := unreadable(half.public, half.typed)) is not None:
        answer, reason = found
        said = _says(quiz, question.where, _not_readable(answer[:60], reason), values)
        is_worked_out = question.type is QuestionType.SHAPE and _ARITHMETIC.search(answer)
        raise AuthorError(said.problem, remedy=_WORK_OUT) if is_worked_out else said
    place = collision(half.public, half.typed)
    if place is not None:
        wrong = half.typed.wrong[place]
        named = f" ({wrong.wrong.because})" if wrong.wrong.because else ""
        raise _Collision(question, _like_right(wrong.value, named, half.typed.answer), values)


_ARITHMETIC = re.compile(r"[0-9)]\s*[-+*/]+\s*[0-9(]")
_WORK_OUT = Text(
    en="Only numbers stand in a shape. Work it out in quiz.py: answer: {code: name_of_a_function}.",
    zh="形状中只能写数字。请在 quiz.py 中计算：answer: {code: 函数名}。",
)


def _varies(question: Question) -> bool:
    """Whether another seed can make another variant."""
    return bool(question.params or question.computed) or any(_varies(part) for part in question.parts)


def _not_readable(answer: str, reason: Text) -> Text:
    return Text(
        en=f"the answer {answer!r} cannot be read: {reason.en}",
        zh=f"答案 {answer!r} 无法读取：{reason.zh}",
    )


def _like_right(value: str, named: str, answer: str) -> Text:
    value, answer = value[:60], answer[:60]
    return Text(
        en=f"the wrong answer {value}{named} counts as right: the answer is {answer}. Ask for more precision, choose "
        "parameters that tell them apart, or leave it out.",
        zh=f"错误答案 {value}{named} 会被判为正确：正确答案是 {answer}。请提高精度，选用能区分二者的参数，或去掉它。",
    )


def _says(quiz: Quiz, where: Where, text: Text, values: Mapping[str, Plain]) -> AuthorError:
    place = f"{show_path(Path(quiz.folder) / 'quiz.yaml')}:{where.line}"
    drawn = shown_params(values)
    en, zh = (f" (with {drawn})", f"（{drawn}）") if drawn else ("", "")
    return AuthorError(Text(en=f"{place}: {where.path}{en}: {text.en}", zh=f"{place}：{where.path}{zh}：{text.zh}"))


def _returned(quiz: Quiz, computed: Computed, text: Text, values: Mapping[str, Plain]) -> AuthorError:
    line = quiz.functions.get(computed.name)
    place = show_path(Path(quiz.folder) / "quiz.py") + (f":{line}" if line else "")
    called = f"{computed.name}({shown_params(values)})"
    return AuthorError(Text(en=f"{place}: {called}: {text.en}", zh=f"{place}：{called}：{text.zh}"))
