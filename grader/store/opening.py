"""Opens a store: makes its tables where it is new, brings an older one up, and refuses one that is newer.

Alembic takes longer to import than a student waits gladly, so it is imported only where there is an older store to
bring up. A new one gets the newest tables at once.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa

from grader.exercise.paths import show_path
from grader.records import Text
from grader.store import tables
from grader.store.faults import bad_address, damaged, newer, not_ours, told
from grader.store.modes import close_to_others
from grader.store.place import place_of
from grader.store.sqlite import APPLICATION_ID, WRITES, sqlite_engine, use_log
from grader.store.store import Store

_HAS_VERSION = f"SELECT count(*) FROM sqlite_schema WHERE name = '{tables.schema_version.name}'"


def open_store(where: str | Path | None = None) -> Store:
    """Return the store at a path or an SQLAlchemy address; by default DLGRADE_STORE, else the user's own file.

    Raises: UsageError for what is no place for one, is not ours, or newer than we are; StoreUnavailable.
    """
    named = place_of(str(where) if where else None)
    if "://" in named and not named.startswith("sqlite:"):
        try:
            address = sa.make_url(named)
            engine = sa.create_engine(address, hide_parameters=True)
        except (sa.exc.ArgumentError, ImportError):
            raise bad_address(named) from None
        return _ready(engine, shown=address.render_as_string(hide_password=True), file=None)
    file = _file(named)
    engine = sqlite_engine(file)
    notes = close_to_others(file)
    return _ready(engine, shown=show_path(file), file=file, notes=notes)


def _file(named: str) -> Path:
    if not named.startswith("sqlite:"):
        return Path(named).expanduser().absolute()
    try:
        database = sa.make_url(named).database
    except sa.exc.ArgumentError:
        raise bad_address(named) from None
    if not database or database == ":memory:":
        raise bad_address(named)
    return Path(database).absolute()


def _ready(engine: sa.Engine, *, shown: str, file: Path | None, notes: tuple[Text, ...] = ()) -> Store:
    try:
        found = _schema_of(engine, shown)
        if found is None:
            found = _make(engine, shown)
        if found != tables.SCHEMA:
            _bring_up(engine, found, shown)
        if file is not None:
            use_log(engine, file)
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        engine.dispose()
        raise told(error, shown) from error
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, shown=shown, notes=notes)


def _schema_of(engine: sa.Engine, shown: str) -> str | None:
    """Return the schema of a store; None where there is nothing yet. Raises: UsageError where it is not ours."""
    with engine.begin() as connection:
        return _found(connection, shown)


def _found(connection: sa.Connection, shown: str) -> str | None:
    if connection.dialect.name == "sqlite":  # asking what tables there are takes a while: its header says it, too
        if connection.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION_ID:
            if not connection.exec_driver_sql(_HAS_VERSION).scalar():
                raise damaged(shown)
            return _version(connection, shown)
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar():
            raise not_ours(shown)
        return None
    names = sa.inspect(connection).get_table_names()
    if tables.schema_version.name in names:
        return _version(connection, shown)
    if set(names) & set(tables.whole().tables):
        raise not_ours(shown)
    return None


def _version(connection: sa.Connection, shown: str) -> str:
    """Return the schema that a store says it has. Raises: StoreUnavailable where it says none."""
    found = connection.execute(sa.select(tables.schema_version.c.version_num)).scalars().all()
    if len(found) != 1:
        raise damaged(shown)
    return str(found[0])


def _make(engine: sa.Engine, shown: str) -> str:
    """Make the tables, unless another process has just done so, and return the schema that there is now."""
    with engine.connect() as connection:
        connection = connection.execution_options(**{WRITES: True})
        with connection.begin():
            _wait_for_others(connection)
            found = _found(connection, shown)
            if found is not None:
                return found
            tables.whole().create_all(connection, checkfirst=False)
            connection.execute(tables.schema_version.insert().values(version_num=tables.SCHEMA))
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    return tables.SCHEMA


def _bring_up(engine: sa.Engine, found: str, shown: str) -> None:
    if not found.isdecimal() or found > tables.SCHEMA:
        raise newer(shown, found, tables.SCHEMA)
    from grader.store.migrating import bring_up

    with engine.connect() as connection:
        connection = connection.execution_options(**{WRITES: True})
        with connection.begin():
            _wait_for_others(connection)
            bring_up(connection)


def _wait_for_others(connection: sa.Connection) -> None:
    """Hold that one process at a time makes or changes tables; a transaction that writes to SQLite is alone already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({APPLICATION_ID})")
