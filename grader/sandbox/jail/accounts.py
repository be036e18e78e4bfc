"""Accounts: the right to mount for an ordinary user's zygote, and an account of its own for each child of root's."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox.jail import syscalls

OF_A_ZYGOTE = 64  # more than it ever has children at a time
_FIRST = 0x6000_0000  # far above what systems and containers hand out


def become_privileged(namespaces: int) -> None:
    """Give an ordinary user's zygote these namespaces, and in a user namespace of its own the right to mount."""
    user, group = os.geteuid(), os.getegid()
    syscalls.unshare(namespaces | syscalls.CLONE_NEWUSER)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # only so are the maps below ours to write
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)


def first_account(zygote: int) -> int:
    """Return the first of this zygote's accounts: no other living child of this machine has one of them.

    In a container that maps few accounts it is taken from the upper half of those, where a clash is unlikely; 0 where
    it maps hardly any, and a child then keeps the account that it has, as an ordinary user's does.
    """
    wanted = _FIRST + zygote * OF_A_ZYGOTE
    spans = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    if any(first <= wanted and wanted + OF_A_ZYGOTE <= first + count for first, _, count in spans):
        return wanted
    first, _, count = max(spans, key=lambda span: span[2])
    half = count // 2
    if half < 2 * OF_A_ZYGOTE:
        return 0
    return first + half + (zygote * OF_A_ZYGOTE) % (half - OF_A_ZYGOTE)


class ChildAccounts:
    """The accounts that a zygote gives its children in turn, `first` and those after it; 0: they keep its own."""

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._turn = -1

    def turn(self) -> None:
        """Go on to the next child's."""
        self._turn = (self._turn + 1) % OF_A_ZYGOTE

    @property
    def current(self) -> int:
        """The account of the child that was or is being forked."""
        return self._first + self._turn if self._first else os.geteuid()

    def take(self) -> None:
        """Become it, for good, with no other group."""
        if self._first:
            os.setgroups([])
            os.setresgid(self.current, self.current, self.current)
            os.setresuid(self.current, self.current, self.current)


def everybody_may_read(folders: Iterable[str]) -> bool:
    """Whether an account of nobody's can reach these folders: Landlock grants nothing that a file's mode refuses."""
    return all(
        Path(folder).stat().st_mode & 0o005 == 0o005 and all(up.stat().st_mode & 0o001 for up in Path(folder).parents)
        for folder in folders
    )


def tasks_of(account: int) -> int:
    """Return how many processes and threads an account has now: what RLIMIT_NPROC counts."""
    count = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # it ended meanwhile
                if folder.stat().st_uid == account or _owner(folder) == account:
                    count += sum(1 for _ in Path(folder, "task").iterdir())
    return count


def _owner(process: Path) -> int:
    """Return whose process it is; the folder itself belongs to root where the process is closed to others."""
    for line in Path(process, "status").read_text().splitlines():
        if line.startswith("Uid:"):
            return int(line.split()[1])
    return -1
