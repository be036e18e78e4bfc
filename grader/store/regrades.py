"""The log of regrades: who, when, by which version, and every mark before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from grader.store import tables
from grader.store.store import Transaction

_regrades, _tries = tables.regrades, tables.regraded_tries


@dataclass(frozen=True, slots=True, kw_only=True)
class RegradedTry:
    """One mark that a regrade changed, as JSON texts."""

    attempt: str
    place: int
    number: int
    old_mark: str | None
    new_mark: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegradeRow:
    """One regrade with all that it changed."""

    number: int
    digest: str
    at: datetime
    by: str
    tries: tuple[RegradedTry, ...]


def add_regrade(tx: Transaction, quiz: int, *, digest: str, at: datetime, by: str) -> int:
    """Note that a regrade begins, and return its number."""
    return int(tx.add(_regrades, quiz=quiz, digest=digest, at=at, by=by))


def add_regraded(tx: Transaction, regrade: int, one: RegradedTry) -> None:
    """Note one mark that changed."""
    tx.add(_tries, regrade=regrade, **{name: getattr(one, name) for name in RegradedTry.__slots__})


def regrades_of(tx: Transaction, quiz: int) -> tuple[RegradeRow, ...]:
    """Return every regrade of a quiz, the oldest first."""
    columns = [_tries.c[name] for name in RegradedTry.__slots__]
    order = (_tries.c.attempt, _tries.c.place, _tries.c.number)
    found = []
    for row in tx.rows(sa.select(_regrades).where(_regrades.c.quiz == quiz).order_by(_regrades.c.id)):
        tries = tx.rows(sa.select(*columns).where(_tries.c.regrade == row.id).order_by(*order))
        changed = tuple(RegradedTry(**one._mapping) for one in tries)
        found.append(RegradeRow(number=row.id, digest=row.digest, at=row.at, by=row.by, tries=changed))
    return tuple(found)
