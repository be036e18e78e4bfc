"""One warm base, and the exercise of `lab` on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from diagnosis.misconceptions import lab
from exams import Exams
from one_base import sharing

from grader.pipeline import Grader
from grader.records import Exercise
from grader.report import Report

Causes = Callable[[str], dict[str, str]]


@pytest.fixture(scope="package")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exams]:
    with sharing(Grader()) as grader:
        yield Exams(grader, tmp_path_factory.mktemp("exams"))


@pytest.fixture(scope="package")
def exercise(exams: Exams) -> Exercise:
    """The exercise of `lab`, with all its mistakes."""
    return exams.exercise(
        lab.TESTS, reference=lab.REFERENCE, manifest=lab.MANIFEST, more_files=lab.mistake_files(), reveal="hint"
    )


def causes_of(report: Report) -> dict[str, str]:
    """Return the cause of every failed test, by the test's name."""
    assert report.problem is None, report.problem
    return {test.name: test.explanation.cause_id for test in report.tests if test.explanation is not None}


@pytest.fixture
def causes(exams: Exams, exercise: Exercise) -> Causes:
    """Return the causes that are found for a submission."""

    def causes(student: str) -> dict[str, str]:
        report = exams.examine(exercise, student)
        assert report.notes == ()
        return causes_of(report)

    return causes
