"""A store that is open: transactions that read, and transactions that write and are tried again when they meet.

What is done within one is in the modules of this package that are called by what they keep. A transaction is short:
nothing is marked, drawn or waited for inside of one.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa

from grader.records import Text
from grader.store import tables
from grader.store.faults import told
from grader.store.sqlite import WRITES

T = TypeVar("T")
_MAX_MEETINGS = 8
_SEED_KEY = "seeds"
_SEED_KEY_BYTES = 32


class Transaction:
    """One transaction: it leaves all that it writes, or nothing. One that only reads sees one state of the store."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def rows(self, statement: sa.Executable) -> list[Any]:
        """Return the rows that a statement gives."""
        return list(self._connection.execute(statement))

    def row(self, statement: sa.Executable) -> Any:
        """Return the first row; None where there is none."""
        return self._connection.execute(statement).first()

    def do(self, statement: sa.Executable) -> int:
        """Run a statement that changes rows, and return how many it changed."""
        return self._connection.execute(statement).rowcount

    def add(self, table: sa.Table, **values: object) -> Any:
        """Add one row, and return its key where the database makes it."""
        key = self._connection.execute(table.insert().values(**values)).inserted_primary_key
        return key[0] if key else None

    def add_all(self, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
        """Add rows that have the same columns, in one statement."""
        if rows:
            self._connection.execute(table.insert(), list(rows))


class Store:
    """Attempts, and all that belongs to them; a context manager. Threads may share it."""

    def __init__(self, engine: sa.Engine, *, shown: str, notes: tuple[Text, ...] = ()) -> None:
        self._engine, self.shown = engine, shown
        self.notes = notes  # what whoever opened it is to be told
        self._reads = engine
        if engine.dialect.name == "postgresql":  # by itself it shows each statement what was kept by then
            self._reads = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._inside = threading.local()

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Return what `work` makes of one state of the store. Raises: StoreUnavailable."""
        try:
            with self._told(), self._reads.begin() as connection:
                return work(Transaction(connection))
        except sa.exc.DBAPIError as error:
            raise told(error, self.shown) from error

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Return what `work` returns, with all that it wrote kept; an exception from it keeps nothing.

        It is run again from its beginning where another transaction came between: so it must do nothing but read
        and write here. Raises: StoreUnavailable.
        """
        for meeting in range(_MAX_MEETINGS):
            try:
                with self._alone(), self._told(), self._engine.connect() as connection:
                    connection = connection.execution_options(**{WRITES: True})
                    with connection.begin():
                        return work(Transaction(connection))
            except sa.exc.DBAPIError as error:  # only what `_told` lets through: they met
                if meeting == _MAX_MEETINGS - 1:
                    raise told(error, self.shown) from error
        raise AssertionError

    def seed_key(self) -> bytes:
        """Return the secret that seeds are made with: drawn when it is first asked for, and never again."""
        kept = tables.secret_values

        def find(tx: Transaction) -> bytes | None:
            row = tx.row(sa.select(kept.c.value).where(kept.c.name == _SEED_KEY))
            return None if row is None else bytes(row.value)

        def find_or_make(tx: Transaction) -> bytes:
            found = find(tx)
            if found is None:
                found = secrets.token_bytes(_SEED_KEY_BYTES)
                tx.add(kept, name=_SEED_KEY, value=found)
            return found

        return self.read(find) or self.write(find_or_make)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold that a thread writes in one transaction at a time: a second one would wait for the first for ever."""
        assert not getattr(self._inside, "writes", False), "a transaction within a transaction"
        self._inside.writes = True
        try:
            yield
        finally:
            self._inside.writes = False

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Tell an error of the database in words; that two transactions met goes through as it is."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            if _met(error):
                raise
            raise told(error, self.shown) from error


def _met(error: sa.exc.DBAPIError) -> bool:
    """Say whether another transaction came between: the same row was added, or PostgreSQL could not order them."""
    if isinstance(error, sa.exc.IntegrityError):
        return True
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")  # serialization failure, deadlock
