"""Practice: cards, reviews, and what belongs to a review."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make its tables."""
    _cards()
    _reviews()
    for half in ("practice_public_halves", "practice_key_halves"):
        _of_reviews(half, sa.Column("document", sa.LargeBinary, nullable=False))
    _of_reviews(
        "practice_drafts",
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
    )
    _of_reviews(
        "practice_tries",
        _number(),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("mark", sa.Text),
        sa.Column("fault", sa.Text),
    )
    _of_reviews("practice_hints", _number(), sa.Column("at", MOMENT, nullable=False))


def _cards() -> None:
    op.create_table(
        "practice_cards",
        sa.Column("quiz", sa.Integer, nullable=False),
        sa.Column("student", sa.String(200), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer),
        sa.Column("stability", sa.Float, nullable=False),
        sa.Column("difficulty", sa.Float, nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("reviews", sa.Integer, nullable=False),
        sa.Column("lapses", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("quiz", "student", "question", name="pk_practice_cards"),
        sa.ForeignKeyConstraint(["quiz"], ["quizzes.id"], name="fk_practice_cards_quiz"),
    )
    op.create_index("ix_practice_cards_student_due", "practice_cards", ["student", "due_at"])


def _reviews() -> None:
    op.create_table(
        "practice_reviews",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("quiz", sa.Integer, nullable=False),
        sa.Column("student", sa.String(200), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("attempt", sa.String(40)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("outcome", sa.String(20)),
        sa.Column("rating", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_practice_reviews"),
        sa.ForeignKeyConstraint(["quiz"], ["quizzes.id"], name="fk_practice_reviews_quiz"),
        sa.ForeignKeyConstraint(["attempt"], ["attempts.id"], name="fk_practice_reviews_attempt"),
        sa.UniqueConstraint("quiz", "student", "question", "number", name="uq_practice_reviews_number"),
        sa.UniqueConstraint("attempt", "question", name="uq_practice_reviews_attempt_question"),
    )


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer, autoincrement=False, nullable=False)


def _of_reviews(table: str, *columns: sa.Column[Any]) -> None:
    """Make a table of what belongs to one review."""
    numbered = ["number"] if any(column.name == "number" for column in columns) else []
    op.create_table(
        table,
        sa.Column("review", sa.String(40), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("review", *numbered, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["review"], ["practice_reviews.id"], name=f"fk_{table}_review"),
    )
