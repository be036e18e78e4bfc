"""A runner: one exam after the other, in one warm grader for each device."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from grader.errors import GraderError
from grader.pipeline import Grader
from grader.records import Device, Isolation
from grader.runners import Done, Job

api = 1


class OneByOne:
    """Holds each exam when its turn comes, in the thread of whoever takes what is done."""

    def __init__(self, *, isolation: Isolation | None, others: bool) -> None:
        self._isolation, self._others = isolation, others
        self._waiting: deque[Job] = deque()
        self._graders: dict[Device, Grader] = {}

    def start(self) -> None:
        self._grader(Device.CPU).start()

    def add(self, jobs: Iterable[Job]) -> None:
        self._waiting.extend(jobs)

    def done(self) -> Iterator[Done]:
        while self._waiting:
            yield self._hold(self._waiting.popleft())

    def _grader(self, device: Device) -> Grader:
        if device not in self._graders:
            self._graders[device] = Grader(self._isolation, device, others=self._others)
        return self._graders[device]

    def _hold(self, job: Job) -> Done:
        began = time.monotonic()
        try:
            examination, error = self._grader(job.device).hold(job.exercise, job.request), None
        except GraderError as failed:
            examination, error = None, failed
        return Done(job=job, examination=examination, error=error, wall_s=time.monotonic() - began)

    def close(self) -> None:
        self._waiting.clear()
        for grader in self._graders.values():
            grader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def make(*, workers: int | None, isolation: Isolation | None, others: bool) -> OneByOne:
    """Return the runner. It has one worker, whatever is asked for."""
    del workers
    return OneByOne(isolation=isolation, others=others)
