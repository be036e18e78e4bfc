"""What a property test needs of the exam: its inputs one after the other, each as a test of its own."""

from __future__ import annotations

from dataclasses import dataclass

from grader.examination.operation import TestState
from grader.examination.session import Session

FIXTURE = "_examples"  # the fixture that hands it over; no author asks for it


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of one property test; `seed` decides which."""

    session: Session
    seed: int

    def begin(self) -> None:
        """Begin the next: the student's generators are seeded as for the first, and what is recorded is its own."""
        self.session.begin_example()

    @property
    def current(self) -> TestState:
        """What is kept of the example at work."""
        return self.session.test

    @property
    def deadline(self) -> float:
        """The exam's, in `time.monotonic()` seconds."""
        return self.session.deadline

    def end_as(self, example: TestState) -> None:
        """Let the test end as it did in an earlier example: its calls, its output, what stopped it."""
        self.session.end_as(example)
