"""Every computed answer of the bank, held against torch and NumPy: programs run, tensors made, optimizers stepped."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from quiz.bank import Asked, computed_labels, drawn, printed, question_at
from quiz.bank_truths import ROUGH, TRUTHS
from quiz.truths import ERROR

from grader.quiz.marking import Algebra, Mark, Marker, Reading, Verdict
from grader.quiz.marking.matrices import read_matrix
from grader.quiz.marking.numbers import read_number
from grader.quiz.marking.shapes import Raises, read_shape
from grader.quiz.model import QuestionType, TypedKey

STUDENTS = 6
LABELS = computed_labels()
ROUNDED = [
    label
    for label in LABELS
    if label in TRUTHS
    and label not in ROUGH
    and question_at(label).type is QuestionType.NUMBER
    and question_at(label).precision is not None
]


@pytest.fixture(scope="module")
def bank() -> dict[str, list[Asked]]:
    return drawn(STUDENTS)


@pytest.mark.parametrize("label", LABELS)
def test_computed_answer_is_what_torch_says(bank, label):
    for asked in bank[label][: 2 if label in ROUGH else STUDENTS]:
        assert isinstance(asked.key.answer, TypedKey)
        answer = asked.key.answer.answer
        if label in TRUTHS:
            check(asked, answer, TRUTHS[label](asked.key.params))
        elif asked.public.type is QuestionType.CODE_OUTPUT:
            assert printed(asked.program) == answer, asked.program
        else:
            check(asked, answer, float(printed(asked.program)))


def check(asked: Asked, answer: str, truth: object) -> None:
    """Compare an answer, as text, with what torch has found."""
    params = dict(asked.key.params)
    if asked.public.type is QuestionType.SHAPE:
        reading = read_shape(answer)
        assert isinstance(reading, Reading)
        assert (ERROR if isinstance(reading.value, Raises) else list(reading.value)) == truth, params
    elif asked.public.type is QuestionType.MATRIX:
        reading = read_matrix(answer)
        assert isinstance(reading, Reading)
        assert isinstance(truth, list)
        assert [len(row) for row in reading.value.rows] == [len(row) for row in truth]
        cells = [cell for row in reading.value.rows for cell in row]
        found = [cell for row in truth for cell in row]
        assert all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6) for a, b in zip(cells, found, strict=True)), params
    else:
        assert isinstance(truth, int | float)
        reading = read_number(answer)
        assert isinstance(reading, Reading)
        assert isinstance(reading.value, Fraction)
        near = ROUGH.get(asked.label, 1e-6)
        assert math.isclose(reading.value, truth, rel_tol=near, abs_tol=1e-7 * (truth == 0)), (answer, truth, params)


@pytest.mark.parametrize("label", ROUNDED)
def test_what_torch_says_rounded_as_asked_is_accepted(bank, label):
    asked = bank[label][-1]
    assert isinstance(asked.key.answer, TypedKey)
    precision = asked.key.answer.precision
    assert precision is not None
    truth = TRUTHS[label](asked.key.params)
    typed = f"{truth:.{precision.sig_figs - 1}e}" if precision.sig_figs else f"{truth:.4f}"
    mark = Marker(Algebra()).mark(asked.public, asked.key, typed)
    assert isinstance(mark, Mark)
    assert mark.verdict is Verdict.RIGHT, (typed, asked.key.answer.answer)


def test_every_computed_answer_has_a_program_or_a_truth(bank):
    without = [label for label in LABELS if label not in TRUTHS and "print(" not in bank[label][0].program]
    assert without == []
    assert set(TRUTHS) <= set(LABELS)
    assert set(ROUGH) <= set(TRUTHS)
