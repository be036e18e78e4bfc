"""Every exercise of the course is proven: stub, reference, mistakes and cheats each get what they should."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.exercise import Entry, load_course
from grader.pipeline import Grader
from grader.report import Report, Status
from grader.submission import collect

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)
SEEDS = (1, 2, 3, 2**63 - 1)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    """One warm grader for all of them: an exam costs some tens of milliseconds."""
    with Grader() as warm:
        yield warm


def exam(grader: Grader, entry: Entry, submission: Path, *, seed: int = 1) -> Report:
    exercise = entry.read()
    return grader.examine(exercise, collect(exercise, submission), seed=seed)


def wrong_ones(kind: str) -> list[object]:
    return [
        pytest.param(entry, file, id=f"{entry.name}-{file.stem}")
        for entry in COURSE.entries
        if entry.solution_folder is not None
        for file in sorted((entry.solution_folder / kind).glob("*.py"))
    ]


def failed(report: Report) -> str:
    return "\n".join(
        f"{test.outcome}: {test.name}: {test.explanation}" for test in report.tests if test.earned < test.points
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.name)
def test_the_reference_gets_full_score_on_every_seed(grader: Grader, entry: Entry, seed: int) -> None:
    assert entry.solution_folder is not None
    report = exam(grader, entry, entry.solution_folder, seed=seed)
    assert report.status is Status.FULL, failed(report)
    assert report.counts.hidden > 0


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.name)
def test_the_stub_is_recognised_and_gets_nothing(grader: Grader, entry: Entry) -> None:
    report = exam(grader, entry, entry.folder)
    assert report.status is Status.NOT_STARTED
    assert report.score is not None
    assert report.score.earned == 0


@pytest.mark.parametrize(("entry", "file"), wrong_ones("mistakes"))
def test_a_mistake_loses_points_and_is_the_students(grader: Grader, entry: Entry, file: Path) -> None:
    report = exam(grader, entry, file)
    assert report.status is Status.PARTIAL, failed(report)
    assert report.fault == "student"


@pytest.mark.parametrize(("entry", "file"), wrong_ones("cheats"))
def test_a_cheat_is_caught(grader: Grader, entry: Entry, file: Path) -> None:
    report = exam(grader, entry, file)
    assert report.status is Status.PARTIAL, failed(report)
    assert report.fault == "student"


@pytest.mark.parametrize("entry", COURSE.entries, ids=lambda entry: entry.name)
def test_an_exercise_has_mistakes_and_cheats(entry: Entry) -> None:
    assert entry.solution_folder is not None
    for kind in ("mistakes", "cheats"):
        assert list((entry.solution_folder / kind).glob("*.py")), f"{entry.name} has no {kind}"
