"""What single students were granted: more time, a later end, further attempts. The newest of a student counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from grader.store import tables
from grader.store.store import Transaction

_extensions = tables.extensions


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one student has beyond the others, in all: not on top of an earlier grant."""

    student: str
    until: datetime | None = None
    extra_s: float = 0.0
    attempts: int = 0
    granted_at: datetime
    granted_by: str


def grants_of(tx: Transaction, quiz: int) -> dict[str, Grant]:
    """Return the grant that counts of each student who has one."""
    columns = [_extensions.c[name] for name in Grant.__slots__]
    rows = tx.rows(sa.select(*columns).where(_extensions.c.quiz == quiz).order_by(_extensions.c.id))
    return {row.student: Grant(**row._mapping) for row in rows}


def hold_grants(tx: Transaction, quiz: int) -> None:
    """Let nobody else grant anything for this quiz until the transaction is over: a grant says all that there is."""
    tx.row(sa.select(tables.quizzes.c.id).where(tables.quizzes.c.id == quiz).with_for_update())


def add_grant(tx: Transaction, quiz: int, grant: Grant) -> None:
    """Grant something, in the place of what was granted to that student before."""
    tx.add(_extensions, quiz=quiz, **{name: getattr(grant, name) for name in Grant.__slots__})
