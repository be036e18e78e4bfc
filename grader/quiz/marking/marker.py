"""Reads and marks any question: the public half says how an answer is read, the key what it is worth.

What is read depends on the public half alone, so asking an answer back says nothing about the right one. Known wrong
answers and the model answer are texts that are read in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

from grader.errors import AuthorError
from grader.quiz.marking import orders
from grader.quiz.marking.algebra import Algebra, Comparison
from grader.quiz.marking.choices import Choosable, Pair, mark_choice, mark_match, mark_multi
from grader.quiz.marking.formula import Formula
from grader.quiz.marking.formula_reading import read_formula
from grader.quiz.marking.formula_words import Names
from grader.quiz.marking.mark import BLANK, Mark, Reading, Unreadable, mark_parts
from grader.quiz.marking.matrices import Matrix, fitted, mark_matrix, read_cells, read_matrix
from grader.quiz.marking.numbers import mark_number, read_number
from grader.quiz.marking.output import mark_output, read_output
from grader.quiz.marking.output_form import ONLY_FORM
from grader.quiz.marking.precision import EXACT, Accuracy, Number
from grader.quiz.marking.shapes import mark_shape, read_shape
from grader.quiz.marking.wording import wrong_kind
from grader.quiz.model import (
    ChoiceKey,
    Key,
    MatchKey,
    OrderKey,
    Partial,
    PartsBody,
    PartsKey,
    Precision,
    PublicQuestion,
    QuestionType,
    TypedBody,
    TypedKey,
    Wrong,
)
from grader.records import Text

# As JSON holds an answer: of `choice` and what is typed a text; of `multi` and `order` a list of ids; of `match` an
# object from rows to options; of `matrix` a text, or rows of texts; of `multi-part` an object from parts to answers.
Response = str | Sequence[str] | Sequence[Sequence[str]] | Mapping[str, "Response"]
_MAX_DEPTH = 3
V = TypeVar("V")
Reader = Callable[[Response], Reading[V] | Unreadable]


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
                return typed.mark(_number(body), lambda one, right, known: mark_number(one, right, known, precision))
            case QuestionType.SHAPE:
                return typed.mark(_text(read_shape), mark_shape)
            case QuestionType.CODE_OUTPUT:
                return typed.mark(_text(read_output), mark_output)
            case QuestionType.MATRIX:
                return typed.mark(
                    _matrix(body),
                    lambda one, right, known: mark_matrix(one, right, known, precision, partial=partial),
                )
        intervals = {one.name: (_exact(one.low), _exact(one.high)) for one in answer.variables}
        return typed.mark(
            _formula(body),
            lambda one, right, known: self._algebra.mark(
                one.value, Comparison(right=right, known=known, intervals=intervals)
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


def read(question: PublicQuestion, response: Response) -> Reading[object] | Unreadable:
    """Return how a typed answer is understood, to be shown before it counts."""
    if not isinstance(question.body, TypedBody):
        return wrong_kind()
    return _reader(question.type, question.body)(response)


def read_own(question: PublicQuestion, text: str, *, is_wrong: bool = False) -> Reading[object] | Unreadable:
    """Return how an answer of the key is understood: as a student's is, but each text is read once and kept.

    Whoever draws or marks many variants meets the same texts again and again; those of a key are short and few. A
    known wrong answer (`is_wrong`) may be a fraction where a whole number is asked for: nobody can give it then.
    """
    if not isinstance(question.body, TypedBody):
        return wrong_kind()
    return _read_own(question.type, question.body, text, is_wrong)


@lru_cache(maxsize=4096)
def _read_own(kind: QuestionType, body: TypedBody, text: str, is_wrong: bool) -> Reading[object] | Unreadable:
    return _reader(kind, body, is_wrong=is_wrong)(text)


def _reader(kind: QuestionType, body: TypedBody, *, is_wrong: bool = False) -> Reader[Any]:
    match kind:
        case QuestionType.NUMBER:
            return _number(body, fraction=is_wrong)
        case QuestionType.SHAPE:
            return _text(read_shape)
        case QuestionType.CODE_OUTPUT:
            return _text(read_output)
        case QuestionType.MATRIX:
            return _matrix(body)
    return _formula(body)


def is_blank(response: object, *, depth: int = 0) -> bool:
    """Return whether nothing was answered: no text, no option, or only empty ones."""
    if isinstance(response, str):
        return not response.strip()
    if depth > _MAX_DEPTH or not isinstance(response, Mapping | list | tuple):
        return False
    inside = response.values() if isinstance(response, Mapping) else response
    return all(is_blank(one, depth=depth + 1) for one in inside)


def made(key: Key, mark: Mark) -> tuple[Wrong, ...]:
    """Return what is known about why an answer is wrong: misconceptions and what to say; of parts, all together."""
    answer = key.answer
    if mark.is_form:
        return (Wrong(say=ONLY_FORM),)
    if isinstance(answer, PartsKey):
        return tuple(one for part, own in zip(answer.parts, mark.parts, strict=False) for one in made(part, own))
    entries = answer.options if isinstance(answer, ChoiceKey) else answer.wrong
    return tuple(entries[place].wrong for place in mark.known)


def precision_of(written: Precision | None) -> Accuracy:
    """Return a precision in exact numbers."""
    if written is None:
        return EXACT
    return Accuracy(
        sig_figs=written.sig_figs, relative=_tolerance(written.relative), absolute=_tolerance(written.absolute)
    )


def _mark_chosen(key: Key, response: Response) -> Mark | Unreadable:
    partial = key.rules.partial is not Partial.NONE
    answer = key.answer
    if isinstance(answer, ChoiceKey):
        options = [Choosable(id=option.id, right=option.right) for option in answer.options]
        if key.type is QuestionType.CHOICE:
            return mark_choice(options, response) if isinstance(response, str) else wrong_kind()
        ticked = _texts(response)
        return wrong_kind() if ticked is None else mark_multi(options, ticked, partial=partial)
    if isinstance(answer, OrderKey):
        given = _texts(response)
        before = orders.closed({item.id: item.after for item in answer.items})
        sequences = [wrong.sequence for wrong in answer.wrong]
        return wrong_kind() if given is None else orders.mark_order(before, given, sequences, partial=partial)
    if not isinstance(answer, MatchKey) or not isinstance(response, Mapping):
        return wrong_kind()
    chosen = {row: option for row, option in response.items() if isinstance(option, str)}
    right = [Pair(pair.row, pair.option) for pair in answer.pairs]
    known = [Pair(wrong.row, wrong.option) for wrong in answer.wrong]
    return mark_match(right, answer.names.keys(), chosen, known, partial=partial)


def _text(reader: Callable[[str], Reading[V] | Unreadable]) -> Reader[V]:
    return lambda response: reader(response) if isinstance(response, str) else wrong_kind()


def _number(body: TypedBody, *, fraction: bool = False) -> Reader[Number]:
    unit = (body.unit.en, body.unit.zh) if body.unit else ()
    return _text(lambda text: read_number(text, unit=unit, whole=body.whole, fraction=fraction))


def _formula(body: TypedBody) -> Reader[Formula]:
    names = Names(body.variables)
    return _text(lambda text: read_formula(text, names))


def _matrix(body: TypedBody) -> Reader[Matrix]:
    def reader(response: Response) -> Reading[Matrix] | Unreadable:
        reading = _read_table(response)
        if isinstance(reading, Unreadable) or not body.rows:
            return reading
        return fitted(reading, body.rows, body.columns)

    return reader


def _read_table(response: Response) -> Reading[Matrix] | Unreadable:
    if isinstance(response, str):
        return read_matrix(response)
    if not isinstance(response, list | tuple):
        return wrong_kind()
    rows = [_texts(row) for row in response]
    cells = [row for row in rows if row is not None]
    return read_cells(cells) if len(cells) == len(rows) else wrong_kind()


def _texts(response: object) -> list[str] | None:
    """Return a list of texts; None if it is something else."""
    if not isinstance(response, list | tuple):
        return None
    texts = [one for one in response if isinstance(one, str)]
    return texts if len(texts) == len(response) else None


def _tolerance(written: str | None) -> Fraction | None:
    return None if written is None else Fraction(written)


def _exact(number: float) -> Fraction:
    return Fraction(repr(number))
