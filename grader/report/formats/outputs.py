"""What a step of GitHub's Actions gives to the steps after it: a handful of values, of all that was graded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.records import Outcome
from grader.report.model import Report, Status, awarded
from grader.report.points import format_points, whole_percent

_WORST_FIRST = (Status.UNSCORED, Status.REJECTED, Status.NOT_STARTED, Status.PARTIAL, Status.FULL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the values need of one graded attempt."""

    exercise: str  # "exercise03"
    status: Status
    points: float | None  # that count; None: there is no score
    possible: float | None
    passed: int
    missed: int  # tests that failed, or wait for one that did


def tally_of(report: Report) -> Tally:
    """Return what the values need of `report`."""
    passed = sum(test.outcome is Outcome.PASSED for test in report.tests)
    return Tally(
        exercise=report.exercise.id,
        status=report.status,
        points=awarded(report),
        possible=None if report.score is None else report.score.possible,
        passed=passed,
        missed=len(report.tests) - passed,
    )


def outputs(tallies: Sequence[Tally]) -> dict[str, str]:
    """Return the values by name. A sum with a missing part is no sum: `score` and `percent` are empty then, never 0."""
    points = _sum([one.points for one in tallies])
    possible = _sum([one.possible for one in tallies])
    percent = whole_percent(points, possible)
    statuses = {_status(one) for one in tallies}
    return {
        "score": "" if points is None else format_points(points),
        "max-score": "" if possible is None else format_points(possible),
        "percent": "" if percent is None else str(percent),
        "status": next((str(status) for status in _WORST_FIRST if status in statuses), ""),
        "exercise": " ".join(dict.fromkeys(one.exercise for one in tallies)),
        "passed": str(sum(one.passed for one in tallies)),
        "failed": str(sum(one.missed for one in tallies)),
    }


def _status(one: Tally) -> Status:
    """Return the status of what counts: a full solution of which the course's rules took points is partial."""
    if one.status is Status.FULL and one.points is not None and one.possible is not None:
        return Status.FULL if one.points > one.possible - 1e-9 else Status.PARTIAL
    return one.status


def _sum(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return None if not parts or len(known) < len(parts) else round(math.fsum(known), 9)
