"""What holds exams for others: jobs go in, and come out as they are done, in whatever order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from grader.errors import GraderError
from grader.examination.requests import ExamRequest
from grader.records import Device, Examination, Exercise


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One exam that is wanted. `key` is the caller's own, to know it again by."""

    key: str
    exercise: Exercise
    request: ExamRequest
    device: Device = Device.CPU


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A job and what became of it: an examination, or the error that says whose fault it is that there is none."""

    job: Job
    examination: Examination | None
    error: GraderError | None
    wall_s: float  # of the exam, without the wait for a worker


class Runner(Protocol):
    """Holds exams somewhere: on this machine's cores, on a cluster. A context manager; leaving it ends all work.

    `add` takes jobs and returns at once; `done` gives each as it is done, and ends when none is left. Jobs may be added
    meanwhile, by whoever takes what is done.
    """

    def start(self) -> None:
        """Begin to get ready, where that takes time; returns at once. `add` does it too."""
        ...

    def add(self, jobs: Iterable[Job]) -> None:
        """Take jobs in; those of one exercise and device are best held by one worker, which is warm for them."""
        ...

    def done(self) -> Iterator[Done]:
        """Yield each job when it is done, until none is left. An exam's own failure is told, never raised."""
        ...

    def close(self) -> None:
        """End all work, that in progress too, and every process that was started for it."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
