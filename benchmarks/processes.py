"""What a grader's processes hold, as Linux tells it: which there are, their memory, their descriptors.

Theory of operation. The base is this process's only child that imports torch; it forks zygote and examiner. dlgrade
closes these to other processes of the same user, so reading their memory and descriptors needs root (CAP_SYS_PTRACE).
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkFailed

_KIB_PER_MIB = 1024.0
_DEAD = "Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Memory in MiB; `shared_out` counts each page once over all who share it, `page_tables` come on top."""

    shared_out: float  # proportional share of anonymous pages
    private: float  # pages that nobody else has
    page_tables: float

    def __add__(self, other: Memory) -> Memory:
        return Memory(
            shared_out=self.shared_out + other.shared_out,
            private=self.private + other.private,
            page_tables=self.page_tables + other.page_tables,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Process ids of a grader between two exams."""

    base: int
    zygote: int
    examiner: int

    def by_name(self) -> dict[str, int]:
        return {"controller": os.getpid(), "base": self.base, "zygote": self.zygote, "examiner": self.examiner}


def require_reading() -> None:
    """Refuse where this cannot be measured. Raises BenchmarkFailed."""
    if sys.platform != "linux":
        raise BenchmarkFailed("needs Linux: it reads /proc")
    if os.geteuid() != 0:
        raise BenchmarkFailed("needs root: dlgrade's processes do not let others of the same user look into them")


def roles() -> Roles:
    """Say which process is which, between two exams of one exercise: only the zygote then has a child, its spare."""
    (base,) = (pid for pid in children(os.getpid()) if "grader.sandbox.base" in command_line(pid))
    zygote, examiner = sorted(children(base), key=lambda pid: not children(pid))
    return Roles(base=base, zygote=zygote, examiner=examiner)


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")


def children(pid: int) -> list[int]:
    """Return the processes that a process has forked and that live, or wait to be reaped."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []  # it has just ended


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    return [pid, *(member for child in children(pid) for member in tree(child))]


def state(pid: int) -> str:
    """Return "R", "S", "Z" … as proc(5) has them; nothing for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


@dataclass(frozen=True, slots=True)
class Process:
    """One process, told from a later one that got its number."""

    pid: int
    started: str

    @property
    def is_alive(self) -> bool:
        """Whether it is there still, and no mere entry that waits to be reaped."""
        return state(self.pid) not in ("", _DEAD) and _started(self.pid) == self.started


def process_of(pid: int) -> Process:
    return Process(pid, _started(pid))


def _started(pid: int) -> str:
    """Return when a process began, in the system's ticks; nothing for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def memory(pid: int) -> Memory:
    """Return what a process holds now; nothing for one that has ended."""
    try:
        pages = _kib(Path(f"/proc/{pid}/smaps_rollup"))
        status = _kib(Path(f"/proc/{pid}/status"))
    except (FileNotFoundError, ProcessLookupError):
        return Memory(shared_out=0.0, private=0.0, page_tables=0.0)
    return Memory(
        shared_out=pages.get("Pss_Anon", 0) / _KIB_PER_MIB,
        private=(pages.get("Private_Dirty", 0) + pages.get("Private_Clean", 0)) / _KIB_PER_MIB,
        page_tables=status.get("VmPTE", 0) / _KIB_PER_MIB,
    )


def resident_peak(pid: int) -> float:
    """Return the most that a process ever held of its own and shared pages, in MiB; 0 for one that has ended."""
    try:
        return _kib(Path(f"/proc/{pid}/status")).get("VmHWM", 0) / _KIB_PER_MIB
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def total(pids: list[int]) -> Memory:
    return sum((memory(pid) for pid in pids), Memory(shared_out=0.0, private=0.0, page_tables=0.0))


def _kib(file: Path) -> dict[str, int]:
    """Read the lines "Name:   12 kB"."""
    found = {}
    for line in file.read_text().splitlines():
        words = line.split()
        if len(words) == 3 and words[2] == "kB":
            found[words[0].rstrip(":")] = int(words[1])
    return found
