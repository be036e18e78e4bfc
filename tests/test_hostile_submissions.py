"""Hostile and hopeless submissions: each gets its outcome, no points it did not earn, and the grader goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Limits, Outcome
from grader.report import Report, Status
from grader.submission import collect

ROOT = Path(__file__).parent.parent
SUBMISSIONS = ROOT / "tests" / "submissions"
# Limits so short that an endless loop costs a test little; the checksum differs, as another exercise's would.
EXERCISE = replace(
    load_course(ROOT).find("exercise03"), limits=Limits(call_s=0.5, exam_s=10.0, memory_mib=512), sha256="0" * 64
)
EXPECTED = {
    "eats_memory": Outcome.MEMORY,
    "exit_zero": Outcome.FAILED,
    "fakes_report": Outcome.FAILED,
    "forks_without_end": Outcome.FAILED,
    "loop_at_import": Outcome.TIMEOUT,
    "loop_in_call": Outcome.TIMEOUT,
    "os_exit": Outcome.CRASHED,
    "prints_forever": Outcome.TIMEOUT,
    "segfault": Outcome.CRASHED,
    "syntax_error": Outcome.FAILED,
    "wrong": Outcome.FAILED,
}
UNREADABLE = {"empty", "not_text"}


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    """One warm grader for all: what one submission does must not reach the next."""
    with Grader() as warm:
        yield warm


def exam(grader: Grader, name: str) -> Report:
    return grader.examine(EXERCISE, collect(EXERCISE, SUBMISSIONS / f"{name}.py"), seed=1)


def test_every_submission_here_is_expected_to_end_somehow() -> None:
    assert {file.stem for file in SUBMISSIONS.glob("*.py")} == {*EXPECTED, *UNREADABLE, "right"}


@pytest.mark.parametrize(("name", "outcome"), EXPECTED.items())
def test_it_gets_its_outcome_and_is_its_own_fault(grader: Grader, name: str, outcome: Outcome) -> None:
    report = exam(grader, name)
    assert outcome in {test.outcome for test in report.tests}
    assert report.status is Status.PARTIAL
    assert report.fault == "student"
    assert report.score is not None
    if name != "wrong":
        assert report.score.earned == 0


def test_the_next_student_is_not_touched(grader: Grader) -> None:
    for name in ("os_exit", "fakes_report", "segfault"):
        exam(grader, name)
        assert exam(grader, "right").status is Status.FULL


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_holds_no_text_is_refused(name: str) -> None:
    with pytest.raises(SubmissionError):
        collect(EXERCISE, SUBMISSIONS / f"{name}.py")
