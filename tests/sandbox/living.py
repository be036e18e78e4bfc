"""Which processes there are, read from /proc: to see that none is left behind, and to end one in the middle."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see which processes there are")


def stat_of(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; none of a process that is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    fields = stat_of(pid)
    return bool(fields) and fields[0] not in "ZX"


def parent(pid: int) -> int:
    return int(stat_of(pid)[1])


def children(pid: int) -> set[int]:
    numbers = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
    return {
        number for number in numbers if (fields := stat_of(number)) and int(fields[1]) == pid and fields[0] not in "ZX"
    }


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        new = children(waiting.pop()) - found
        found |= new
        waiting.extend(new)
    return found


def leads_session(pid: int) -> bool:
    fields = stat_of(pid)
    return bool(fields) and int(fields[3]) == pid


def wait_for(what: Callable[[], object], *, within: float = 20.0) -> None:
    """Wait until something holds; fail when it does not in time."""
    deadline = time.monotonic() + within
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def assert_gone(pids: Iterable[int], *, within: float = 2.0) -> None:
    """Assert that every one of these processes is gone, or goes in time; what is left is killed."""
    deadline = time.monotonic() + within
    left = {pid for pid in pids if alive(pid)}
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = {pid for pid in left if alive(pid)}
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, f"left behind: {left}"


def descriptors(pid: int) -> list[str]:
    """Return what the descriptors of a process are: "socket:[123]", "/dev/null"."""
    found = []
    folder = Path(f"/proc/{pid}/fd")
    for link in folder.iterdir() if folder.exists() else ():
        with contextlib.suppress(OSError):  # the one that lists them is closed by now
            found.append(str(link.readlink()))
    return found


def only_slot(base: int) -> dict[str, int]:
    """Return the base's one zygote, examiner and nursery, once the slot is idle.

    An idle zygote keeps a spare child, which leads a session. Without one, an examiner holds two sockets, to the
    controller and to its zygote; the nursery holds one, to the base.
    """
    found: dict[str, int] = {}

    def is_idle() -> bool:
        found.clear()
        for pid in children(base):
            sockets = sum(name.startswith("socket:") for name in descriptors(pid))
            is_zygote = any(map(leads_session, children(pid)))
            found["zygote" if is_zygote else "nursery" if sockets == 1 else "examiner"] = pid
        return found.keys() == {"zygote", "nursery", "examiner"} and set(found.values()) == children(base)

    wait_for(is_idle)
    return found
