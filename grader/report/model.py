"""What people and programs see of one graded submission: `Report`, which every format renders."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from grader.errors import EXIT_FULL_SCORE, EXIT_GRADER_FAULT, EXIT_NOT_FULL, EXIT_USAGE
from grader.records import (
    Award,
    Device,
    Explanation,
    Fault,
    HandedIn,
    Isolation,
    Outcome,
    Resources,
    Review,
    TestResult,
    Text,
)
from grader.texts import choose_language

_ENDINGS = {Outcome.TIMEOUT, Outcome.MEMORY, Outcome.CRASHED, Outcome.FORBIDDEN}  # of the child, not of the test
_UNDECIDED = "grader.Undecided"  # the `cause_id` that `build_failure` gives such a report


class Status(StrEnum):
    """What became of one submission."""

    FULL = "full"
    PARTIAL = "partial"
    NOT_STARTED = "not-started"  # every file is still the stub
    REJECTED = "rejected"  # the submission could not be read at all: the student's zero, out of what may be unknown
    UNSCORED = "unscored"  # the author or the grader is at fault: no score, never a zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points; `possible` is None only when a submission was rejected before the tests were known."""

    earned: float
    possible: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many tests: `tests` = `passed` + `failed` + `blocked` = `visible` + `hidden`."""

    tests: int = 0
    passed: int = 0
    failed: int = 0  # every outcome but passed and blocked
    blocked: int = 0
    visible: int = 0
    hidden: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseSummary:
    """The exercise that was graded, without its folders: a report leaves the machine."""

    id: str
    slug: str
    name: str
    title: Text
    files: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionSummary:
    """The submission that was graded, without its text and its place on the disk."""

    sha256: str
    files: tuple[str, ...]
    untouched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds. `total_s` is the whole run as the user waited for it, `exam_s` the exam alone."""

    exam_s: float = 0.0
    total_s: float = 0.0
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that any format shows of one graded submission.

    `problem` explains a submission that could not be loaded or read, or a missing score; `fault` says whose fault
    it is that the score is not full. `unavailable`: this machine lacks what was asked for, so that trying again is in
    vain; nothing has failed. `withheld` names the hidden tests whose printed output is kept back.
    """

    status: Status
    score: Score | None
    fault: Fault | None
    exercise: ExerciseSummary
    submission: SubmissionSummary | None
    device: Device
    isolation: Isolation | None
    seed: int | None
    hidden_available: bool
    attempts: int = 1  # to hold the exam; 2: the first was lost to a fault of our own
    tests: tuple[TestResult, ...] = ()
    problem: Explanation | None = None
    unavailable: bool = False
    output: str = ""
    withheld: frozenset[str] = frozenset()
    hints: int = 0
    next_exercise: str | None = None
    counts: Counts = field(default_factory=Counts)
    resources: Resources = field(default_factory=Resources)
    timings: Timings = field(default_factory=Timings)
    versions: dict[str, str] = field(default_factory=dict)
    reviews: tuple[Review, ...] = ()  # places at which a person should look; they change no point
    notes: tuple[Text, ...] = ()  # what operator or author should mend, such as a failing plugin; no point changes
    handed_in: HandedIn | None = None  # None: nobody said who
    award: Award | None = None  # None: no rules were applied, the points are those that were earned
    of_kernel: bool = False  # functions of a running notebook were graded: people are told of cells, not of files
    measured: bool = True  # False: times, memory and retries are left out, so equal exams make equal reports

    def __str__(self) -> str:
        """Return the report as a terminal shows it, whole: what `print` prints."""
        from grader.report.notebook import to_text

        return to_text(self, language=choose_language(None), verbose=True).rstrip("\n")

    def _repr_mimebundle_(self, **_wanted: object) -> dict[str, str]:
        """Return what a notebook shows where a report is a cell's last value."""
        from grader.report.notebook import to_mimebundle

        return to_mimebundle(self, language=choose_language(None), verbose=True)


def awarded(report: Report) -> float | None:
    """Return the points that count, after the course's rules; None where there is no score."""
    if report.score is None:
        return None
    return report.score.earned if report.award is None else report.award.points


def is_cut(report: Report) -> bool:
    """Return whether the course's rules leave less than what was earned."""
    return report.award is not None and report.score is not None and report.award.points < report.score.earned


def breaks_a_rule(report: Report) -> bool:
    """Return whether the code was not run at all, because it uses what the exercise forbids."""
    return report.problem is not None and any(test.outcome is Outcome.FORBIDDEN for test in report.tests)


def unmeasured(report: Report) -> Report:
    """Return the report without what is measured: byte for byte the same for the same seed, submission and versions.

    Where a call was at when its time was up is measured, too: such a traceback is left out.
    """
    is_over = any(test.outcome is Outcome.TIMEOUT for test in report.tests)
    return replace(
        report,
        measured=False,
        attempts=1,
        timings=Timings(),
        resources=replace(report.resources, cpu_s=0.0, peak_memory_mib=0.0),
        tests=tuple(
            replace(test, wall_s=0.0, explanation=_anywhere(test.explanation, is_over=test.outcome is Outcome.TIMEOUT))
            for test in report.tests
        ),
        problem=_anywhere(report.problem, is_over=is_over),
    )


def _anywhere(explanation: Explanation | None, *, is_over: bool) -> Explanation | None:
    return replace(explanation, traceback=()) if explanation is not None and is_over else explanation


def is_undecided(report: Report) -> bool:
    """Return whether nothing failed: whoever grades has to settle something before there can be a score."""
    return report.problem is not None and report.problem.cause_id == _UNDECIDED


def exit_code(report: Report) -> int:
    """Return the exit status: 0 full score, 1 graded and not full, 2 the author's fault, 3 the grader's."""
    if report.status is Status.FULL:
        return EXIT_FULL_SCORE
    if report.status is not Status.UNSCORED:
        return EXIT_NOT_FULL
    return EXIT_USAGE if report.fault is Fault.AUTHOR else EXIT_GRADER_FAULT


def coarse(measured: float) -> float:
    """Return seconds or MiB to two digits: no more of a sum over hidden tests is told than people need."""
    return float(f"{measured:.2g}")


def root_blocker(report: Report, test: TestResult) -> str:
    """Return the test that did run, and did not pass, at the beginning of the chain that `test` waits for."""
    tests = {one.name: one for one in report.tests}
    seen = {test.name}
    name = test.blocked_by or test.name
    while (blocker := tests.get(name)) and blocker.blocked_by and blocker.name not in seen:
        seen.add(blocker.name)
        name = blocker.blocked_by
    return name


def ended_alike(report: Report) -> bool:
    """Return whether every test that ran ended the child in the same way, so that the first may explain the rest."""
    ran = [test for test in report.tests if test.outcome is not Outcome.BLOCKED]
    outcomes = {test.outcome for test in ran}
    return all(needs_explaining(test) for test in ran) and len(outcomes) == 1 and outcomes <= _ENDINGS


def needs_explaining(test: TestResult) -> bool:
    """Return whether `test` itself went wrong: a blocked test only waits for another."""
    return test.outcome.is_missed
