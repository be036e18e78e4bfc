"""One attempt as it is read from the store: its rows, of one moment, and the sheet that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from grader.quiz.authored import Quiz
from grader.store import Transaction
from grader.store.answers import Done, TryRow, done_in
from grader.store.attempts import AttemptRow, Halves, PlaceRow, attempt_with, attempts_at, drawn_places, places_of
from grader.store.dropped import dropped_in
from grader.store.grants import Grant, grants_of
from grader.store.quizzes import KeptQuiz, quiz_with
from grader.taking.refusals import is_id, no_such_attempt
from grader.taking.schedule import Schedule
from grader.taking.sheet import Sheet, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt:
    """What is stored of one attempt."""

    attempt: AttemptRow
    kept: KeptQuiz
    grants: dict[str, Grant]
    begun: int
    places: tuple[PlaceRow, ...]
    drawn: dict[int, Halves]
    done: Done
    dropped: frozenset[int]


def stored_of(tx: Transaction, attempt: str, *, lock: bool) -> StoredAttempt:
    """Return what is stored of an attempt; `lock`: nobody else changes it until the transaction ends.

    Raises: Refused where there is none.
    """
    row = attempt_with(tx, attempt, lock=lock) if is_id(attempt) else None
    if row is None:
        raise no_such_attempt()
    return StoredAttempt(
        attempt=row,
        kept=quiz_with(tx, row.quiz),
        grants=grants_of(tx, row.quiz),
        begun=len(attempts_at(tx, row.quiz, student=row.student)),
        places=places_of(tx, attempt),
        drawn=dict(drawn_places(tx, attempt)),
        done=done_in(tx, attempt),
        dropped=dropped_in(tx, attempt),
    )


def sheet_of(rows: StoredAttempt, now: datetime, quiz_of: Callable[[int], Quiz]) -> Sheet:
    """Return an attempt from what is stored of it; `quiz_of` gives a version by its number."""
    attempt = rows.attempt
    quiz, current = quiz_of(attempt.version), quiz_of(rows.kept.version)
    drafts = {draft.place: draft for draft in rows.done.drafts}
    hints = Counter(rows.done.hints)
    tries: dict[int, tuple[TryRow, ...]] = {}
    for one in rows.done.tries:
        tries[one.place] = (*tries.get(one.place, ()), one)
    places = (
        place_of(
            row,
            quiz.question(row.question),
            rows.drawn.get(row.place),
            draft=drafts.get(row.place),
            tries=tries.get(row.place, ()),
            hints=hints[row.place],
            was_dropped=row.place in rows.dropped,
        )
        for row in rows.places
    )
    schedule = Schedule(quiz=current, grant=rows.grants.get(attempt.student), grants=tuple(rows.grants.values()))
    return Sheet(attempt=attempt, quiz=quiz, schedule=schedule, begun=rows.begun, now=now, places=tuple(places))
