"""Graders of several threads share one base, and with it one import of torch; what they do in it is their own."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import one_base
import pytest
from sandbox.living import linux_only

from grader.examination.requests import ExamRequest
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Exercise, Isolation
from grader.report import Status
from grader.runners import Job
from grader.runners.local import LocalRunner
from grader.sandbox import launch
from grader.sandbox.gpu_records import Gpu
from grader.sandbox.jail.proofs import Proof
from grader.sandbox.launch import OpenedSlot, SlotOrder, Warm
from grader.sandbox.shared import SharedBase
from grader.submission import collect

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Started:
    """A base as it was started, which counts who uses it: the real one, of this process of tests."""

    base: Warm = field(default_factory=one_base.lease)
    asking: int = 0
    most_asking: int = 0
    closed: int = 0

    def open(self, order: SlotOrder) -> OpenedSlot:
        self.asking += 1
        self.most_asking = max(self.most_asking, self.asking)
        try:
            return self.base.open(order)
        finally:
            self.asking -= 1

    def prove(self, degrees: tuple[Isolation, ...], device: str, *, gpu: Gpu | None = None) -> list[Proof]:
        return self.base.prove(degrees, device, gpu=gpu)

    def last_words(self) -> str:
        return self.base.last_words()

    def close(self) -> None:
        self.closed += 1
        self.base.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Started]]:
    """All bases that are started from now on."""
    found: list[Started] = []

    def start() -> Started:
        found.append(Started())
        return found[-1]

    monkeypatch.setattr(launch, "start_warm", start)
    yield found
    assert [one.closed for one in found] == [1] * len(found)  # each once, and none is left


def backprop() -> Exercise:
    return load_course(ROOT).find("exercise04")


def status(grader: Grader) -> Status:
    exercise = backprop()
    solution = ROOT / "solutions" / exercise.name / exercise.files[0]
    return grader.examine(exercise, collect(exercise, solution), seed=1).status


def test_graders_of_two_threads_examine_side_by_side_on_one_base(started: list[Started]) -> None:
    shared = SharedBase()
    with Grader(base=shared) as one, Grader(base=shared) as other:
        found: list[Status] = []
        threads = [
            threading.Thread(target=lambda grader=grader: found.append(status(grader))) for grader in (one, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [Status.FULL, Status.FULL]
        assert len(started) == 1
        assert started[0].most_asking == 1  # its socket carries one question at a time


def test_who_leaves_ends_its_own_slots_alone(started: list[Started]) -> None:
    shared = SharedBase()
    with Grader(base=shared) as stays:
        assert status(stays) is Status.FULL
        with Grader(base=shared) as leaves:
            assert status(leaves) is Status.FULL
        assert status(stays) is Status.FULL
        assert started[0].closed == 0


def test_a_base_that_somebody_gave_up_is_lent_to_nobody_else(started: list[Started]) -> None:
    shared = SharedBase()
    first = shared.lease()
    shared.lease().close()  # as a grader does that met a fault of it
    second = shared.lease()
    assert len(started) == 2
    first.close()
    assert [one.closed for one in started] == [1, 0]
    second.close()


def test_a_lease_that_is_closed_twice_counts_once(started: list[Started]) -> None:
    shared = SharedBase()
    one, other = shared.lease(), shared.lease()
    one.close()
    one.close()
    assert started[0].closed == 0
    other.close()


def test_where_there_is_no_fork_nothing_is_shared(started: list[Started], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLGRADE_LAUNCH", "fresh")
    shared = SharedBase()
    for lease in [shared.lease(), shared.lease()]:
        lease.close()
    assert len(started) == 2


def test_the_workers_of_a_class_start_one_base(started: list[Started]) -> None:
    exercise = backprop()
    submission = collect(exercise, ROOT / "solutions" / exercise.name / exercise.files[0])
    with LocalRunner(3) as runner:
        requests = [ExamRequest(submission=submission, seed=seed) for seed in range(3)]
        runner.add(Job(key=str(one.seed), exercise=exercise, request=one) for one in requests)
        assert all(done.examination is not None for done in runner.done())
    assert len(started) == 1


@linux_only
def test_a_base_that_is_killed_costs_no_grader_its_exam(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have slots in it; each holds its exam once more in the one base that is started anew."""
    one_base.part(monkeypatch)
    shared = SharedBase()
    with Grader(base=shared) as one, Grader(base=shared) as other:
        assert [status(grader) for grader in (one, other)] == [Status.FULL, Status.FULL]
        killed = base_of(shared)
        killed.kill()
        assert [status(grader) for grader in (one, other)] == [Status.FULL, Status.FULL]
        renewed = base_of(shared)
        assert renewed.pid != killed.pid
        assert killed.returncode == -signal.SIGKILL  # and nothing is left of it
    assert renewed.returncode is not None


def base_of(shared: SharedBase) -> subprocess.Popen[bytes]:
    assert shared._lent is not None
    assert isinstance(shared._lent.base, launch.WarmBase)
    return shared._lent.base._process
