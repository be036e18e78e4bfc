"""dlgrade as a library: what `import grader` offers."""

from __future__ import annotations

import pytest
from cli_runs import ROOT, SOLUTION, SUBMISSIONS

import grader
from grader.errors import UsageError

pytestmark = pytest.mark.usefixtures("shared_base")


def test_check_returns_a_report() -> None:
    report = grader.check("softmax", SOLUTION, course=ROOT, seed=1)
    assert isinstance(report, grader.Report)
    assert report.status == "full"
    assert report.seed == 1


def test_check_of_a_hostile_file_is_a_report_too() -> None:
    assert grader.check("softmax", SUBMISSIONS / "exit_zero.py", course=ROOT).status == "partial"


def test_what_it_does_not_offer_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        grader.nothing_like_it  # noqa: B018


def test_an_unknown_exercise_raises() -> None:
    with pytest.raises(UsageError):
        grader.check("no such exercise", course=ROOT)
