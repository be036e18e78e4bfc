"""Exams side by side on this machine.

Theory of operation. Each worker is a thread with a `Grader` of its own, so with examiners and zygotes of its own; they
are forked from one base, which has imported torch once for all. The thread only waits on a socket, all computing is in
those processes. A worker takes the next job of an exercise that it is warm for;
without one, a job of the exercise that has most of them waiting. It stays warm for the last few. What is done goes
through one queue to the caller's thread, which alone sees results and signals. Closing ends each worker's processes,
whatever they are at; the exam in progress then fails in its thread, which sees that all is over and leaves.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from grader.errors import GraderError, GraderFault
from grader.pipeline import Grader
from grader.records import Device, Exercise, Isolation
from grader.runners.runner import Done, Job
from grader.sandbox.shared import SharedBase

_Warmth = tuple[str, Device]  # what a worker is warm for: an exercise on a device
_MAX_WARM = 4  # exercises a worker: each keeps a process with its tests


def count_cores() -> int:
    """Return how many processes this machine can have at work at once without one slowing another."""
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1


def exams_at_once(isolation: Isolation | None = None) -> int:
    """Return how many exams to hold side by side so that most are done in a given time: one a core, and one more.

    Examiner and child take turns, and a submission may sleep: for a twelfth of the time no core has work, which the one
    more fills. That is fair only where what a call waits for a core is no part of its limit; elsewhere, one a core.
    """
    is_fair = sys.platform == "linux" and isolation is not Isolation.GVISOR
    return count_cores() + 1 if is_fair else count_cores()


class LocalRunner:
    """Holds exams side by side on this machine: see `Runner`.

    `workers` None takes as many as `exams_at_once` says. With `others`, for other people's code, nothing below
    `landlock` is taken unless `isolation` names it.
    """

    def __init__(self, workers: int | None = None, *, isolation: Isolation | None = None, others: bool = False) -> None:
        self._isolation, self._others = isolation, others
        self._base = SharedBase()
        self._board = _Board()
        self._finished: queue.SimpleQueue[Done | BaseException] = queue.SimpleQueue()
        self._pending = 0
        self._workers = [_Worker(self, number) for number in range(workers or exams_at_once(isolation))]

    def start(self) -> None:
        """Begin to import torch for every worker; returns at once. `add` does it too."""
        for worker in self._workers:
            worker.start()

    def add(self, jobs: Iterable[Job]) -> None:
        """Take jobs in; returns at once."""
        self.start()
        self._pending += self._board.put(jobs)

    def done(self) -> Iterator[Done]:
        """Yield each job when it is done, until none is left."""
        while self._pending:
            found = self._finished.get()
            if isinstance(found, BaseException):
                raise found
            self._pending -= 1
            yield found

    def close(self) -> None:
        """End every worker and its processes; jobs that are not done are dropped."""
        self._board.close()
        for worker in self._workers:
            worker.end()
        for worker in self._workers:
            worker.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- for the workers

    def _next(self, warm: Sequence[_Warmth]) -> Job | None:
        return self._board.take(warm)

    def _finish(self, found: Done | BaseException) -> None:
        self._finished.put(found)

    def _new_grader(self, device: Device) -> Grader:
        return Grader(self._isolation, device, others=self._others, base=self._base)


@dataclass
class _Board:
    """The jobs that wait, by what a worker must be warm for."""

    waiting: dict[_Warmth, deque[Job]] = field(default_factory=dict)
    at_work: dict[_Warmth, int] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)
    is_closed: bool = False

    def put(self, jobs: Iterable[Job]) -> int:
        """Put up jobs; return how many."""
        count = 0
        with self.changed:
            for job in jobs:
                self.waiting.setdefault(_warmth(job), deque()).append(job)
                count += 1
            self.changed.notify_all()
        return count

    def take(self, warm: Sequence[_Warmth]) -> Job | None:
        """Return the next job for a worker, waiting for one; None when all is over. `warm`: the last comes first."""
        with self.changed:
            if warm:
                self.at_work[warm[0]] -= 1
            while not self.is_closed:
                chosen = next((key for key in warm if self.waiting.get(key)), None) or self._most_wanted()
                if chosen is not None:
                    self.at_work[chosen] = self.at_work.get(chosen, 0) + 1
                    return self.waiting[chosen].popleft()
                self.changed.wait()
            return None

    def _most_wanted(self) -> _Warmth | None:
        """Return what has the most jobs waiting for each worker that is at it already."""
        found = {key: len(jobs) / (1 + self.at_work.get(key, 0)) for key, jobs in self.waiting.items() if jobs}
        return max(found, key=lambda key: found[key], default=None)

    def close(self) -> None:
        """Give out no job any more."""
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()


def _warmth(job: Job) -> _Warmth:
    return job.exercise.name, job.device


class _Worker:
    """A thread, and the graders that are its own, one a device."""

    def __init__(self, runner: LocalRunner, number: int) -> None:
        self._runner = runner
        self._graders: dict[Device, Grader] = {}
        self._warm: dict[_Warmth, Exercise] = {}  # the last one at the end
        self._lock = threading.Lock()  # whoever makes a grader, and whoever ends them all, take turns
        self._is_over = False
        # No daemon: the interpreter would leave with a base half started. `close` ends it.
        self._thread = threading.Thread(target=self._run, name=f"dlgrade-worker-{number}")

    def start(self) -> None:
        if self._thread.ident is None:
            self._thread.start()

    def end(self) -> None:
        """End the processes, from the caller's thread."""
        with self._lock:
            self._is_over = True
            graders, self._graders = list(self._graders.values()), {}  # each is closed once
        for grader in graders:
            grader.close()

    def join(self) -> None:
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            if (first := self._grader(Device.CPU)) is not None:
                first.start()
            job = self._runner._next(())
            while job is not None:
                if (done := self._hold(job)) is not None:
                    self._runner._finish(done)
                job = self._runner._next(self._warm_after(job))
        except GraderError as error:
            if not self._is_over:  # no process could be started: there is no exam to tell it with
                self._runner._finish(error)
        except BaseException as error:  # noqa: BLE001  raised again where results are taken
            self._runner._finish(error)
        finally:
            self.end()  # also a base that was started while all was being ended

    def _warm_after(self, job: Job) -> tuple[_Warmth, ...]:
        """Return what the worker is warm for now, the last first; one too many is forgotten."""
        self._warm.pop(_warmth(job), None)
        self._warm[_warmth(job)] = job.exercise
        if len(self._warm) > _MAX_WARM:
            oldest = next(iter(self._warm))
            grader, exercise = self._grader(oldest[1]), self._warm.pop(oldest)
            if grader is not None:
                grader.forget(exercise)
        return tuple(reversed(self._warm))

    def _hold(self, job: Job) -> Done | None:
        """Hold an exam; None when all is over."""
        began = time.monotonic()
        grader = self._grader(job.device)
        if grader is None:
            return None
        try:
            examination = grader.hold(job.exercise, job.request)
        except GraderError as error:
            if self._is_over and isinstance(error, GraderFault):
                return None
            return Done(job=job, examination=None, error=error, wall_s=time.monotonic() - began)
        return Done(job=job, examination=examination, error=None, wall_s=time.monotonic() - began)

    def _grader(self, device: Device) -> Grader | None:
        with self._lock:
            if self._is_over:
                return None
            if device not in self._graders:
                self._graders[device] = self._runner._new_grader(device)
            return self._graders[device]
