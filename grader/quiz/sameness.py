"""Whether a wrong answer would be taken for the right one, by the rules of the marker.

Then whoever is right would be told of a misconception, or whoever has it would be marked right: such a variant is
drawn anew. Answers are read as a student's are, each once. Formulas are compared by their text here; lint compares
them with algebra, in a process of its own.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from grader.quiz.marking.mark import Reading, Unreadable
from grader.quiz.marking.marker import precision_of, read_own
from grader.quiz.marking.matrices import Matrix, read_matrix
from grader.quiz.marking.output import Output, matches
from grader.quiz.marking.precision import Accuracy, Number, Special, collides
from grader.quiz.model import Precision, PublicQuestion, QuestionType, TypedKey
from grader.records import Text

_SMALL_SHARE = Fraction(1, 10)
_EXACT_FIGURES = 14
_NUMBERS = (QuestionType.NUMBER, QuestionType.MATRIX)


def unreadable(public: PublicQuestion, key: TypedKey) -> tuple[str, Text] | None:
    """Return an answer that is right and cannot be read, with the reason; None where each can be read."""
    for answer in (key.answer, *key.also):
        found = read_own(public, answer)
        if isinstance(found, Unreadable):
            return answer, found.reason
    return None


def collision(public: PublicQuestion, key: TypedKey) -> int | None:
    """Return the place of the first known wrong answer that is as good as right; None where there is none.

    One that cannot be read is like no other.
    """
    right = tuple(_value(public, answer) for answer in (key.answer, *key.also))
    return _collision(
        public.type, right, tuple(_value(public, one.value, is_wrong=True) for one in key.wrong), key.precision
    )


@lru_cache(maxsize=1024)  # by the values, which many variants of a question share
def _collision(
    kind: QuestionType, right: tuple[object, ...], wrong: tuple[object, ...], written: Precision | None
) -> int | None:
    precision = precision_of(written)
    for place, value in enumerate(wrong):
        if value is not None and any(_same(kind, answer, value, precision) for answer in right):
            return place
    return None


def size_of(answer: str) -> tuple[int, int]:
    """Return the rows and columns of a matrix; none of one that cannot be read."""
    found = read_matrix(answer)
    return found.value.size if isinstance(found, Reading) else (0, 0)


def _value(public: PublicQuestion, answer: str, *, is_wrong: bool = False) -> object:
    if public.type is QuestionType.EXPRESSION:
        return "".join(answer.split())
    found = read_own(public, answer, is_wrong=is_wrong)
    return found.value if isinstance(found, Reading) else None


def _same(kind: QuestionType, answer: object, other: object, precision: Accuracy) -> bool:
    if isinstance(answer, Output) and isinstance(other, Output):
        return matches(answer, other)
    if kind not in _NUMBERS:
        return answer == other
    if isinstance(answer, Matrix) and isinstance(other, Matrix):
        return answer.size == other.size and all(
            _collide(one, two, precision)
            for left, right in zip(answer.rows, other.rows, strict=True)
            for one, two in zip(left, right, strict=True)
        )
    assert isinstance(answer, Fraction | Special) and isinstance(other, Fraction | Special)
    return _collide(answer, other, precision)


def _collide(answer: Number, other: Number, precision: Accuracy) -> bool:
    return not _far_apart(answer, other, precision) and collides(answer, other, precision)


def _far_apart(answer: Number, other: Number, precision: Accuracy) -> bool:
    """Whether floats show already that two numbers are no neighbours: exact arithmetic takes ten times as long.

    With n significant figures, two or more, what is taken for one another, rounded or not, lies within two units of
    the last figure: nearer than 2 · 10^(1-n) of the larger number. Here as much again is left to be looked at.
    """
    if isinstance(answer, Special) or isinstance(other, Special):
        return False
    if precision.sig_figs == 1 or (precision.relative or 0) > _SMALL_SHARE:
        return False
    try:
        one, two = float(answer), float(other)
    except OverflowError:
        return False
    distance, larger = abs(one - two), max(abs(one), abs(two))
    near = max(4 * 10.0 ** (1 - (precision.sig_figs or _EXACT_FIGURES)), 2 * float(precision.relative or 0), 1e-12)
    return distance > near * larger and distance > 2 * float(precision.absolute or 0)
