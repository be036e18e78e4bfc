"""Opens a store: makes its tables where it is new, brings an older one up, and refuses one that is newer.

Alembic takes longer to import than a student waits gladly, so it is imported only where there is an older store to
bring up. A new one gets the newest tables at once.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from grader.exercise.paths import show_path
from grader.store import tables
from grader.store.faults import bad_address, newer, not_ours, told
from grader.store.place import place_of
from grader.store.sqlite import APPLICATION_ID, WRITES, sqlite_engine, use_log
from grader.store.store import Store


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
    return _ready(sqlite_engine(file), shown=show_path(file), file=file)


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


def _ready(engine: sa.Engine, *, shown: str, file: Path | None) -> Store:
    try:
        found = _schema_of(engine, shown)
        if found is None:
            found = _make(engine, shown)
            if file is not None:
                use_log(engine, file)
        if found != tables.SCHEMA:
            _bring_up(engine, found, shown)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise told(error, shown) from error
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, shown=shown)


def _schema_of(engine: sa.Engine, shown: str) -> str | None:
    """Return the schema of a store; None where there is nothing yet. Raises: UsageError where it is not ours."""
    with engine.begin() as connection:
        return _found(connection, shown)


def _found(connection: sa.Connection, shown: str) -> str | None:
    version = tables.schema_version
    if connection.dialect.name == "sqlite":  # asking what tables there are takes a while: its header says it, too
        if connection.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION_ID:
            return str(connection.execute(sa.select(version.c.version_num)).scalar_one())
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar():
            raise not_ours(shown)
        return None
    names = sa.inspect(connection).get_table_names()
    if version.name in names:
        return str(connection.execute(sa.select(version.c.version_num)).scalar_one())
    if set(names) & set(tables.metadata.tables):
        raise not_ours(shown)
    return None


def _make(engine: sa.Engine, shown: str) -> str:
    """Make the tables, unless another process has just done so, and return the schema that there is now."""
    with engine.connect() as connection:
        connection = connection.execution_options(**{WRITES: True})
        with connection.begin():
            found = _found(connection, shown)
            if found is not None:
                return found
            tables.metadata.create_all(connection, checkfirst=False)
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
            bring_up(connection)
