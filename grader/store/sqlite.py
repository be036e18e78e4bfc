"""SQLite as a store: a file of the user's own, safe under several processes and under kill -9.

Theory of operation. Whoever uses the store opens the file itself; there is no server. A transaction that writes
takes SQLite's one write lock at its beginning (BEGIN IMMEDIATE), so what it has read still holds when it writes; a
second writer waits, up to BUSY_S. Readers never wait for writers: the file has a write-ahead log (WAL), and each
commit is flushed to the disk before it is told (synchronous=FULL), as a student has been told that an answer is
kept. A process killed at any moment leaves either all of a transaction or nothing.

A write-ahead log needs memory that is shared between the processes, which a network disk has not: there, the older
rollback journal is used. It needs locks that work; without these every transaction fails with SQLITE_IOERR, which is
told as such.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from pathlib import Path

import sqlalchemy as sa

from grader.store.faults import no_folder, not_a_file

BUSY_S = 20.0
APPLICATION_ID = 0x646C6771  # "dlgq" in the file's header
WRITES = "dlgrade_writes"  # execution option of a connection
_PAUSE_S = 0.02
_WAL_WAIT_S = 2.0
_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    {"9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4"}
    | {"smb3", "smbfs", "beegfs", "virtiofs"}
)


def sqlite_engine(file: Path) -> sa.Engine:
    """Return an engine for a file, which is made, empty and the user's own, where there is none yet.

    Raises: UsageError.
    """
    _make(file)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)), connect_args={"timeout": BUSY_S}, hide_parameters=True
    )
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    return engine


def is_network(file: Path, mounts: Path = _MOUNTS) -> bool:
    """Say whether a file lies on a disk that other machines write, too; False where the system does not tell."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
        path = os.path.realpath(file)
    except OSError:
        return False
    kinds: dict[str, str] = {}
    for line in lines:  # 36 35 98:0 /root /mount/point rw,noatime master:1 - ext4 /dev/sda1 rw
        before, _, behind = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4 and behind:  # the mount point is the fifth
            kinds[_unescaped(fields[4])] = behind.split(" ")[0]
    above = [point for point in kinds if path == point or path.startswith(point.rstrip("/") + "/")]
    return bool(above) and kinds[max(above, key=len)] in _NETWORK


def use_log(engine: sa.Engine, file: Path) -> None:
    """Give the file a write-ahead log where it has none and its disk can have one. Without, it is as safe, but slower.

    It is asked for at every opening: who made the file may have been killed before, or another was in it then.
    """
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",) or is_network(file):
            return
        cursor.execute("PRAGMA busy_timeout=0")  # SQLite would wait for whoever reads, as long as for a writer
        deadline = time.monotonic() + _WAL_WAIT_S
        while not _switched(cursor) and time.monotonic() < deadline:  # if not now, then whoever opens it next
            time.sleep(_PAUSE_S)
        cursor.execute(f"PRAGMA busy_timeout={round(BUSY_S * 1000)}")
    finally:
        raw.close()


def _switched(cursor: sa.engine.interfaces.DBAPICursor) -> bool:
    """Ask for a write-ahead log; False where somebody else is in the file, so that it is worth another try."""
    try:
        cursor.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return True


def _make(file: Path) -> None:
    folder = file.parent
    try:
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):  # of another process, just now
                folder.mkdir(mode=0o700)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        mode = file.stat().st_mode
    except OSError as error:
        raise no_folder(folder, error) from None
    if not stat.S_ISREG(mode):
        raise not_a_file(file)


def _configure(connection: sqlite3.Connection, record: object) -> None:  # noqa: ARG001  SQLAlchemy's signature
    connection.isolation_level = None  # transactions begin where `_begin` says, not where sqlite3 guesses
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA trusted_schema=OFF")  # the file may come from elsewhere: it calls no function
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _unescaped(point: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, character)
    return point
