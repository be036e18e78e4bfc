"""Several exercises at once: the order in which their exams are held keeps each worker warm for one of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from classes import RIGHT, make_course, request, run

from grader.batch.lanes import Lanes
from grader.exercise import load_course
from grader.runners import Done, Job
from grader.runners.local import LocalRunner


def _lanes(at_once: int) -> Lanes[str]:
    return Lanes({name: iter([f"{name}{number}" for number in range(3)]) for name in "abc"}, at_once=at_once)


def test_with_one_worker_the_exercises_come_one_after_another() -> None:
    lanes = _lanes(1)
    given = [lanes.next(Counter()) for _ in range(10)]
    assert given == ["a0", "a1", "a2", "b0", "b1", "b2", "c0", "c1", "c2", None]


def test_an_exercise_whose_exams_are_slow_gets_no_more_of_them_and_the_others_go_on() -> None:
    lanes = _lanes(2)
    in_work = Counter[str]()
    given = []
    while (item := lanes.next(in_work)) is not None:
        given.append(item)
        in_work["a"] += item[0] == "a"  # those of "a" are never done, all others at once
    assert given == ["a0", "b0", "b1", "b2", "c0", "c1", "c2", "a1", "a2"]


def test_a_batch_begins_with_as_many_exercises_as_there_are_workers(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    for slug in ("inc", "dec"):
        folder = tmp_path / "subs" / slug
        folder.mkdir(parents=True)
        for number in range(6):
            (folder / f"s{number}.py").write_text(RIGHT.replace("inc", slug), encoding="utf-8")
    asked = request(course, tmp_path / "subs", tmp_path / "out", exercises=tuple(load_course(course).entries))
    with _Noting(2, others=True) as runner:
        result = run(asked, runner)
    assert result.graded == 12
    assert Counter(runner.added[:8]) == {"exercise01_inc": 4, "exercise02_dec": 4}  # the window of two workers


def test_before_the_first_result_only_so_much_is_read_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.batch.run._AHEAD_S", math.inf)
    course = make_course(tmp_path / "course")
    for number in range(300):
        name = tmp_path / "subs" / f"s{number:03}.py"
        name.parent.mkdir(exist_ok=True)
        name.write_text(RIGHT, encoding="utf-8")
    asked = request(course, tmp_path / "subs", tmp_path / "out", exercises=(load_course(course).entries[0],))
    with _Stopping(1, others=True) as runner, pytest.raises(_Stopped):
        run(asked, runner)
    assert len(runner.added) == 256


class _Noting(LocalRunner):
    """Writes down of which exercise the exams are that it is given, in their order."""

    def __init__(self, workers: int, *, others: bool) -> None:
        super().__init__(workers, others=others)
        self.added: list[str] = []

    def add(self, jobs: Iterable[Job]) -> None:
        given = list(jobs)
        self.added += [job.exercise.name for job in given]
        super().add(given)


class _Stopped(Exception):
    """The batch asks for its first result."""


class _Stopping(_Noting):
    """Ends the batch when it asks for the first result."""

    def done(self) -> Iterator[Done]:
        raise _Stopped
