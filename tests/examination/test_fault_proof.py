"""Whose fault a failure is: what fails on the reference too is the author's, and gives no score."""

from __future__ import annotations

from typing import Any

import pytest
from exams import said

from grader.errors import AuthorError
from grader.records import Outcome
from grader.report import Status, exit_code

RIGHT = """
import torch

def f(x):
    return x + 1

def half(x):
    return x / 2
"""
WRONG = RIGHT.replace("x + 1", "x - 1")
NOTHING = RIGHT.replace("return x + 1", "pass")

HEAD = "import pytest, torch\nfrom grader.examination import *"
BROKEN_TESTS = {
    "a name that is not defined": "assert student.f(1) == expected",
    "a wrong expectation": "assert student.f(1) == 5",
    "a wrong expectation of close": "close(student.f(torch.ones(2)), torch.ones(2))",
    "a function that the reference lacks": "assert student.g(1) == 2",
    "a fixture that raises": "assert broken == 1",
    "an argument that cannot be sent": "student.f({1, 2})",
    "a comparison of handles": "assert student.f(object) == 1",
    "a division by zero": "assert student.f(1) == 1 / 0",
    "an import inside": "import no_such_module",
    "a helper used wrongly": "close(student.f(torch.ones(2)))",
    "an assertion without the student": "assert 1 == 2",
}


@pytest.mark.parametrize("body", BROKEN_TESTS.values(), ids=BROKEN_TESTS.keys())
def test_a_test_that_fails_on_the_reference_gives_nobody_a_score(exams: Any, body: str) -> None:
    names = "student, broken" if "broken" in body else "student"
    fixture = "@pytest.fixture\ndef broken(): raise RuntimeError('in the fixture')\n"
    exercise = exams.exercise(f"{HEAD}\n{fixture}\ndef test_it({names}):\n    {body}\n", reference=RIGHT)
    for submission in (RIGHT, WRONG, NOTHING):
        report = exams.examine(exercise, submission)
        assert report.status is Status.UNSCORED
        assert report.fault == "author"
        assert report.score is None
        assert exit_code(report) == 2
        assert "test_it" in said(report.problem)
        assert "not your fault" in said(report.problem)


def test_a_reference_that_raises_is_the_authors(exams: Any) -> None:
    report = exams.run(
        "def f(): return 1",
        "def test_it(student): assert student.f() == 2",
        reference="def f(): raise ValueError('of the reference')",
    )
    assert report.fault == "author"
    assert "of the reference" in said(report.problem)


def test_a_reference_that_raises_in_process_is_the_authors(exams: Any) -> None:
    report = exams.run(
        "def f(): return 1",
        "def test_it(student, reference): assert student.f() == reference.f()",
        reference="def f(): raise ValueError('of the reference')",
    )
    assert report.fault == "author"


def test_a_reference_that_cannot_be_imported_is_the_authors(exams: Any) -> None:
    with pytest.raises(AuthorError, match="no_such_module"):
        exams.run("def f(): return 1", "def test_it(student): pass", reference="import no_such_module")


def test_a_reference_that_never_ends_is_the_authors(exams: Any) -> None:
    report = exams.run(
        "def f(): return 1",
        "def test_it(student): assert student.f() == 2",
        reference="def f():\n    while True: pass",
        limits="call_s = 0.2\nexam_s = 5",
    )
    assert report.fault == "author"


def test_none_instead_of_a_number_is_the_students(exams: Any) -> None:
    report = exams.run(NOTHING, "def test_it(student): assert student.f(1) + 1 == 3", reference=RIGHT)
    assert report.fault == "student"
    assert report.status is Status.PARTIAL
    assert report.score is not None
    explanation = report.tests[0].explanation
    assert explanation is not None
    assert explanation.cause_id == "type.none"
    assert "TypeError" in said(explanation)


def test_none_used_in_any_way_is_the_students(exams: Any) -> None:
    uses = (
        "{}.shape",
        "len({})",
        "{}[0]",
        "float({})",
        "list({})",
        "{} + 1",
        "{} > 0",
        "torch.relu({})",
        "{}.tolist()",
    )
    tests = "\n".join(
        f"def test_{number}(student): assert {use.format('student.f(torch.ones(1))')} is not None"
        for number, use in enumerate(uses)
    )
    report = exams.run(NOTHING, tests, reference=RIGHT)
    assert report.fault == "student", said(report.problem)
    assert {test.explanation and test.explanation.cause_id for test in report.tests} == {"type.none"}
    assert [test.outcome for test in report.tests] == [Outcome.FAILED] * len(uses)


def test_a_wrong_answer_is_the_students(exams: Any) -> None:
    report = exams.run(WRONG, "def test_it(student): assert student.f(1) == 2", reference=RIGHT)
    assert report.fault == "student"
    assert report.score is not None


def test_a_right_answer_is_nobodys_fault(exams: Any) -> None:
    report = exams.run(RIGHT, "def test_it(student): assert student.f(1) == 2")
    assert report.fault is None
    assert report.status is Status.FULL


def test_one_broken_test_takes_the_score_of_the_whole_exam(exams: Any) -> None:
    tests = "def test_good(student): assert student.f(1) == 2\ndef test_bad(student): assert student.f(1) == 9"
    report = exams.run(RIGHT, tests)
    assert report.status is Status.UNSCORED
    assert "test_bad" in said(report.problem)


def test_a_test_that_is_only_blocked_is_not_proven(exams: Any) -> None:
    tests = (
        "def test_first(student): assert student.f(1) == 2\n"
        "@pytest.mark.needs('test_first')\ndef test_second(student): assert student.f(1) == 2"
    )
    report = exams.run(WRONG, tests, reference=RIGHT)
    assert report.fault == "student"
    assert [test.outcome for test in report.tests] == [Outcome.FAILED, Outcome.BLOCKED]


def test_the_proof_runs_with_the_same_random_values(exams: Any) -> None:
    tests = "def test_it(student, rand): raise ValueError(rand.integers(0, 10**9))"
    exercise = exams.exercise(tests, reference=RIGHT)
    right, wrong = (said(exams.examine(exercise, code, seed=3).problem) for code in (RIGHT, WRONG))
    assert right == wrong
    assert "ValueError: " in right


def test_the_next_submission_is_examined_as_if_nothing_had_been(exams: Any) -> None:
    exercise = exams.exercise(
        "def test_it(student): assert student.f(1) == 2", reference=RIGHT, limits="call_s = 0.2\nexam_s = 5"
    )
    for submission in (WRONG, "def f(x):\n    while True: pass", "import os\nos._exit(0)", "def f(:", NOTHING):
        assert exams.examine(exercise, submission).fault == "student"
        assert exams.examine(exercise, RIGHT).status is Status.FULL


@pytest.mark.parametrize(
    "body",
    [
        "for batch in student.f(1): last = batch\n    assert last == 2",
        "for batch in student.f(1): last = batch\n    assert (lambda: last)() == 2",
    ],
    ids=["local", "of a closure"],
)
def test_without_a_reference_a_name_that_an_empty_result_left_unset_is_the_students(exams: Any, body: str) -> None:
    exercise = exams.exercise("", reference=RIGHT, visible=f"def test_it(student):\n    {body}\n", hidden=False)
    report = exams.examine(exercise, "def f(x): return []")
    assert report.fault == "student"
    assert report.score is not None


def test_without_a_reference_a_name_that_does_not_exist_is_the_authors(exams: Any) -> None:
    visible = "def test_it(student):\n    assert student.f(1) == undefined\n"
    exercise = exams.exercise("", reference=RIGHT, visible=visible, hidden=False)
    report = exams.examine(exercise, "def f(x): return []")
    assert report.fault == "author"
    assert report.score is None
