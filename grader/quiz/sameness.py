"""Whether a wrong answer would be taken for the right one, by the rules of the marker.

Then whoever is right would be told of a misconception, or whoever has it would be marked right: such a variant is
drawn anew. Answers are read as a student's are, each once. Formulas are compared by their text here; lint compares
them with algebra, in a process of its own.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import lru_cache

from grader.quiz.marking.mark import Reading, Unreadable
from grader.quiz.marking.reader import precision_of, read_own
from grader.quiz.model import Precision, PublicQuestion, QuestionType, TypedKey
from grader.records import Text

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
    same = _sameness(kind, written)
    for place, value in enumerate(wrong):
        if value is not None and any(same(answer, value) for answer in right):
            return place
    return None


def size_of(answer: str) -> tuple[int, int]:
    """Return the rows and columns of a matrix; none of one that cannot be read."""
    from grader.quiz.marking.matrices import read_matrix  # loaded later

    found = read_matrix(answer)
    return found.value.size if isinstance(found, Reading) else (0, 0)


def _value(public: PublicQuestion, answer: str, *, is_wrong: bool = False) -> object:
    if public.type is QuestionType.EXPRESSION:
        return "".join(answer.split())
    found = read_own(public, answer, is_wrong=is_wrong)
    return found.value if isinstance(found, Reading) else None


def _sameness(kind: QuestionType, written: Precision | None) -> Callable[[object, object], bool]:
    """Return what tells whether two values are the same answer to a question of this type."""
    if kind in _NUMBERS:
        from grader.quiz.number_sameness import NumberSameness  # loaded later

        return NumberSameness(precision_of(written)).is_same
    return _same_output if kind is QuestionType.CODE_OUTPUT else operator.eq


def _same_output(answer: object, other: object) -> bool:
    from grader.quiz.marking.output import Output, matches  # loaded later

    return isinstance(answer, Output) and isinstance(other, Output) and matches(answer, other)
