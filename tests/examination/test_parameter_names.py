"""Which arguments a function may change goes by the course's names, whatever a student calls the parameters."""

from __future__ import annotations

import pytest

from grader.records import Exercise, Outcome
from grader.report import Status

REFERENCE = "def step(params, grads, lr):\n    for p, g in zip(params, grads):\n        p -= lr * g\n"
STUB = "def step(params, grads, lr):\n    raise NotImplementedError\n"
MANIFEST = '[functions.step]\nmutates = ["params"]\n'
TESTS = '''
import torch

def test_step(student):
    """Parameters move."""
    params, grads = [torch.ones(3)], [torch.full((3,), 0.5)]
    student.step(params, grads, 1.0)
    assert params[0].tolist() == [0.5, 0.5, 0.5]
'''
RENAMED = REFERENCE.replace("params", "weights")
GREEDY = (
    "def step(weights, params, lr):\n    for p, g in zip(weights, params):\n        p -= lr * g\n        g.zero_()\n"
)


def made(exams, stub: str, reference: str = REFERENCE, *, hidden: bool = True) -> Exercise:
    tests = {"visible": TESTS} if not hidden else {}
    return exams.exercise(TESTS, reference=reference, stub=stub, manifest=MANIFEST, hidden=hidden, **tests)


@pytest.mark.parametrize("stub", [STUB, RENAMED], ids=["kept", "edited"])
def test_an_honest_rename_of_a_parameter_costs_nothing(exams, stub: str) -> None:
    """In a clone the stub is the student's own file."""
    report = exams.examine(made(exams, stub), RENAMED)
    assert report.status is Status.FULL, report.problem


@pytest.mark.parametrize("stub", [STUB, GREEDY], ids=["kept", "edited"])
def test_swapped_names_take_no_argument_out_of_protection(exams, stub: str) -> None:
    report = exams.examine(made(exams, stub), GREEDY)
    (test,) = report.tests
    assert test.outcome is Outcome.FAILED
    assert test.explanation is not None
    assert "grads" in test.explanation.problem.en


@pytest.mark.parametrize(
    "reference",
    [
        REFERENCE.replace("def step", "def _step") + "step = _step\n",
        "import functools\n\ndef kept(f):\n    @functools.wraps(f)\n    def call(*args):\n        return f(*args)\n"
        "    return call\n\nif True:\n    @kept\n" + "".join(f"    {line}\n" for line in REFERENCE.splitlines()),
    ],
    ids=["another name", "wrapped"],
)
def test_a_reference_that_makes_its_function_names_the_parameters_too(exams, reference: str) -> None:
    assert exams.examine(made(exams, GREEDY, reference), RENAMED).status is Status.FULL
    assert exams.examine(made(exams, GREEDY, reference), GREEDY).status is Status.PARTIAL


def test_without_a_reference_an_honest_rename_is_no_change_of_a_protected_argument(exams) -> None:
    report = exams.examine(made(exams, RENAMED, hidden=False), RENAMED)
    assert {test.outcome for test in report.tests} == {Outcome.PASSED}
    kept = exams.examine(made(exams, STUB, hidden=False), GREEDY)
    assert {test.outcome for test in kept.tests} == {Outcome.FAILED}


@pytest.mark.parametrize("stub", ["x = " + "(" * 5000, "x = " + "-" * 20000 + "1", "def f(:\n"])
def test_a_stub_that_cannot_be_parsed_breaks_no_exam(exams, stub: str) -> None:
    assert exams.examine(made(exams, stub), RENAMED).status is Status.FULL
