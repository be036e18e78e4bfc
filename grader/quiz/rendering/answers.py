"""Typed answers as students read them: how one was understood, and a right one without the noise of its float.

A computed answer may be kept as 0.15999999999999992, and a shape as its author wrote it. Nobody has to type that, so
nobody is shown it: a number is rounded where a rounded one is taken, and a shape stands as all shapes do.
"""

from __future__ import annotations

from fractions import Fraction

from grader.quiz.marking.mark import Reading
from grader.quiz.marking.matrices import Matrix
from grader.quiz.marking.numbers import plain
from grader.quiz.marking.precision import Accuracy, Number, Special, rounded
from grader.quiz.marking.reader import precision_of, read, read_own
from grader.quiz.model import PublicQuestion, QuestionType, TypedBody
from grader.records import Text

_FLOAT_FIGURES = 12  # what a float has beyond these may be rounding
_SHORT_FIGURES = 6  # as many are shown as they are; of more, as many as are asked for


def as_read(question: PublicQuestion, response: object) -> Text | None:
    """Return how a typed answer is understood; None where it cannot be, or nothing is typed there."""
    if not isinstance(question.body, TypedBody) or not isinstance(response, str):
        return None
    reading = read(question, response)
    return reading.shown if isinstance(reading, Reading) else None


def right_answer(question: PublicQuestion, answer: str) -> Text:
    """Return a right answer of what is typed as it is shown once it may be seen, or to its author."""
    body = question.body
    reading = read_own(question, answer) if isinstance(body, TypedBody) else None
    if not isinstance(body, TypedBody) or not isinstance(reading, Reading):
        return Text(en=answer, zh=answer)
    if question.type is QuestionType.SHAPE:
        return reading.shown
    if body.precision is not None and isinstance(reading.value, Matrix | Fraction):
        told = _rounded(reading.value, precision_of(body.precision))
        return Text(en=told, zh=told)
    if question.type is not QuestionType.NUMBER:
        return Text(en=answer, zh=answer)
    return Text(en=_worked_out(answer, reading.shown.en), zh=_worked_out(answer, reading.shown.zh))


def _worked_out(answer: str, shown: str) -> str:
    """Return `1/3 ≈ 0.333333`, `2^10 = 1024`, and what is a number already once."""
    if shown.startswith(answer):
        return shown
    return f"{answer} {shown}" if shown.startswith("≈") else f"{answer} = {shown}"


def _rounded(value: Matrix | Fraction, accuracy: Accuracy) -> str:
    if isinstance(value, Fraction):
        return _number(value, accuracy)
    rows = ("[" + ", ".join(_number(cell, accuracy) for cell in row) + "]" for row in value.rows)
    return f"[{', '.join(rows)}]"


def _number(number: Number, accuracy: Accuracy) -> str:
    if isinstance(number, Special):
        return number.value
    if accuracy.absolute is not None and abs(number) * 10**_SHORT_FIGURES <= accuracy.absolute:
        return "0"  # what a cancellation left, far below all that is asked for
    brief = rounded(number, _FLOAT_FIGURES)
    if brief.denominator == 1 or rounded(brief, _SHORT_FIGURES) == brief:
        return plain(brief)
    return f"≈ {plain(rounded(brief, accuracy.sig_figs or _SHORT_FIGURES))}"
