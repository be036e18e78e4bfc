"""Time: when a quiz can be begun, until when an attempt can be gone on with, and when it is over for everybody.

The dates, the number of retakes and what is revealed when are the teacher's to change: they go by the quiz as it is
now. The questions, their rules and the time limit go by the version that an attempt began with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.quiz.authored import Quiz
from grader.store.attempts import AttemptRow
from grader.store.grants import Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The times of one quiz for one student, and for all."""

    quiz: Quiz  # as it is now
    grant: Grant | None  # of the student
    grants: tuple[Grant, ...]  # of everybody

    @property
    def extra(self) -> timedelta:
        """How much longer than the others the student has."""
        return timedelta(seconds=self.grant.extra_s if self.grant else 0.0)

    @property
    def closes(self) -> datetime | None:
        """When the student can no more begin or go on; None: no time is set."""
        return _closing(self.quiz.closes, self.grant)

    @property
    def closes_for_all(self) -> datetime | None:
        """When nobody can begin or go on any more, the one with the longest extension included."""
        every: Iterable[Grant | None] = (None, *self.grants)
        ends = [end for grant in every if (end := _closing(self.quiz.closes, grant)) is not None]
        return max(ends, default=None)

    @property
    def attempts(self) -> int | None:
        """How often the student may take it in all; None: any number."""
        if self.quiz.retakes is None:
            return None
        return 1 + self.quiz.retakes + (self.grant.attempts if self.grant else 0)

    def limit_s(self, given: float | None) -> float | None:
        """Return how long the student has for one attempt, from the limit that all have."""
        return None if given is None else given + self.extra.total_seconds()

    def deadline(self, attempt: AttemptRow) -> datetime | None:
        """Return when an attempt must be done: its limit is over, or the quiz closes."""
        ends = [self.closes] if self.closes is not None else []
        limit_s = self.limit_s(attempt.time_limit_s)
        if limit_s is not None:
            ends.append(attempt.begun_at + timedelta(seconds=limit_s))
        return min(ends, default=None)

    def is_over(self, attempt: AttemptRow, now: datetime) -> bool:
        """Say whether the time of an attempt is over."""
        deadline = self.deadline(attempt)
        return deadline is not None and now >= deadline

    def is_closed(self, now: datetime) -> bool:
        """Say whether the student can no more begin or go on."""
        return self.closes is not None and now >= self.closes

    def is_closed_for_all(self, now: datetime) -> bool:
        """Say whether nobody can begin or go on any more. Where no time is set, that never comes."""
        return self.closes_for_all is not None and now >= self.closes_for_all


def _closing(closes: datetime | None, grant: Grant | None) -> datetime | None:
    if closes is None or grant is None:
        return closes
    later = closes + timedelta(seconds=grant.extra_s)
    return later if grant.until is None else max(later, grant.until)
