"""What a student did at the places of an attempt: drafts, tries and hints. Answers and marks are JSON texts here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from grader.store import tables
from grader.store.store import Transaction

_drafts, _tries, _hints = tables.drafts, tables.tries, tables.hints


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """An answer that is kept and not checked."""

    place: int
    response: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRow:
    """An answer that counts. `mark` is None while it is not marked; `fault` says then why, if it was tried."""

    place: int
    number: int
    at: datetime
    response: str
    mark: str | None = None
    marker: str | None = None
    fault: str | None = None
    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """All that a student did in an attempt."""

    drafts: tuple[DraftRow, ...]
    tries: tuple[TryRow, ...]  # in the order of places and numbers
    hints: tuple[int, ...]  # the place of each one given


def done_in(tx: Transaction, attempt: str) -> Done:
    """Return all that a student did in an attempt."""
    drafts = sa.select(_drafts.c.place, _drafts.c.response, _drafts.c.saved_at).where(_drafts.c.attempt == attempt)
    columns = [_tries.c[name] for name in TryRow.__slots__]
    tries = sa.select(*columns).where(_tries.c.attempt == attempt).order_by(_tries.c.place, _tries.c.number)
    hints = sa.select(_hints.c.place).where(_hints.c.attempt == attempt).order_by(_hints.c.place)
    return Done(
        drafts=tuple(DraftRow(**row._mapping) for row in tx.rows(drafts)),
        tries=tuple(TryRow(**row._mapping) for row in tx.rows(tries)),
        hints=tuple(row.place for row in tx.rows(hints)),
    )


def put_draft(tx: Transaction, attempt: str, draft: DraftRow) -> None:
    """Keep a draft in place of the one before."""
    drop_draft(tx, attempt, draft.place)
    tx.add(_drafts, attempt=attempt, place=draft.place, response=draft.response, saved_at=draft.saved_at)


def drop_draft(tx: Transaction, attempt: str, place: int) -> None:
    """Forget the draft of a place, if there is one."""
    tx.do(_drafts.delete().where(_drafts.c.attempt == attempt, _drafts.c.place == place))


def add_try(tx: Transaction, attempt: str, one: TryRow) -> None:
    """Add a try; two with the same number are refused by the table itself."""
    tx.add(_tries, attempt=attempt, **{name: getattr(one, name) for name in TryRow.__slots__})


def put_mark(tx: Transaction, attempt: str, one: TryRow, *, instead_of: str | None) -> bool:
    """Keep the mark of a try, or why it has none; False where its mark is no longer `instead_of`."""
    here = sa.and_(_tries.c.attempt == attempt, _tries.c.place == one.place, _tries.c.number == one.number)
    before = _tries.c.mark.is_(None) if instead_of is None else _tries.c.mark == instead_of
    changed = _tries.update().where(here, before)
    return tx.do(changed.values(mark=one.mark, marker=one.marker, fault=one.fault, looked_at=one.looked_at)) == 1


def add_hint(tx: Transaction, attempt: str, place: int, number: int, *, now: datetime) -> None:
    """Note that a hint was given."""
    tx.add(_hints, attempt=attempt, place=place, number=number, at=now)
