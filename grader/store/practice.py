"""Practice: what is remembered of each question by each student, and every time that it was asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from grader.store import practice_tables, tables
from grader.store.attempts import Halves
from grader.store.store import Transaction

_cards, _reviews = practice_tables.cards, practice_tables.reviews
_public, _keys = practice_tables.public_halves, practice_tables.key_halves
_drafts, _tries, _hints = practice_tables.drafts, practice_tables.tries, practice_tables.hints


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """One question of one student; `state` to `difficulty` are the scheduler's."""

    quiz: int
    student: str
    question: str
    state: int
    step: int | None
    stability: float
    difficulty: float
    reviewed_at: datetime
    due_at: datetime
    reviews: int
    lapses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """A question that was asked again, or (`attempt`) a wrong answer in an attempt. Open while `ended_at` is None."""

    id: str
    quiz: int
    student: str
    question: str
    number: int
    attempt: str | None
    digest: str
    begun_at: datetime
    ended_at: datetime | None = None
    outcome: str | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeTry:
    """One answer in a review. `mark` is None where it could not be marked; `fault` says why."""

    number: int
    at: datetime
    response: str
    mark: str | None
    fault: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeDraft:
    """An answer that is kept and not checked."""

    response: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Practised:
    """A review with all that belongs to it."""

    review: ReviewRow
    halves: Halves
    draft: PracticeDraft | None
    tries: tuple[PracticeTry, ...]
    hints: int


def quiz_names(tx: Transaction, course: str) -> Mapping[int, str]:
    """Return the names of all quizzes that were ever seen of a course, by their numbers."""
    quizzes = tables.quizzes
    rows = tx.rows(sa.select(quizzes.c.id, quizzes.c.name).where(quizzes.c.course == course))
    return {row.id: row.name for row in rows}


# ------------------------------------------------------------------------------------------------------- cards


def cards_of(tx: Transaction, student: str) -> tuple[CardRow, ...]:
    """Return every card of a student, the one that is due first before the others."""
    order = (_cards.c.due_at, _cards.c.quiz, _cards.c.question)
    rows = tx.rows(sa.select(_cards).where(_cards.c.student == student).order_by(*order))
    return tuple(CardRow(**row._mapping) for row in rows)


def card_with(tx: Transaction, quiz: int, student: str, question: str, *, lock: bool = False) -> CardRow | None:
    """Return one card; None where there is none. `lock`: no other transaction changes it until this one ends."""
    statement = sa.select(_cards).where(_of_card(quiz, student, question))
    row = tx.row(statement.with_for_update() if lock else statement)
    return None if row is None else CardRow(**row._mapping)


def put_card(tx: Transaction, card: CardRow) -> None:
    """Keep a card, in the place of the one before."""
    values = {name: getattr(card, name) for name in CardRow.__slots__}
    here = _of_card(card.quiz, card.student, card.question)
    if not tx.do(_cards.update().where(here).values(**values)):
        tx.add(_cards, **values)


def _of_card(quiz: int, student: str, question: str) -> sa.ColumnElement[bool]:
    return sa.and_(_cards.c.quiz == quiz, _cards.c.student == student, _cards.c.question == question)


# ------------------------------------------------------------------------------------------------------- reviews


def reviews_of(tx: Transaction, quiz: int, student: str, question: str) -> tuple[ReviewRow, ...]:
    """Return all reviews of a question, in their order."""
    here = sa.and_(_reviews.c.quiz == quiz, _reviews.c.student == student, _reviews.c.question == question)
    rows = tx.rows(sa.select(_reviews).where(here).order_by(_reviews.c.number))
    return tuple(ReviewRow(**row._mapping) for row in rows)


def open_reviews(tx: Transaction, student: str) -> tuple[ReviewRow, ...]:
    """Return the reviews that a student has begun and not ended, the first one first."""
    here = sa.and_(_reviews.c.student == student, _reviews.c.attempt.is_(None), _reviews.c.ended_at.is_(None))
    rows = tx.rows(sa.select(_reviews).where(here).order_by(_reviews.c.begun_at, _reviews.c.quiz, _reviews.c.question))
    return tuple(ReviewRow(**row._mapping) for row in rows)


def latest_digests(tx: Transaction, student: str) -> Mapping[tuple[int, str], str]:
    """Return the digest of each question as it was when it was last reviewed, by quiz and question."""
    columns = (_reviews.c.quiz, _reviews.c.question, _reviews.c.digest)
    rows = tx.rows(sa.select(*columns).where(_reviews.c.student == student).order_by(_reviews.c.number))
    return {(row.quiz, row.question): row.digest for row in rows}


def counted_attempts(tx: Transaction, student: str) -> frozenset[tuple[str, str]]:
    """Return which questions of which attempts have been taken note of."""
    here = sa.and_(_reviews.c.student == student, _reviews.c.attempt.is_not(None))
    return frozenset((row.attempt, row.question) for row in tx.rows(sa.select(_reviews).where(here)))


def add_review(tx: Transaction, row: ReviewRow, halves: Halves | None = None) -> None:
    """Add a review, with the variant that it asks."""
    tx.add(_reviews, **{name: getattr(row, name) for name in ReviewRow.__slots__})
    if halves is not None:
        tx.add(_public, review=row.id, document=halves.public)
        tx.add(_keys, review=row.id, document=halves.key)


def end_review(tx: Transaction, review: str, *, at: datetime, outcome: str, rating: int | None) -> None:
    """Note what a review came to."""
    ended = _reviews.update().where(_reviews.c.id == review)
    tx.do(ended.values(ended_at=at, outcome=outcome, rating=rating))


def practised(tx: Transaction, review: str, *, lock: bool = False) -> Practised | None:
    """Return a review that was practised; None where there is none. `lock`: nobody else changes it meanwhile."""
    statement = sa.select(_reviews).where(_reviews.c.id == review)
    row = tx.row(statement.with_for_update() if lock else statement)
    public = tx.row(sa.select(_public.c.document).where(_public.c.review == review))
    key = tx.row(sa.select(_keys.c.document).where(_keys.c.review == review))
    if row is None or public is None or key is None:
        return None
    draft = tx.row(sa.select(_drafts.c.response, _drafts.c.saved_at).where(_drafts.c.review == review))
    columns = [_tries.c[name] for name in PracticeTry.__slots__]
    tries = tx.rows(sa.select(*columns).where(_tries.c.review == review).order_by(_tries.c.number))
    return Practised(
        review=ReviewRow(**row._mapping),
        halves=Halves(public=bytes(public.document), key=bytes(key.document)),
        draft=None if draft is None else PracticeDraft(**draft._mapping),
        tries=tuple(PracticeTry(**one._mapping) for one in tries),
        hints=len(tx.rows(sa.select(_hints.c.number).where(_hints.c.review == review))),
    )


def put_practice_draft(tx: Transaction, review: str, draft: PracticeDraft | None) -> None:
    """Keep a draft in the place of the one before; None: keep none."""
    tx.do(_drafts.delete().where(_drafts.c.review == review))
    if draft is not None:
        tx.add(_drafts, review=review, response=draft.response, saved_at=draft.saved_at)


def add_practice_try(tx: Transaction, review: str, one: PracticeTry) -> None:
    """Add a try; two with the same number are refused by the table itself."""
    tx.add(_tries, review=review, **{name: getattr(one, name) for name in PracticeTry.__slots__})


def add_practice_hint(tx: Transaction, review: str, number: int, *, now: datetime) -> None:
    """Note that a hint was given."""
    tx.add(_hints, review=review, number=number, at=now)
