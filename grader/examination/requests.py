"""What the controller and the examiner tell each other. Importing this loads no torch: the controller has none."""

from __future__ import annotations

from dataclasses import dataclass

from grader.records import Device, Examination, Exercise, Fault, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare:
    """Load this exercise."""

    exercise: Exercise
    device: Device


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamRequest:
    """Examine this submission, with this seed."""

    submission: Submission
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the examiner tells the controller: an examination, or whose fault it is that there is none.

    With neither, the exercise is loaded and exams can begin.
    """

    examination: Examination | None = None
    fault: Fault | None = None
    message: str = ""
