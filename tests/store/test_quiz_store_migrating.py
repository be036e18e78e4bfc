"""An older store is brought up, with all that is in it; and both ways to a new one lead to the same tables."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from grader.store import open_store, opening, tables
from grader.store.answers import done_in
from grader.store.attempts import attempt_with
from grader.store.migrating import FOLDER, bring_up, config_for
from grader.store.sqlite import APPLICATION_ID, WRITES, sqlite_engine

FIRST = """
INSERT INTO quizzes VALUES (1, 'c', 'quiz01', 'd');
INSERT INTO versions VALUES (1, 1, 'd', '/f', x'79', NULL, '2026-05-04 12:00:00.000000');
INSERT INTO attempts VALUES ('a', 1, 1, 'ada', 1, 'open', '2026-05-04 12:00:00.000000', NULL, 60.0);
INSERT INTO tries VALUES ('a', 1, 1, '2026-05-04 12:00:01.000000', '"7"', NULL, NULL, NULL, NULL);
"""


def make(file: Path, revision: str) -> sa.Engine:
    """Make a store as dlgrade did when `revision` was its newest schema."""
    engine = sqlite_engine(file)
    with engine.connect() as connection:
        connection = connection.execution_options(**{WRITES: True})
        with connection.begin():
            bring_up(connection, target=revision)
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    return engine


def shape(file: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(file) as raw:
        return sorted(raw.execute("SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"))


def test_a_store_of_the_first_schema_is_brought_up_with_all_that_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "s"
    make(file, "0001").dispose()
    with sqlite3.connect(file) as raw:
        raw.executescript(FIRST)
    with open_store(file) as store:
        attempt = store.read(lambda tx: attempt_with(tx, "a"))
        done = store.read(lambda tx: done_in(tx, "a"))
        version = store.read(lambda tx: tx.row(sa.select(tables.schema_version.c.version_num))[0])
    assert attempt is not None and (attempt.student, attempt.time_limit_s) == ("ada", 60.0)
    assert [one.response for one in done.tries] == ['"7"']
    assert version == tables.SCHEMA


def test_steps_and_one_leap_come_to_the_same_tables(tmp_path: Path) -> None:
    engine = make(tmp_path / "steps", tables.SCHEMA)
    open_store(tmp_path / "leap").close()
    assert shape(tmp_path / "steps") == shape(tmp_path / "leap")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.whole()) == []


def test_the_newest_schema_is_the_last_step() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        script = ScriptDirectory.from_config(config_for(connection))
        assert script.get_heads() == [tables.SCHEMA]
        names = sorted(one.name for one in (FOLDER / "versions").glob("v*.py"))
        revisions = [one.revision for one in script.walk_revisions()][::-1]
    assert [name[1:5] for name in names] == revisions == [f"{number:04}" for number in range(1, len(names) + 1)]


def test_a_step_that_fails_leaves_the_old_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All steps are one transaction: so is what a kill leaves."""
    file = tmp_path / "s"
    make(file, "0001").dispose()
    before = shape(file)

    def half(connection: sa.Connection) -> None:
        bring_up(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.store.migrating.bring_up", half)
    with pytest.raises(KeyboardInterrupt):
        opening.open_store(file)
    assert shape(file) == before
    monkeypatch.undo()
    open_store(file).close()
    assert shape(file) != before
