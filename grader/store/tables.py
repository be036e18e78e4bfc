"""The tables of a store, as they are in the newest schema: portable SQL, for SQLite and PostgreSQL alike.

A store that is new gets these at once; an older one is brought here by `migrations`, and a test holds that both come
to the same. The two halves of a variant lie in two tables, so that a service can let the part that renders pages
read the one and not the other.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

SCHEMA = "0003"  # the newest revision in migrations/versions

metadata = sa.MetaData(  # incomplete, as the tables of practice are elsewhere: use `whole`
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def whole() -> sa.MetaData:
    """Return the tables, those of practice among them: for whoever makes a store, or compares one."""
    import grader.store.practice_tables  # noqa: F401  they join the others; loaded later

    return metadata


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment, in UTC whatever the database makes of time zones: SQLite knows none."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def of_quiz() -> sa.Column[int]:
    """Return the column of a table that says which quiz a row belongs to."""
    return sa.Column("quiz", sa.ForeignKey("quizzes.id"), nullable=False)


def _of_attempt() -> sa.Column[str]:
    return sa.Column("attempt", sa.ForeignKey("attempts.id"), primary_key=True)


def _place() -> sa.Column[int]:
    return sa.Column("place", sa.Integer, primary_key=True, autoincrement=False)


schema_version = sa.Table(
    "alembic_version", metadata, sa.Column("version_num", sa.String(32), primary_key=True), comment="kept by alembic"
)

secret_values = sa.Table(
    "secret_values",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

quizzes = sa.Table(
    "quizzes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("course", sa.String(200), nullable=False),
    sa.Column("name", sa.String(100), nullable=False),  # its id in quiz.yaml
    sa.Column("digest", sa.String(64)),  # of the version that new attempts get
    sa.UniqueConstraint("course", "name", name="uq_quizzes_course_name"),
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    of_quiz(),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("folder", sa.Text, nullable=False),  # where it was read, for messages
    sa.Column("yaml", sa.LargeBinary, nullable=False),
    sa.Column("code", sa.LargeBinary),
    sa.Column("seen_at", Moment, nullable=False),
    sa.UniqueConstraint("quiz", "digest", name="uq_versions_quiz_digest"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    of_quiz(),
    sa.Column("version", sa.ForeignKey("versions.id"), nullable=False),
    sa.Column("student", sa.String(200), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("phase", sa.String(20), nullable=False),
    sa.Column("begun_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("time_limit_s", sa.Float),
    sa.UniqueConstraint("quiz", "student", "number", name="uq_attempts_quiz_student_number"),
)

places = sa.Table(
    "places",
    metadata,
    _of_attempt(),
    _place(),
    sa.Column("question", sa.String(100), nullable=False),
    sa.Column("fault", sa.Text),  # why it could not be drawn, for the teacher
)

public_halves = sa.Table(
    "public_halves",
    metadata,
    _of_attempt(),
    _place(),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("drawn_at", Moment, nullable=False),
)

key_halves = sa.Table(
    "key_halves", metadata, _of_attempt(), _place(), sa.Column("document", sa.LargeBinary, nullable=False)
)

drafts = sa.Table(
    "drafts",
    metadata,
    _of_attempt(),
    _place(),
    sa.Column("response", sa.Text, nullable=False),  # JSON
    sa.Column("saved_at", Moment, nullable=False),
)

tries = sa.Table(
    "tries",
    metadata,
    _of_attempt(),
    _place(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("response", sa.Text, nullable=False),  # JSON
    sa.Column("mark", sa.Text),  # JSON; none while it is not marked
    sa.Column("marker", sa.String(40)),  # the version of dlgrade that marked it
    sa.Column("fault", sa.Text),  # why it could not be marked, for the teacher
    sa.Column("looked_at", Moment),  # when it was last tried to mark it
)

hints = sa.Table(
    "hints",
    metadata,
    _of_attempt(),
    _place(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
)

extensions = sa.Table(
    "extensions",  # the newest of a student counts, the others are its history
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    of_quiz(),
    sa.Column("student", sa.String(200), nullable=False),
    sa.Column("until", Moment),
    sa.Column("extra_s", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("granted_at", Moment, nullable=False),
    sa.Column("granted_by", sa.String(200), nullable=False),
    sa.Index("ix_extensions_quiz_student", "quiz", "student"),
)

regrades = sa.Table(
    "regrades",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    of_quiz(),
    sa.Column("digest", sa.String(64), nullable=False),  # of the version that it went by
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
)

regraded_tries = sa.Table(
    "regraded_tries",
    metadata,
    sa.Column("regrade", sa.ForeignKey("regrades.id"), primary_key=True),
    sa.Column("attempt", sa.String(40), primary_key=True),
    _place(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("old_mark", sa.Text),
    sa.Column("new_mark", sa.Text),
    sa.ForeignKeyConstraint(
        ["attempt", "place", "number"], ["tries.attempt", "tries.place", "tries.number"], name="fk_regraded_tries_try"
    ),
)

dropped_places = sa.Table(
    "dropped_places",  # questions that are left out of the total of an attempt, as long as nobody can decide them
    metadata,
    _of_attempt(),
    _place(),
    sa.Column("regrade", sa.ForeignKey("regrades.id"), nullable=False),  # that dropped it: by whom and when
    sa.Column("why", sa.String(20), nullable=False),
)
