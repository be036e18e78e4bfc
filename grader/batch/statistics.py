"""The class in figures: how the scores lie, which tests are hard, which mistakes are common, what a person should see.

Shares are of the points that count, after the course's rules; a submission that was not accepted counts as the zero
that it is, one without a score counts nowhere.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from grader.batch.classbook import Asked, Classbook, Standing, Student, breaks_a_rule, share_of, standing_of
from grader.batch.rows import Row, TestRow
from grader.exercise.paths import show_name
from grader.records import MISCONCEPTION, Fault, Outcome, Text
from grader.report.model import Status

BINS = 10
ENOUGH = 10  # submissions, below which a correlation says nothing

_NO_CAUSE = frozenset({"", "hidden", "unknown", "unexplained"})


class Why(StrEnum):
    """Why a person should look at a submission; the most pressing first."""

    UNSCORED = "unscored"
    PENDING = "pending"  # an attempt without a score, beside one that counts until then
    REJECTED = "rejected"
    FORBIDDEN = "forbidden"  # it uses what the exercise forbids
    NOT_LOADED = "not-loaded"
    BEYOND = "beyond"  # attempts over the number that may count
    REVIEW = "review"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How shares of the points, from 0 to 1, lie."""

    mean: float
    lower: float  # the first quartile
    median: float
    upper: float
    histogram: tuple[int, ...]  # ten bins; a full score lies in the last


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFigures:
    """One test over the class. `taken`: the submissions that it was asked of; waiting for another one is not passing.

    `discrimination` is the correlation of passing it with the points of all other tests, from -1 to 1. None: fewer
    than ten submissions, or everybody fares alike.
    """

    __test__ = False  # not a test class, whatever pytest thinks of the name

    name: str
    claim: Text
    visible: bool
    taken: int
    passed: int
    discrimination: float | None

    @property
    def rate(self) -> float:
        """The share that passed it."""
        return self.passed / self.taken


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseFigures:
    """One cause of failures, and how many students it was found of. `text`: of a known mistake, its author's words."""

    cause_id: str
    students: int
    tests: tuple[str, ...]
    text: Text | None = None

    @property
    def is_mistake(self) -> bool:
        """Whether the exercise's author foresaw it."""
        return self.cause_id.startswith(MISCONCEPTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseFigures:
    """One exercise over the class: `students` = `handed_in` + `missing`, `handed_in` = `graded` + `unscored`."""

    exercise: Asked
    students: int
    handed_in: int
    missing: int
    graded: int  # with a score, the zeros among them
    unscored: int
    rejected: int
    not_started: int
    forbidden: int  # not run, since the code uses what the exercise forbids
    not_loaded: int  # the code could not even be imported
    full: int  # by the points that count
    cut: int  # every point earned, of which the course's rules leave less
    undated: int  # lateness could matter, but nobody knows when they were handed in
    spread: Spread | None  # None: nobody has a score
    tests: tuple[TestFigures, ...]  # the hardest first
    causes: tuple[CauseFigures, ...]  # known mistakes first, the most common first


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One submission that a person should look at, or one that is missing: its `attempt` is 0."""

    why: Why
    student: str
    name: str
    exercise: str
    attempt: int
    fault: Fault | None
    count: int  # places to look at, or days late
    problem: Text | None
    remedy: Text | None = None  # of one without a score
    undecided: bool = False  # it waits for whoever grades


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The class in figures."""

    students: int
    exercises: tuple[ExerciseFigures, ...]
    cases: tuple[Case, ...]  # in the order of `Why`, then of exercises and students


def statistics_of(book: Classbook) -> Statistics:
    """Return the figures of a class."""
    cases = [
        case for exercise in book.exercises for student in book.students for case in _cases(student, exercise.name)
    ]
    order = list(Why)
    return Statistics(
        students=len(book.students),
        exercises=tuple(_figures(exercise, book) for exercise in book.exercises),
        cases=tuple(sorted(cases, key=lambda case: order.index(case.why))),
    )


def _figures(exercise: Asked, book: Classbook) -> ExerciseFigures:
    rows = book.rows_of(exercise.name)
    scored = [row for row in rows if row.points is not None]
    standing = Counter(map(standing_of, rows))
    shares = [share for row in scored if (share := share_of(row, exercise)) is not None]
    return ExerciseFigures(
        exercise=exercise,
        students=len(book.students),
        handed_in=len(rows),
        missing=len(book.students) - len(rows),
        graded=len(scored),
        unscored=len(rows) - len(scored),
        rejected=standing[Standing.REJECTED],
        not_started=standing[Standing.NOT_STARTED],
        forbidden=standing[Standing.FORBIDDEN],
        not_loaded=standing[Standing.NOT_LOADED],
        full=standing[Standing.FULL],
        cut=standing[Standing.CUT],
        undated=sum(row.undated for row in rows),
        spread=_spread(shares),
        tests=_tests(scored),
        causes=_causes(scored),
    )


# ------------------------------------------------------------------------------------------------- scores


def _spread(shares: Sequence[float]) -> Spread | None:
    if not shares:
        return None
    quartiles = statistics.quantiles(shares, n=4, method="inclusive") if len(shares) > 1 else [shares[0]] * 3
    # 0.7 of 10 points may come as 0.6999999999999999.
    bins = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in shares)
    return Spread(
        mean=math.fsum(shares) / len(shares),
        lower=quartiles[0],
        median=quartiles[1],
        upper=quartiles[2],
        histogram=tuple(bins[place] for place in range(BINS)),
    )


# ------------------------------------------------------------------------------------------------- tests


def _tests(rows: Sequence[Row]) -> tuple[TestFigures, ...]:
    asked: dict[str, list[tuple[TestRow, float]]] = {}
    for row in rows:
        whole = math.fsum(test.earned for test in row.tests)
        for test in row.tests:
            asked.setdefault(test.name, []).append((test, whole - test.earned))
    figures = [_test(taken) for taken in asked.values()]
    return tuple(sorted(figures, key=lambda figure: figure.rate))  # stable: of equals, the order of the exam


def _test(taken: Sequence[tuple[TestRow, float]]) -> TestFigures:
    first = taken[0][0]
    passed = [float(test.outcome is Outcome.PASSED) for test, _ in taken]
    return TestFigures(
        name=first.name,
        claim=first.claim,
        visible=first.visible,
        taken=len(taken),
        passed=int(sum(passed)),
        discrimination=_correlation(passed, [rest for _, rest in taken]) if len(taken) >= ENOUGH else None,
    )


def _correlation(passed: Sequence[float], rest: Sequence[float]) -> float | None:
    """Return Pearson's correlation; None where one of the two does not vary beyond rounding."""
    if max(passed) - min(passed) < 1e-9 or max(rest) - min(rest) < 1e-9:
        return None
    return min(max(statistics.correlation(passed, rest), -1.0), 1.0)  # rounding may lead out of it


# ------------------------------------------------------------------------------------------------- causes


def _causes(rows: Iterable[Row]) -> tuple[CauseFigures, ...]:
    students: Counter[str] = Counter()
    tests: dict[str, dict[str, None]] = {}
    texts: dict[str, Text] = {}
    for row in rows:
        explained = [test for test in row.tests if test.cause_id not in _NO_CAUSE and test.outcome.is_missed]
        students.update({test.cause_id for test in explained})
        for test in explained:
            tests.setdefault(test.cause_id, {})[test.name] = None
            if test.mistake is not None:
                texts.setdefault(test.cause_id, test.mistake)
    found = (
        CauseFigures(cause_id=cause, students=count, tests=tuple(tests[cause]), text=texts.get(cause))
        for cause, count in students.items()
    )
    return tuple(sorted(found, key=lambda cause: (not cause.is_mistake, -cause.students, cause.cause_id)))


# ------------------------------------------------------------------------------------------------- what to look at


def _cases(student: Student, exercise: str) -> Iterable[Case]:
    row = student.rows.get(exercise)
    if row is None:
        yield replace(_case(Why.MISSING, student, exercise), problem=_nothing_in(student.nothing_in))
        return
    if row.points is not None:
        for attempt in row.pending:
            yield replace(_case(Why.PENDING, student, exercise), attempt=attempt)
    for tried in row.tried:
        if tried.beyond:
            yield replace(_case(Why.BEYOND, student, exercise), attempt=tried.attempt)
    found = (
        (Why.UNSCORED, row.points is None, 0),
        (Why.REJECTED, row.status is Status.REJECTED, 0),
        (Why.FORBIDDEN, breaks_a_rule(row), 0),
        (Why.NOT_LOADED, standing_of(row) is Standing.NOT_LOADED, 0),
        (Why.REVIEW, row.reviews > 0, row.reviews),
        (Why.LATE, row.late_days > 0, row.late_days),
    )
    for why, applies, count in found:
        if applies:
            yield _case(why, student, exercise, row, count)


def _nothing_in(entry: str) -> Text | None:
    """Return what was handed in in place of what is missing; None where nothing was."""
    if not entry:
        return None
    shown = show_name(entry)
    return Text(
        en=f"{shown} was handed in, and holds nothing for it.",
        zh=f"交了 {shown}，但其中没有所需的内容。",
    )


def _case(why: Why, student: Student, exercise: str, row: Row | None = None, count: int = 0) -> Case:
    return Case(
        why=why,
        student=student.id,
        name=student.name,
        exercise=exercise,
        attempt=0 if row is None else _attempt(why, row),
        fault=None if row is None else row.fault,
        count=count,
        problem=None if row is None else row.problem,
        remedy=None if row is None else row.remedy,
        undecided=row is not None and row.undecided,
    )


def _attempt(why: Why, row: Row) -> int:
    """Return the attempt that is to be looked at; of a mean without a score, one that is missing in it."""
    is_other = why is Why.UNSCORED and row.earned is not None and row.pending
    return row.pending[0] if is_other else row.handed_in.attempt
