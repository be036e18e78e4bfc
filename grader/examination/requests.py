"""What the controller and the examiner tell each other. Importing this loads no torch: the controller has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from grader.errors import AuthorError, GraderError, GraderFault, SandboxUnavailable, both
from grader.plugins import Plugin
from grader.records import Device, Examination, Exercise, Fault, Submission, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare:
    """Load this exercise."""

    exercise: Exercise
    device: Device
    gpu_uuid: str = ""  # of the GPU to grade on
    diagnoses: tuple[Plugin, ...] = ()  # plugins to load


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Measure an exam of the reference; with more, change what its functions give, to see whether the tests notice."""

    function: str = ""  # "softmax", "SGD.step": its results get the error, and what it changes of its arguments
    relative_error: float = 0.0
    exact: tuple[str, ...] = ()  # functions whose float32 arguments are sent as float64, and results rounded back


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamRequest:
    """Examine this submission, with this seed."""

    submission: Submission
    seed: int
    record_calls: bool = False  # add the facts of every call to the examination
    explain: bool = True  # say of failed tests why they failed
    prove: bool = True  # run the failed tests on the reference, too: to know whose fault they are
    until_failure: bool = False  # it ends with the first test that does not pass
    call_s: float | None = None  # a shorter limit of one call than the exercise's
    probe: Probe | None = None  # add `Measures` to the examination
    name_mistakes: bool = True  # look for the exercise's known mistakes behind failed tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the examiner tells the controller: an examination, or whose fault it is that there is none.

    With neither, the exercise is loaded and exams can begin.
    """

    examination: Examination | None = None
    fault: Fault | None = None
    problem: Text | None = None  # with every fault
    remedy: Text | None = None
    broken: str = ""  # what shows that a test is wrong: it fails on the reference
    unavailable: bool = False  # this machine lacks what was asked for; nothing has failed

    @classmethod
    def of(cls, error: GraderError) -> Self:
        """Return the answer that tells the controller of `error`."""
        unavailable = isinstance(error, SandboxUnavailable)
        return cls(fault=error.fault, problem=error.problem, remedy=error.remedy, unavailable=unavailable)

    def error(self) -> AuthorError | GraderFault | SandboxUnavailable:
        """Return the error that the examiner told of."""
        problem = self.problem or both("The examiner answered without an examination.")
        remedy = self.remedy or ""
        if self.unavailable:
            return SandboxUnavailable(problem, remedy=remedy)
        kind = AuthorError if self.fault is Fault.AUTHOR else GraderFault
        return kind(problem, remedy=remedy)
