"""Who may open a store's file: its owner alone.

It holds answers before they may be shown, marks, and names. One that lies there open to others was made by something
else, copied carelessly, or laid there for somebody: it is closed, and that is told. One of another account is refused,
as whoever owns it could change what is kept while it is used. Accounts that share a store have a database server.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from grader.exercise.paths import show_path
from grader.records import Text
from grader.store.faults import no_folder, not_yours

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WITH_IT = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside the file


def close_to_others(file: Path) -> tuple[Text, ...]:
    """Let nobody but its owner open a file, and return what is to be told of it. Raises: UsageError for another's.

    Root may use everybody's: in a container, files can bear numbers from outside of it. Modes are changed by path:
    SQLite's locks would be lost with any further descriptor of the file that this process closes.
    """
    if os.name != "posix":
        return ()
    try:
        found = file.stat()
        if os.geteuid() not in (found.st_uid, 0):
            raise not_yours(file, found.st_uid)
        if not found.st_mode & _OTHERS:
            return ()
        _close(file)
        is_closed = not file.stat().st_mode & _OTHERS
    except OSError as error:
        raise no_folder(file.parent, error) from None
    return (_closed(file, found.st_mode) if is_closed else _open(file),)


def _close(file: Path) -> None:
    for suffix in _WITH_IT:
        one = file.with_name(file.name + suffix)
        try:
            one.chmod(0o600)
        except (FileNotFoundError, PermissionError):  # there is none; or its disk refuses, which shows in its mode
            continue


def _closed(file: Path, mode: int) -> Text:
    shown, digits = show_path(file), f"{mode & 0o777:o}"
    return Text(
        en=f"{shown} could be opened by other accounts ({digits}); now it can be by yours alone (600). What was in it "
        "may have been read or changed.",
        zh=f"其他账户原本可以打开 {shown}（{digits}），现已改为只有你的账户可以打开（600）。"
        "其中内容可能已被读取或改动。",
    )


def _open(file: Path) -> Text:
    shown = show_path(file)
    return Text(
        en=f"{shown} can be opened by other accounts, and its disk knows no permissions. Keep the store on another, "
        "with --store or DLGRADE_STORE.",
        zh=f"其他账户可以打开 {shown}，而它所在的磁盘不支持权限设置。请用 --store 或 DLGRADE_STORE 换到其他磁盘。",
    )
