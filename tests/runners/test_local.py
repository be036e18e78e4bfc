"""Exams side by side on this machine: each job comes back once, whatever becomes of it, and closing ends all."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from one_base import part
from sandbox.living import assert_gone, descendants, linux_only, wait_for

from grader.cli import grade
from grader.errors import AuthorError, UsageError
from grader.examination.requests import ExamRequest, Probe
from grader.exercise import load_course
from grader.records import Examination, Exercise, Isolation, Outcome, SourceFile, Submission
from grader.runners import Done, Job
from grader.runners.local import LocalRunner, count_cores, exams_at_once
from grader.submission import collect

COURSE = load_course(Path(__file__).parent.parent.parent)
SLOW = "import time\ntime.sleep(60)\n"


def exercise(name: str) -> Exercise:
    return COURSE.find(name)


def reference(one: Exercise) -> Submission:
    return collect(one, Path(one.solution_folder))


def job(key: str, one: Exercise, request: ExamRequest | None = None) -> Job:
    return Job(key=key, exercise=one, request=request or ExamRequest(submission=reference(one), seed=1))


def held(done: Done) -> Examination:
    assert done.examination is not None, done.error
    return done.examination


@pytest.fixture(scope="module")
def runner(shared_base: None) -> Iterator[LocalRunner]:
    """One pool for all that leaves it open."""
    with LocalRunner(2) as started:
        yield started


def test_a_runner_is_asked_for_as_many_workers_as_were_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, object] = {}

    def make(name: str, **wanted: object) -> None:
        made.update(wanted, name=name)
        raise UsageError("enough")

    monkeypatch.setattr("grader.runners.find.make_runner", make)
    for given, workers in (("", None), ("--jobs 3", 3), ("--runner cluster", None)):
        with pytest.raises(UsageError, match="enough"):
            grade.command.main(["softmax", ".", *given.split()], standalone_mode=False)
        assert made.pop("workers") == workers, given


def test_one_exam_more_than_cores_is_held_where_waiting_for_a_core_counts_towards_no_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert exams_at_once() == exams_at_once(Isolation.STRONG) == count_cores() + 1
    assert exams_at_once(Isolation.GVISOR) == count_cores()
    assert len(LocalRunner()._workers) == count_cores() + 1
    monkeypatch.setattr(sys, "platform", "darwin")
    assert exams_at_once() == count_cores()


def test_every_job_comes_back_once_with_its_own_examination(runner: LocalRunner) -> None:
    two = [exercise("views"), exercise("softmax")]
    runner.add(
        job(f"{one.slug}:{seed}", one, ExamRequest(submission=reference(one), seed=seed))
        for one in two
        for seed in (1, 2, 3)
    )
    found = {done.job.key: held(done) for done in runner.done()}
    assert set(found) == {f"{one.slug}:{seed}" for one in two for seed in (1, 2, 3)}
    assert all(examination.seed == int(key.rpartition(":")[2]) for key, examination in found.items())
    assert all(test.outcome is Outcome.PASSED for examination in found.values() for test in examination.tests)


def test_jobs_can_be_added_while_others_are_taken(runner: LocalRunner) -> None:
    runner.add([job("first", exercise("views"))])
    seen = []
    for done in runner.done():
        seen.append(done.job.key)
        if done.job.key == "first":
            runner.add([job("second", exercise("views"))])
    assert seen == ["first", "second"]


def test_a_broken_exercise_is_told_and_stops_no_other(runner: LocalRunner) -> None:
    broken = replace(exercise("softmax"), forbid=("torch.no_such_name",), sha256="other")
    runner.add([job("broken", broken), job("sound", exercise("views"))])
    found = {done.job.key: done for done in runner.done()}
    assert isinstance(found["broken"].error, AuthorError)
    assert held(found["sound"]).problem is None


def test_an_exam_for_the_verdict_alone_ends_with_its_first_failure_unexplained(runner: LocalRunner) -> None:
    one = exercise("softmax")
    stub = collect(one, Path(one.folder))
    request = ExamRequest(submission=stub, seed=1, explain=False, prove=False, until_failure=True)
    runner.add([job("stub", one, request)])
    (done,) = runner.done()
    (test,) = held(done).tests
    assert test.outcome is Outcome.FAILED
    assert test.explanation is None


def test_a_shorter_limit_of_a_call_holds_for_that_exam_alone(runner: LocalRunner) -> None:
    one = exercise("views")
    (file,) = reference(one).files
    sleeping = "import time\n\n\ndef as_column(*_):\n    time.sleep(0.25)\n"  # in place of the one before it
    slow = replace(reference(one), files=(replace(file, text=f"{file.text}\n\n{sleeping}"),))
    runner.add([job("short", one, ExamRequest(submission=slow, seed=1, call_s=0.1, until_failure=True))])
    (short,) = runner.done()
    assert held(short).tests[-1].outcome is Outcome.TIMEOUT


def test_the_planted_error_reaches_the_tests_and_costs_points(runner: LocalRunner) -> None:
    one = exercise("softmax")
    plain = ExamRequest(submission=reference(one), seed=1, probe=Probe())
    planted = replace(plain, probe=Probe(function="softmax", relative_error=1e-3), explain=False, prove=False)
    runner.add([job("plain", one, plain), job("planted", one, planted)])
    found = {done.job.key: held(done) for done in runner.done()}
    measures = found["plain"].measures
    assert measures is not None
    assert {"softmax", "log_softmax", "cross_entropy"} <= {name.function for name in measures.functions if name.floats}
    assert all(near.share < 0.2 for near in measures.nearness)
    assert measures.nearness
    failed = {test.name for test in found["planted"].tests if test.outcome is Outcome.FAILED}
    assert "test_softmax_turns_each_row_into_shares" in failed
    assert "test_log_softmax_is_the_natural_logarithm" not in failed


@linux_only
def test_closing_ends_every_process_even_in_the_middle_of_an_exam(monkeypatch: pytest.MonkeyPatch) -> None:
    part(monkeypatch)
    one = exercise("views")
    slow = Submission(
        files=(SourceFile(name=one.files[0], text=SLOW),), origin="slow", sha256="0" * 64, untouched=False
    )
    patient = replace(one, limits=replace(one.limits, call_s=60.0, exam_s=120.0), sha256="patient")
    before = threading.active_count()
    others = descendants(os.getpid())
    with LocalRunner(2) as runner:
        runner.add(job(str(number), patient, ExamRequest(submission=slow, seed=number)) for number in range(4))
        # One base, and for each worker a zygote, an examiner, an exam and a child.
        wait_for(lambda: len(descendants(os.getpid()) - others) >= 8, within=60.0)
        ours = descendants(os.getpid()) - others
    assert_gone(ours)
    assert threading.active_count() == before


def test_a_pool_that_is_never_used_starts_and_ends_nothing() -> None:
    with LocalRunner(2) as runner:
        assert list(runner.done()) == []
