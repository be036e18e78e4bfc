"""`Row`: what a gradebook, a summary and the class's page need of one report, small enough to keep ten thousand."""

from __future__ import annotations

from dataclasses import dataclass

from grader.records import MISCONCEPTION, Explanation, Fault, HandedIn, Outcome, Text
from grader.report.formats.outputs import Tally
from grader.report.model import Report, Status, awarded, is_undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow:
    """One test of one submission."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    name: str
    claim: Text
    outcome: Outcome
    points: float
    earned: float
    visible: bool
    cause_id: str = ""  # of a test that did not pass, where it was explained
    mistake: Text | None = None  # of a known mistake ("misconception.…"): what its author says of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One of a student's attempts at one exercise: `points` are what it alone would count for; None: no score."""

    attempt: int
    earned: float | None
    points: float | None
    beyond: bool = False  # over the number of attempts that may count


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One attempt of one student at one exercise. `points` are those that count; None: unscored, never a zero."""

    handed_in: HandedIn
    exercise: str  # its name, "exercise03_softmax"
    status: Status
    fault: Fault | None
    earned: float | None
    possible: float | None
    points: float | None
    late_days: int
    seed: int | None
    exercise_sha256: str
    submission_sha256: str  # "" of a submission that could not be read
    tests: tuple[TestRow, ...]
    reviews: int  # places at which a person should look
    problem: Text | None  # why it could not be read or loaded, or why there is no score
    remedy: Text | None = None  # of what has no score, and not through the exercise: what whoever grades can do
    undecided: bool = False  # unscored until whoever grades decides something; nothing failed
    pending: tuple[int, ...] = ()  # of the row that counts: attempts without a score, which may still change it
    counted: Text | None = None  # of the row that counts: why it is this attempt, where there are several
    tried: tuple[Tried, ...] = ()  # of the row that counts: all attempts in the order of time, where there are several
    undated: bool = False  # of the row that counts: lateness could matter, but nobody knows when it was handed in


def row_of(report: Report) -> Row:
    """Return the row of a report that says who handed the submission in. Raises: ValueError for one that does not."""
    if report.handed_in is None:
        raise ValueError("the report does not say whose submission it is of")
    score = report.score
    return Row(
        handed_in=report.handed_in,
        exercise=report.exercise.name,
        status=report.status,
        fault=report.fault,
        earned=None if score is None else score.earned,
        possible=None if score is None else score.possible,
        points=awarded(report),
        late_days=0 if report.award is None else report.award.late_days,
        seed=report.seed,
        exercise_sha256=report.exercise.sha256,
        submission_sha256="" if report.submission is None else report.submission.sha256,
        tests=tuple(
            TestRow(
                name=test.name,
                claim=test.claim,
                outcome=test.outcome,
                points=test.points,
                earned=test.earned,
                visible=test.visible,
                cause_id="" if test.explanation is None else test.explanation.cause_id,
                mistake=_mistake(test.explanation),
            )
            for test in report.tests
        ),
        reviews=len(report.reviews),
        problem=None if report.problem is None else report.problem.problem,
        remedy=_remedy(report),
        undecided=is_undecided(report),
    )


def _remedy(report: Report) -> Text | None:
    """Return what whoever grades can do about a missing score; of a broken exercise a report speaks to students."""
    is_graders = report.status is Status.UNSCORED and report.fault is Fault.GRADER
    return report.problem.next_step if is_graders and report.problem is not None else None


def _mistake(explanation: Explanation | None) -> Text | None:
    """Return what the author of a known mistake says of it; other causes name values of one submission."""
    if explanation is None or not explanation.cause_id.startswith(MISCONCEPTION):
        return None
    return explanation.cause


def tally_of_row(row: Row) -> Tally:
    """Return what the sums over a class need of one row."""
    passed = sum(test.outcome is Outcome.PASSED for test in row.tests)
    return Tally(
        exercise=row.exercise.partition("_")[0],
        status=row.status,
        points=row.points,
        possible=row.possible,
        passed=passed,
        missed=len(row.tests) - passed,
    )
