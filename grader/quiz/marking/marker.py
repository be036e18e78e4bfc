"""Marks any question: the public half says how an answer is read (`reader`), the key what it is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from grader.errors import AuthorError
from grader.quiz.marking import orders
from grader.quiz.marking.algebra import Algebra, Comparison
from grader.quiz.marking.choices import Choosable, Pair, mark_choice, mark_match, mark_multi
from grader.quiz.marking.mark import BLANK, Mark, Reading, Unreadable, mark_parts
from grader.quiz.marking.matrices import mark_matrix
from grader.quiz.marking.numbers import mark_number
from grader.quiz.marking.output import mark_output
from grader.quiz.marking.reader import (
    Reader,
    formula_reader,
    matrix_reader,
    number_reader,
    output_reader,
    precision_of,
    read_own,
    shape_reader,
)
from grader.quiz.marking.responses import Response, is_blank, texts_in
from grader.quiz.marking.shapes import mark_shape
from grader.quiz.marking.wording import wrong_kind
from grader.quiz.model import (
    ChoiceKey,
    Key,
    MatchKey,
    OrderKey,
    Partial,
    PartsBody,
    PartsKey,
    PublicQuestion,
    QuestionType,
    TypedBody,
    TypedKey,
)
from grader.records import Text

V = TypeVar("V")


class Marker:
    """Reads and marks answers; `algebra` decides formulas, and is started when the first one comes."""

    def __init__(self, algebra: Algebra) -> None:
        self._algebra = algebra

    def mark(self, question: PublicQuestion, key: Key, response: Response) -> Mark | Unreadable:
        """Mark an answer; `Unreadable` is asked back and is no attempt.

        Raises: AuthorError where the key itself cannot be read, GraderFault.
        """
        if isinstance(key.answer, PartsKey):
            return self._mark_parts(question, key.answer, response)
        if is_blank(response):
            return BLANK
        if isinstance(key.answer, TypedKey):
            return self._mark_typed(question, key.answer, response, partial=key.rules.partial is not Partial.NONE)
        return _mark_chosen(key, response)

    def _mark_parts(self, question: PublicQuestion, parts: PartsKey, response: Response) -> Mark | Unreadable:
        if not isinstance(question.body, PartsBody) or not isinstance(response, Mapping):
            return wrong_kind()
        marks: list[Mark] = []
        for part, key in zip(question.body.parts, parts.parts, strict=True):
            mark = self.mark(part, key, response.get(part.part, ""))
            if isinstance(mark, Unreadable):
                return mark
            marks.append(mark)
        return mark_parts(marks, [_exact(key.rules.points) for key in parts.parts])

    def _mark_typed(
        self, question: PublicQuestion, answer: TypedKey, response: Response, *, partial: bool
    ) -> Mark | Unreadable:
        body, precision = question.body, precision_of(answer.precision)
        if not isinstance(body, TypedBody):
            return wrong_kind()
        typed = _Typed(question, answer, response)
        match question.type:
            case QuestionType.NUMBER:
                return typed.mark(
                    number_reader(body), lambda one, right, known: mark_number(one, right, known, precision)
                )
            case QuestionType.SHAPE:
                return typed.mark(shape_reader(), mark_shape)
            case QuestionType.CODE_OUTPUT:
                return typed.mark(output_reader(), mark_output)
            case QuestionType.MATRIX:
                return typed.mark(
                    matrix_reader(body),
                    lambda one, right, known: mark_matrix(one, right, known, precision, partial=partial),
                )
        return typed.mark(
            formula_reader(body),
            lambda one, right, known: self._algebra.mark(
                one.value, Comparison(right=right, known=known, variables=answer.variables)
            ),
        )


@dataclass(frozen=True, slots=True)
class _Typed:
    """One answer that was typed, with the key that it is compared with."""

    question: PublicQuestion
    key: TypedKey
    response: Response

    def mark(
        self, reader: Reader[V], marker: Callable[[Reading[V], tuple[V, ...], tuple[V, ...]], Mark]
    ) -> Mark | Unreadable:
        reading = reader(self.response)
        if isinstance(reading, Unreadable):
            return reading
        right = tuple(self._own(text) for text in (self.key.answer, *self.key.also))
        return marker(reading, right, tuple(self._own(wrong.value, is_wrong=True) for wrong in self.key.wrong))

    def _own(self, text: str, *, is_wrong: bool = False) -> Any:
        """Return a value of the key, read as a student's."""
        reading = read_own(self.question, text, is_wrong=is_wrong)
        if isinstance(reading, Unreadable):
            question = self.question
            name = f"{question.id}/{question.part}" if question.part else question.id
            raise AuthorError(
                Text(
                    en=f'{name}: answer "{text}": {reading.reason.en}', zh=f"{name}：答案“{text}”：{reading.reason.zh}"
                ),
                remedy=reading.way_out,
            )
        return reading.value


def _mark_chosen(key: Key, response: Response) -> Mark | Unreadable:
    partial = key.rules.partial is not Partial.NONE
    answer = key.answer
    if isinstance(answer, ChoiceKey):
        options = [Choosable(id=option.id, right=option.right) for option in answer.options]
        if key.type is QuestionType.CHOICE:
            return mark_choice(options, response) if isinstance(response, str) else wrong_kind()
        ticked = texts_in(response)
        return wrong_kind() if ticked is None else mark_multi(options, ticked, partial=partial)
    if isinstance(answer, OrderKey):
        given = texts_in(response)
        before = orders.closed({item.id: item.after for item in answer.items})
        sequences = [wrong.sequence for wrong in answer.wrong]
        return wrong_kind() if given is None else orders.mark_order(before, given, sequences, partial=partial)
    if not isinstance(answer, MatchKey) or not isinstance(response, Mapping):
        return wrong_kind()
    chosen = {row: option for row, option in response.items() if isinstance(option, str)}
    right = [Pair(pair.row, pair.option) for pair in answer.pairs]
    known = [Pair(wrong.row, wrong.option) for wrong in answer.wrong]
    return mark_match(right, answer.names.keys(), chosen, known, partial=partial)


def _exact(number: float) -> Fraction:
    return Fraction(repr(number))
