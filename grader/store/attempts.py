"""Attempts at quizzes, and the questions that each has, place by place, with the two halves of their variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from grader.store import tables
from grader.store.store import Transaction

_attempts, _places, _public, _keys = tables.attempts, tables.places, tables.public_halves, tables.key_halves


class Phase(StrEnum):
    """Where an attempt is."""

    OPEN = "open"  # it can be gone on with
    SUBMITTED = "submitted"  # its student handed it in
    TIMED_OUT = "timed-out"  # its time was over: what had been saved by then counts


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One attempt of one student. `version` is the number of the version that it keeps."""

    id: str
    quiz: int
    version: int
    student: str
    number: int
    phase: Phase
    begun_at: datetime
    ended_at: datetime | None
    time_limit_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """One question of an attempt. `fault`: why it could not be drawn."""

    place: int
    question: str
    fault: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """The two documents of one variant."""

    public: bytes
    key: bytes = field(repr=False)


def attempt_with(tx: Transaction, attempt: str, *, lock: bool = False) -> AttemptRow | None:
    """Return an attempt; None where there is none. `lock`: no other transaction changes it until this one ends."""
    statement = sa.select(_attempts).where(_attempts.c.id == attempt)
    row = tx.row(statement.with_for_update() if lock else statement)
    return None if row is None else _attempt(row)


def attempts_at(tx: Transaction, quiz: int, *, student: str | None = None) -> tuple[AttemptRow, ...]:
    """Return the attempts at a quiz, of one student or of all, in the order of students and numbers."""
    statement = sa.select(_attempts).where(_attempts.c.quiz == quiz).order_by(_attempts.c.student, _attempts.c.number)
    if student is not None:
        statement = statement.where(_attempts.c.student == student)
    return tuple(map(_attempt, tx.rows(statement)))


def _attempt(row: Any) -> AttemptRow:
    return AttemptRow(**{**row._mapping, "phase": Phase(row.phase)})


def add_attempt(tx: Transaction, row: AttemptRow, questions: Sequence[str]) -> None:
    """Add an attempt with its questions, in their order."""
    values = {name: getattr(row, name) for name in AttemptRow.__slots__}
    tx.add(_attempts, **{**values, "phase": row.phase.value})
    places = [{"attempt": row.id, "place": place, "question": question} for place, question in enumerate(questions, 1)]
    tx.add_all(_places, places)


def end_attempt(tx: Transaction, attempt: str, *, phase: Phase, at: datetime) -> None:
    """Note that an attempt has ended."""
    tx.do(_attempts.update().where(_attempts.c.id == attempt).values(phase=phase.value, ended_at=at))


def places_of(tx: Transaction, attempt: str) -> tuple[PlaceRow, ...]:
    """Return the questions of an attempt, in their order."""
    statement = sa.select(_places.c.place, _places.c.question, _places.c.fault)
    rows = tx.rows(statement.where(_places.c.attempt == attempt).order_by(_places.c.place))
    return tuple(PlaceRow(**row._mapping) for row in rows)


def note_fault(tx: Transaction, attempt: str, place: int, fault: str | None) -> None:
    """Keep why a question could not be drawn; None: it could."""
    here = sa.and_(_places.c.attempt == attempt, _places.c.place == place)
    tx.do(_places.update().where(here).values(fault=fault))


def drawn_places(tx: Transaction, attempt: str) -> Mapping[int, Halves]:
    """Return the variants of an attempt that were drawn, by place."""
    statement = sa.select(_public.c.place, _public.c.document, _keys.c.document.label("key"))
    on = sa.and_(_keys.c.attempt == _public.c.attempt, _keys.c.place == _public.c.place)
    rows = tx.rows(statement.join(_keys, on).where(_public.c.attempt == attempt))
    return {row.place: Halves(public=bytes(row.document), key=bytes(row.key)) for row in rows}


def add_variant(tx: Transaction, attempt: str, place: int, halves: Halves, *, now: datetime) -> None:
    """Keep a variant: what is asked, and apart from it the key."""
    tx.add(_public, attempt=attempt, place=place, document=halves.public, drawn_at=now)
    tx.add(_keys, attempt=attempt, place=place, document=halves.key)


def replace_key(tx: Transaction, attempt: str, place: int, key: bytes) -> None:
    """Keep another key of the same question: of a regrade."""
    tx.do(_keys.update().where(_keys.c.attempt == attempt, _keys.c.place == place).values(document=key))
