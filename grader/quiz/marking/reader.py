"""Reads what was typed by the public half of a question alone: asking it back says nothing about the right answer.

Known wrong answers and the model answer are texts that are read in the same way. What reads one type of answer is
loaded with the first answer of that type: whoever waits for a first question waits for no other type's.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from grader.quiz.marking.mark import Reading, Unreadable
from grader.quiz.marking.responses import Response, texts_in
from grader.quiz.marking.wording import wrong_kind
from grader.quiz.model import Precision, PublicQuestion, QuestionType, TypedBody

if TYPE_CHECKING:
    from grader.quiz.marking.formula import Formula
    from grader.quiz.marking.matrices import Matrix
    from grader.quiz.marking.output import Output
    from grader.quiz.marking.precision import Accuracy, Number
    from grader.quiz.marking.shapes import Shape

V = TypeVar("V")
Reader = Callable[[Response], Reading[V] | Unreadable]


def read(question: PublicQuestion, response: Response) -> Reading[object] | Unreadable:
    """Return how a typed answer is understood, to be shown before it counts."""
    if not isinstance(question.body, TypedBody):
        return wrong_kind()
    return _reader_of(question.type, question.body)(response)


def read_own(question: PublicQuestion, text: str, *, is_wrong: bool = False) -> Reading[object] | Unreadable:
    """Return how an answer of the key is understood: as a student's is, but each text is read once and kept.

    Whoever draws or marks many variants meets the same texts again and again; those of a key are short and few. A
    known wrong answer (`is_wrong`) may be a fraction where a whole number is asked for: nobody can give it then.
    """
    if not isinstance(question.body, TypedBody):
        return wrong_kind()
    return _read_own(question.type, question.body, text, is_wrong)


def number_reader(body: TypedBody, *, fraction: bool = False) -> Reader[Number]:
    """Return what reads a number. `fraction`: it may be one where a whole number is asked for."""
    from grader.quiz.marking.numbers import read_number

    unit = (body.unit.en, body.unit.zh) if body.unit else ()
    return _text(lambda text: read_number(text, unit=unit, whole=body.whole, fraction=fraction))


def shape_reader() -> Reader[Shape]:
    """Return what reads a shape."""
    from grader.quiz.marking.shapes import read_shape

    return _text(read_shape)


def output_reader() -> Reader[Output]:
    """Return what reads the output of code."""
    from grader.quiz.marking.output import read_output

    return _text(read_output)


def matrix_reader(body: TypedBody) -> Reader[Matrix]:
    """Return what reads a table of numbers."""
    from grader.quiz.marking.matrices import fitted

    def reader(response: Response) -> Reading[Matrix] | Unreadable:
        reading = _read_table(response)
        if isinstance(reading, Unreadable) or not body.rows:
            return reading
        return fitted(reading, body.rows, body.columns)

    return reader


def formula_reader(body: TypedBody) -> Reader[Formula]:
    """Return what reads a formula of the question's variables."""
    from grader.quiz.marking.formula_reading import read_formula
    from grader.quiz.marking.formula_words import Names

    names = Names(body.variables)
    return _text(lambda text: read_formula(text, names))


def precision_of(written: Precision | None) -> Accuracy:
    """Return a precision in exact numbers."""
    from grader.quiz.marking.precision import EXACT, Accuracy

    if written is None:
        return EXACT
    return Accuracy(
        sig_figs=written.sig_figs, relative=_tolerance(written.relative), absolute=_tolerance(written.absolute)
    )


@lru_cache(maxsize=4096)
def _read_own(kind: QuestionType, body: TypedBody, text: str, is_wrong: bool) -> Reading[object] | Unreadable:
    return _reader_of(kind, body, is_wrong=is_wrong)(text)


def _reader_of(kind: QuestionType, body: TypedBody, *, is_wrong: bool = False) -> Reader[object]:
    match kind:
        case QuestionType.NUMBER:
            return number_reader(body, fraction=is_wrong)
        case QuestionType.SHAPE:
            return shape_reader()
        case QuestionType.CODE_OUTPUT:
            return output_reader()
        case QuestionType.MATRIX:
            return matrix_reader(body)
    return formula_reader(body)


def _text(reader: Callable[[str], Reading[V] | Unreadable]) -> Reader[V]:
    return lambda response: reader(response) if isinstance(response, str) else wrong_kind()


def _read_table(response: Response) -> Reading[Matrix] | Unreadable:
    from grader.quiz.marking.matrices import read_cells, read_matrix

    if isinstance(response, str):
        return read_matrix(response)
    if not isinstance(response, list | tuple):
        return wrong_kind()
    rows = [texts_in(row) for row in response]
    cells = [row for row in rows if row is not None]
    return read_cells(cells) if len(cells) == len(rows) else wrong_kind()


def _tolerance(written: str | None) -> Fraction | None:
    return None if written is None else Fraction(written)
