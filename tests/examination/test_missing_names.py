"""What is offered in place of a name that a submission lacks: a slip of the pen, never what the exercise asks for."""

from __future__ import annotations

from typing import Any

import pytest
from exams import said

from grader.records import Outcome

SOFTMAX = "def softmax(x):\n    return x\n\n\n"
LOG = "def {name}(x):\n    return x\n\n\n"
REFERENCE = SOFTMAX + LOG.format(name="log_softmax")
TESTS = """
def test_it(student):
    student.log_softmax(torch.ones(2))
"""


def told(exams: Any, student: str, **more: Any) -> str:
    """Return what a student is told who lacks `log_softmax`."""
    (test,) = exams.run(student, TESTS, reference=REFERENCE, **more).tests
    assert test.outcome is Outcome.FAILED
    assert test.explanation is not None
    assert test.explanation.cause_id == "missing_name"
    return said(test.explanation)


@pytest.mark.parametrize("reveal", ["full", "hint"])
def test_no_function_that_the_exercise_asks_for_is_to_be_renamed(exams: Any, reveal: str) -> None:
    explanation = told(exams, SOFTMAX, reveal=reveal)
    assert "rename" not in explanation
    assert "Did you mean" not in explanation
    assert "Define `log_softmax` at the left margin of work.py." in explanation


def test_a_slip_is_offered_beside_a_function_that_is_right_and_nearer(exams: Any) -> None:
    explanation = told(exams, SOFTMAX + LOG.format(name="logarithm_of_softmax"))
    assert "You have `logarithm_of_softmax`. Did you mean `log_softmax`?" in explanation
    assert "rename it" in explanation


def test_without_a_reference_the_stub_says_what_is_asked_for(exams: Any) -> None:
    visible = "import torch\n" + TESTS
    for stub in (REFERENCE, REFERENCE.replace("return x", "raise NotImplementedError")):
        assert "rename" not in told(exams, SOFTMAX, stub=stub, visible=visible, hidden=False)


def test_a_stub_that_its_student_has_renamed_in_does_not_say_what_is_asked_for(exams: Any) -> None:
    """In a clone the stub is the student's own file."""
    own = SOFTMAX + LOG.format(name="log_sotfmax")
    explanation = told(exams, own, stub=own, visible="import torch\n" + TESTS, hidden=False)
    assert "You have `log_sotfmax`. Did you mean `log_softmax`?" in explanation
