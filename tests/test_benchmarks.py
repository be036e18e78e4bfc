"""What the benchmarks grade is what they say they grade; their figures are read from docs/benchmarks.md, not tested."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.classroom import COMPOSITION, HandedIn, Kind, make_class
from grader.batch.entries import find_entries
from grader.batch.intake import take_in
from grader.exercise import load_course
from grader.records import Exercise

ROOT = Path(__file__).parent.parent
EXERCISES = tuple(entry.read() for entry in load_course(ROOT).entries)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the class of `made` lies."""
    return tmp_path_factory.mktemp("class")


@pytest.fixture(scope="module")
def made(folder: Path) -> tuple[HandedIn, ...]:
    """The class of the benchmark `batch`."""
    return make_class(folder)


def test_the_class_of_the_benchmark_has_as_many_of_each_kind_as_it_says(made: tuple[HandedIn, ...]) -> None:
    found = Counter((submission.exercise.name, submission.kind) for submission in made)
    assert found == {(one.name, kind): count for one in EXERCISES for kind, count in COMPOSITION.items()}


def test_every_submission_of_the_benchmarks_class_is_found_and_can_be_read(
    made: tuple[HandedIn, ...], folder: Path
) -> None:
    handed = find_entries(EXERCISES, [folder])
    assert len(handed.entries) == len(made) == 200
    texts = {(entry.exercise.name, entry.handed_in.student): take_in(entry).files[0].text for entry in handed.entries}
    named = {(submission.exercise.name, submission.student): submission for submission in made}
    assert texts.keys() == named.keys()
    assert all(_first_line(texts[key]) == _first_line(named[key].text) for key in texts)
    assert Counter(entry.path.suffix for entry in handed.entries).keys() == {"", ".py", ".zip", ".ipynb"}


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.id)
def test_some_of_the_slow_ones_only_dawdle_and_some_never_end(made: tuple[HandedIn, ...], exercise: Exercise) -> None:
    texts = [(one.kind, one.text) for one in made if one.exercise.name == exercise.name]
    assert [text.count("time.sleep") for kind, text in texts if kind is Kind.SLOW] == [1, 1]
    assert ["while True" in text for kind, text in texts if kind is Kind.ENDLESS] == [True]
