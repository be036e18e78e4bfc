"""The first schema: quizzes and their versions, attempts with all that belongs to them, extensions and regrades."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make its tables."""
    _quizzes()
    _attempts()
    _answers()
    _teachers()


def _quizzes() -> None:
    op.create_table(
        "secret_values",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secret_values"),
    )
    op.create_table(
        "quizzes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("course", sa.String(200), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_quizzes"),
        sa.UniqueConstraint("course", "name", name="uq_quizzes_course_name"),
    )
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("quiz", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("yaml", sa.LargeBinary, nullable=False),
        sa.Column("code", sa.LargeBinary),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        _quiz_of("versions"),
        sa.UniqueConstraint("quiz", "digest", name="uq_versions_quiz_digest"),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("quiz", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("student", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("time_limit_s", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        _quiz_of("attempts"),
        sa.ForeignKeyConstraint(["version"], ["versions.id"], name="fk_attempts_version"),
        sa.UniqueConstraint("quiz", "student", "number", name="uq_attempts_quiz_student_number"),
    )
    _of_places("places", sa.Column("question", sa.String(100), nullable=False), sa.Column("fault", sa.Text))
    _of_places(
        "public_halves",
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
    )
    _of_places("key_halves", sa.Column("document", sa.LargeBinary, nullable=False))


def _answers() -> None:
    _of_places("drafts", sa.Column("response", sa.Text, nullable=False), sa.Column("saved_at", MOMENT, nullable=False))
    _of_places(
        "tries",
        _number(),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("mark", sa.Text),
        sa.Column("marker", sa.String(40)),
        sa.Column("fault", sa.Text),
        sa.Column("looked_at", MOMENT),
    )
    _of_places("hints", _number(), sa.Column("at", MOMENT, nullable=False))


def _teachers() -> None:
    op.create_table(
        "extensions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("quiz", sa.Integer, nullable=False),
        sa.Column("student", sa.String(200), nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("extra_s", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("granted_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_extensions"),
        _quiz_of("extensions"),
    )
    op.create_index("ix_extensions_quiz_student", "extensions", ["quiz", "student"])
    op.create_table(
        "regrades",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("quiz", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_regrades"),
        _quiz_of("regrades"),
    )
    op.create_table(
        "regraded_tries",
        sa.Column("regrade", sa.Integer, nullable=False),
        sa.Column("attempt", sa.String(40), nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        _number(),
        sa.Column("old_mark", sa.Text),
        sa.Column("new_mark", sa.Text),
        sa.PrimaryKeyConstraint("regrade", "attempt", "place", "number", name="pk_regraded_tries"),
        sa.ForeignKeyConstraint(["regrade"], ["regrades.id"], name="fk_regraded_tries_regrade"),
        sa.ForeignKeyConstraint(
            ["attempt", "place", "number"],
            ["tries.attempt", "tries.place", "tries.number"],
            name="fk_regraded_tries_try",
        ),
    )


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer, autoincrement=False, nullable=False)


def _quiz_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["quiz"], ["quizzes.id"], name=f"fk_{table}_quiz")


def _of_places(table: str, *columns: sa.Column[Any]) -> None:
    """Make a table of what belongs to one place of an attempt."""
    numbered = ["number"] if any(column.name == "number" for column in columns) else []
    op.create_table(
        table,
        sa.Column("attempt", sa.String(40), nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("attempt", "place", *numbered, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["attempt"], ["attempts.id"], name=f"fk_{table}_attempt"),
    )
