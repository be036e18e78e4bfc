"""The tables of practice, as `tables` has the others: they refer to attempts, and no attempt to them."""

from __future__ import annotations

import sqlalchemy as sa

from grader.store.tables import Moment, metadata, of_quiz


def _of_review() -> sa.Column[str]:
    return sa.Column("review", sa.ForeignKey("practice_reviews.id"), primary_key=True)


cards = sa.Table(
    "practice_cards",  # what is remembered of one question by one student
    metadata,
    sa.Column("quiz", sa.ForeignKey("quizzes.id"), primary_key=True),
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("question", sa.String(100), primary_key=True),
    sa.Column("state", sa.Integer, nullable=False),  # this and the next three are the scheduler's
    sa.Column("step", sa.Integer),
    sa.Column("stability", sa.Float, nullable=False),
    sa.Column("difficulty", sa.Float, nullable=False),
    sa.Column("reviewed_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("reviews", sa.Integer, nullable=False),
    sa.Column("lapses", sa.Integer, nullable=False),
    sa.Index("ix_practice_cards_student_due", "student", "due_at"),
)

reviews = sa.Table(
    "practice_reviews",  # each time that a question was asked again, and each wrong answer in an attempt
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    of_quiz(),
    sa.Column("student", sa.String(200), nullable=False),
    sa.Column("question", sa.String(100), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # of this student's reviews of the question, from 1
    sa.Column("attempt", sa.ForeignKey("attempts.id")),  # that the wrong answer was given in; none: it was practised
    sa.Column("digest", sa.String(64), nullable=False),  # of the question as its author had written it
    sa.Column("begun_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("outcome", sa.String(20)),
    sa.Column("rating", sa.Integer),  # the scheduler's; none where nothing was learned from it
    sa.UniqueConstraint("quiz", "student", "question", "number", name="uq_practice_reviews_number"),
    sa.UniqueConstraint("attempt", "question", name="uq_practice_reviews_attempt_question"),
)

public_halves = sa.Table(
    "practice_public_halves", metadata, _of_review(), sa.Column("document", sa.LargeBinary, nullable=False)
)

key_halves = sa.Table(
    "practice_key_halves", metadata, _of_review(), sa.Column("document", sa.LargeBinary, nullable=False)
)

drafts = sa.Table(
    "practice_drafts",
    metadata,
    _of_review(),
    sa.Column("response", sa.Text, nullable=False),  # JSON
    sa.Column("saved_at", Moment, nullable=False),
)

tries = sa.Table(
    "practice_tries",
    metadata,
    _of_review(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("response", sa.Text, nullable=False),  # JSON
    sa.Column("mark", sa.Text),  # JSON; none where it could not be marked
    sa.Column("fault", sa.Text),  # why it could not be marked
)

hints = sa.Table(
    "practice_hints",
    metadata,
    _of_review(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
)
