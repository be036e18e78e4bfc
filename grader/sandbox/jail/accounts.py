"""Accounts: the right to mount for an ordinary user's zygote, and an account of its own for each child of root's."""

from __future__ import annotations

import os
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
