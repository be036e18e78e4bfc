"""What the log says of the regrades of a quiz: who asked, when, and every mark before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.store.dropped import dropped_of
from grader.store.quizzes import find_quiz
from grader.store.regrades import regrades_of
from grader.taking.clerk import Clerk
from grader.taking.documents import read_mark
from grader.taking.overviews import sheets_at
from grader.taking.regrading import Changed
from grader.taking.settling import Dropped, DropReason, spot


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRegrade:
    """One regrade that was kept, with all that it changed."""

    at: datetime
    by: str
    changed: tuple[Changed, ...]
    dropped: tuple[Dropped, ...]


def regrade_log(clerk: Clerk, quiz: str) -> tuple[LoggedRegrade, ...]:
    """Return the regrades of a quiz, the oldest first; none where nobody has taken it."""
    named = clerk.named(quiz)
    kept = clerk.store.read(lambda tx: find_quiz(tx, named))
    if kept is None:
        return ()
    regrades, dropped = clerk.store.read(lambda tx: (regrades_of(tx, kept.id), dropped_of(tx, kept.id)))
    sheets = {sheet.attempt.id: sheet for sheet in sheets_at(clerk, kept.id, None)}
    spots = {(name, place.place): spot(sheet, place) for name, sheet in sheets.items() for place in sheet.places}
    return tuple(
        LoggedRegrade(
            at=regrade.at,
            by=regrade.by,
            changed=tuple(
                Changed(
                    where=spots[one.attempt, one.place],
                    number=one.number,
                    old=None if one.old_mark is None else read_mark(one.old_mark),
                    new=read_mark(one.new_mark),
                )
                for one in regrade.tries
                if one.new_mark is not None
            ),
            dropped=tuple(
                Dropped(where=spots[one.attempt, one.place], why=DropReason(one.why))
                for one in dropped
                if one.regrade == regrade.number
            ),
        )
        for regrade in regrades
    )
