"""What our own processes do to themselves: closed to tracing, dying with their parents, collecting orphans."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderFault
from grader.sandbox.jail import syscalls
from grader.sandbox.jail.syscalls import LINUX

TRACE_SIGNAL = getattr(signal, "SIGUSR1", signal.SIGTERM)  # asks a child for the line it is at, before it is killed


def shield() -> None:
    """Close this process, and all that it will fork, to other processes of the same user: no ptrace, no /proc/PID/mem.

    The base calls it first, so it covers the examiner, whose memory holds the tests and the verdict; and so does the
    controller, which sums the score and shows it.
    """
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)


def take_no_more_large_pages() -> None:
    """Keep the large pages that this process has, and take no more, nor let what it forks take any.

    A child's memory is counted by pages: in large ones a student's code would seem to need more than it asked for.
    """
    syscalls.prctl(syscalls.PR_SET_THP_DISABLE, 1)


def die_with_parent(parent: int) -> None:
    """Have the system kill this process when its parent, process `parent`, dies: a fork must not outlive its exam."""
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was quicker
        os._exit(1)


def adopt_orphans() -> None:
    """Let this process inherit every process that its children leave behind."""
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the limits on memory count of a process."""

    data_bytes: int  # RLIMIT_DATA: private memory that can be written, mapped or on the heap
    mapped_bytes: int  # RLIMIT_AS: all that is mapped


class OwnProcess:
    """What /proc tells of this process, also after it has moved to a root without /proc. Linux only."""

    def __init__(self) -> None:
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def assert_one_thread(self) -> None:
        """Refuse to fork with a second native thread: a lock that it holds would never be released in the child."""
        threads = len(self._list("self/task"))
        if threads != 1:
            raise GraderFault(f"{threads} native threads before a fork: a child could wait for ever on a lock.")

    def children(self) -> set[int]:
        """Return the children, and the orphans that became ours."""
        return {int(pid) for pid in self._read(f"self/task/{os.getpid()}/children").split()}

    def resident_kib(self) -> float:
        """Return the resident memory, most of which a fork shares."""
        return int(self._read("self/statm").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024

    def memory(self) -> Memory:
        """Return what the limits on memory count of this process."""
        return memory(self._read("self/status"))

    def _read(self, name: str) -> str:
        with os.fdopen(os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)) as file:
            return file.read()

    def _list(self, name: str) -> list[str]:
        descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._proc)
        try:
            return os.listdir(descriptor)  # noqa: PTH208  a descriptor has no path here
        finally:
            os.close(descriptor)


def memory(status: str | None = None) -> Memory:
    """Return what the limits on memory count of the process with this /proc/PID/status; of this one, without it."""
    text = Path("/proc/self/status").read_text() if status is None else status
    lines = dict(line.split(":", 1) for line in text.splitlines())
    return Memory(*(int(lines[name].split()[0]) * 1024 for name in ("VmData", "VmSize")))


__all__ = [
    "LINUX",
    "TRACE_SIGNAL",
    "Memory",
    "OwnProcess",
    "adopt_orphans",
    "die_with_parent",
    "memory",
    "shield",
    "take_no_more_large_pages",
]
