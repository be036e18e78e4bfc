"""What can go wrong with a store, in words: whose fault it is, what becomes of what was kept, and the way out."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from grader.errors import GraderError, GraderFault, UsageError
from grader.exercise.paths import show_path
from grader.plaintext import printable
from grader.records import Text


class StoreUnavailable(GraderFault):
    """The store cannot be used now: what was asked for was not done. Its remedy says what is left of what was kept."""


_KEPT = Text(
    en="Nothing that was kept is lost; what you did last was not kept. Try again when that is mended.",
    zh="已保存的内容都在，只有刚才的操作没有保存。排除问题后请重试。",
)
_BUSY = Text(
    en="Another program has kept it busy for too long.",
    zh="另一个程序长时间占用着它。",
)
_FULL = Text(en="The disk is full.", zh="磁盘已满。")
_READ_ONLY = Text(
    en="It cannot be written: the file, its folder or its disk is read-only.",
    zh="无法写入：文件、所在文件夹或磁盘是只读的。",
)
_DAMAGED = Text(en="It is damaged.", zh="它已损坏。")
_RESCUE = Text(
    en="Some of what was kept may be lost. Do not delete it: put a backup in its place, or save what can be read, of "
    "a file with `sqlite3 FILE .recover`.",
    zh="已保存的内容可能有部分丢失。请不要删除它：请用备份替换，或尽量抢救可读的内容"
    "（文件可用 `sqlite3 FILE .recover`）。",
)
_NOT_REACHED = Text(
    en="Nothing that was kept is lost. See that the database server runs, can be reached from here and lets you in, "
    "and that the address in --store or DLGRADE_STORE is right.",
    zh="已保存的内容都在。请确认数据库服务器正在运行、能从本机连接并允许你登录，"
    "且 --store 或 DLGRADE_STORE 中的地址正确。",
)
_CANNOT_OPEN = Text(en="It cannot be opened.", zh="无法打开。")
_NO_LOCKS = Text(
    en="Its disk failed to read, write or lock. On a network disk without locks a store cannot be safe: name a place "
    "on a disk of this machine with --store or DLGRADE_STORE.",
    zh="磁盘读写或加锁失败。没有文件锁的网络盘无法保证安全：请用 --store 或 DLGRADE_STORE 指定本机磁盘上的位置。",
)

# By SQLite's primary result codes: https://www.sqlite.org/rescode.html
_BY_CODE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CANTOPEN: _CANNOT_OPEN,
    sqlite3.SQLITE_IOERR: _NO_LOCKS,
    sqlite3.SQLITE_PROTOCOL: _NO_LOCKS,
}


def told(error: sa.exc.DBAPIError | sqlite3.Error, shown: str) -> StoreUnavailable:
    """Return what to raise for an error of the database. `shown` names the store; no statement and no value is told."""
    raw = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    code = getattr(raw, "sqlite_errorcode", None)
    reason = _BY_CODE.get(code & 0xFF) if code is not None else None
    if reason is _DAMAGED:
        return damaged(shown)
    if reason is None:
        first = next(iter(str(raw).splitlines()), "")  # PostgreSQL tells values on further lines
        said = printable(f"{type(raw).__name__}: {first}", limit=300)
        reason = Text(en=f"{said}.", zh=f"{said}。")
    return _unavailable(shown, reason, _NOT_REACHED if _is_not_reached(raw) else _KEPT)


def damaged(shown: str) -> StoreUnavailable:
    """Return what to raise for a store in which something is missing or unreadable."""
    return _unavailable(shown, _DAMAGED, _RESCUE)


def _unavailable(shown: str, reason: Text, remedy: Text) -> StoreUnavailable:
    return StoreUnavailable(
        Text(en=f"Attempts cannot be kept in {shown}: {reason.en}", zh=f"无法在 {shown} 中保存作答记录：{reason.zh}"),
        remedy=remedy,
    )


def _is_not_reached(raw: BaseException | None) -> bool:
    """Say whether there is no connection to a server: its driver has no SQLSTATE then, as nobody has answered."""
    name = type(raw).__name__
    return name == "OperationalError" and not isinstance(raw, sqlite3.Error) and getattr(raw, "sqlstate", "") is None


def no_folder(folder: Path, error: OSError) -> GraderError:
    """Return what to raise where the folder of a store cannot be made, or the file in it."""
    reason = _FULL if error.errno == errno.ENOSPC else Text(en=f"{error.strerror}.", zh=f"{error.strerror}。")
    shown = show_path(folder)
    return UsageError(
        Text(en=f"Attempts cannot be kept in {shown}: {reason.en}", zh=f"无法在 {shown} 中保存作答记录：{reason.zh}"),
        remedy=Text(
            en="Name another place with --store FILE or DLGRADE_STORE.",
            zh="请用 --store FILE 或 DLGRADE_STORE 指定其他位置。",
        ),
    )


def not_a_file(file: Path) -> UsageError:
    """Return what to raise where a folder, a pipe or a device is named as the store."""
    shown = show_path(file)
    return UsageError(
        Text(en=f"{shown} is not a file.", zh=f"{shown} 不是文件。"),
        remedy=Text(
            en=f"Name a file, such as {shown}/quizzes.sqlite.", zh=f"请给出文件，例如 {shown}/quizzes.sqlite。"
        ),
    )


def not_yours(file: Path, owner: int) -> UsageError:
    """Return what to raise where a store belongs to another account of this machine."""
    shown = show_path(file)
    return UsageError(
        Text(en=f"{shown} belongs to another account ({owner}).", zh=f"{shown} 属于另一个账户（{owner}）。"),
        remedy=Text(
            en="Whoever owns it could change what is kept. It was left as it is: name a file of your own with --store "
            "or DLGRADE_STORE. Accounts that share a store need PostgreSQL.",
            zh="文件的所有者可以改动其中的内容。该文件未作改动：请用 --store 或 DLGRADE_STORE 指定你自己的文件。"
            "多个账户共用作答记录时请使用 PostgreSQL。",
        ),
    )


def not_ours(shown: str) -> UsageError:
    """Return what to raise where a database of something else is named."""
    return UsageError(
        Text(en=f"{shown} is no store of dlgrade.", zh=f"{shown} 不是 dlgrade 的作答记录。"),
        remedy=Text(
            en="It was left as it is. Name another file with --store or DLGRADE_STORE.",
            zh="该文件未作改动。请用 --store 或 DLGRADE_STORE 指定其他文件。",
        ),
    )


def newer(shown: str, found: str, ours: str) -> UsageError:
    """Return what to raise where a later dlgrade has made the store."""
    found = printable(found, limit=40)
    return UsageError(
        Text(
            en=f"{shown} was made by a newer dlgrade: its schema is {found}, and this one knows {ours} and older.",
            zh=f"{shown} 由更新版本的 dlgrade 创建：其结构版本为 {found}，本版本只支持到 {ours}。",
        ),
        remedy=Text(
            en="It was left as it is. Upgrade dlgrade: pip install --upgrade dlgrade.",
            zh="该文件未作改动。请升级 dlgrade：pip install --upgrade dlgrade。",
        ),
    )


def bad_address(where: str) -> UsageError:
    """Return what to raise for an address of a database that cannot be understood. A password in it is not told."""
    scheme = printable(where.split("://", 1)[0], limit=40)
    return UsageError(
        Text(en=f"The store {scheme}://… cannot be used.", zh=f"无法使用存储 {scheme}://…。"),
        remedy=Text(
            en="Give the path of a file, or an address that SQLAlchemy knows and whose driver is installed, such as "
            "postgresql+psycopg://user@host/name.",
            zh="请给出文件路径，或 SQLAlchemy 支持且已装驱动的地址，例如 postgresql+psycopg://user@host/name。",
        ),
    )
