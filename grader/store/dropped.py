"""Questions that are left out of the total of an attempt: which, why, and by whom and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from grader.store import tables
from grader.store.store import Transaction

_dropped, _regrades = tables.dropped_places, tables.regrades


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedRow:
    """One question of one attempt that was dropped, by which regrade."""

    regrade: int
    attempt: str
    place: int
    why: str
    at: datetime
    by: str


def dropped_in(tx: Transaction, attempt: str) -> frozenset[int]:
    """Return the places of an attempt that were dropped."""
    rows = tx.rows(sa.select(_dropped.c.place).where(_dropped.c.attempt == attempt))
    return frozenset(row.place for row in rows)


def drop_place(tx: Transaction, regrade: int, attempt: str, place: int, *, why: str) -> None:
    """Leave a question out of the total of an attempt; once is enough, a second time is refused by the table."""
    tx.add(_dropped, attempt=attempt, place=place, regrade=regrade, why=why)


def dropped_of(tx: Transaction, quiz: int) -> tuple[DroppedRow, ...]:
    """Return everything that was dropped in the attempts at a quiz, the oldest first."""
    columns = (_dropped.c.regrade, _dropped.c.attempt, _dropped.c.place, _dropped.c.why, _regrades.c.at, _regrades.c.by)
    statement = sa.select(*columns).join(_regrades, _regrades.c.id == _dropped.c.regrade)
    order = (_regrades.c.id, _dropped.c.attempt, _dropped.c.place)
    rows = tx.rows(statement.where(_regrades.c.quiz == quiz).order_by(*order))
    return tuple(DroppedRow(**row._mapping) for row in rows)
