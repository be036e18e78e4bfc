"""Hostile and hopeless submissions: each gets its outcome, no points it did not earn, and the grader goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from one_base import sharing

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
FIRST = "test_softmax_turns_each_row_into_shares"


@dataclass(frozen=True, slots=True)
class End:
    """How the first visible test ends, how all together do, and what the submission earns."""

    first: Outcome
    others: frozenset[Outcome] = frozenset()
    earned: float = 0.0


_F, _B, _C = Outcome.FAILED, Outcome.BLOCKED, Outcome.CRASHED
_T, _M = Outcome.TIMEOUT, Outcome.MEMORY
# The tests after the first wait for it (blocked), or call the same function and end as it does.
EXPECTED = {
    "eats_memory": End(_M, frozenset({_B})),
    "exit_zero": End(_F),
    "fakes_report": End(_F, frozenset({_B})),
    "forks_without_end": End(_F, frozenset({_B})),
    "loop_at_import": End(_T),
    # Its other functions are wrong, and one of them is the library's own, which the exercise forbids.
    "loop_in_call": End(_T, frozenset({_F, _B, Outcome.FORBIDDEN})),
    "os_exit": End(_C, frozenset({_B})),
    "prints_forever": End(_T, frozenset({_F, _B})),
    "segfault": End(_C, frozenset({_B})),
    "syntax_error": End(_F),
    "wrong": End(_F, frozenset({_B})),
}
UNREADABLE = {"empty", "not_text"}


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    """One warm grader for all: what one submission does must not reach the next."""
    with sharing(Grader()) as warm:
        yield warm


def exam(grader: Grader, name: str) -> Report:
    return grader.examine(EXERCISE, collect(EXERCISE, SUBMISSIONS / f"{name}.py"), seed=1)


def test_every_submission_here_is_expected_to_end_somehow() -> None:
    assert {file.stem for file in SUBMISSIONS.glob("*.py")} == {*EXPECTED, *UNREADABLE, "right"}


@pytest.mark.parametrize(("name", "end"), EXPECTED.items(), ids=EXPECTED.keys())
def test_it_gets_its_outcome_and_is_its_own_fault(grader: Grader, name: str, end: End) -> None:
    report = exam(grader, name)
    assert report.tests[0].name == FIRST
    assert report.tests[0].visible
    assert report.tests[0].outcome is end.first
    assert {test.outcome for test in report.tests} == {end.first, *end.others}
    assert report.status is Status.PARTIAL
    assert report.fault == "student"
    assert report.score is not None
    assert report.score.earned == end.earned


def test_the_next_student_is_not_touched(grader: Grader) -> None:
    for name in ("os_exit", "fakes_report", "segfault"):
        exam(grader, name)
        assert exam(grader, "right").status is Status.FULL


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_holds_no_text_is_refused(name: str) -> None:
    with pytest.raises(SubmissionError):
        collect(EXERCISE, SUBMISSIONS / f"{name}.py")
