"""Taking stock between two exams: what there is of everything that an exam could leave behind."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, single
from benchmarks.processes import Roles, descriptors, memory, state, tree
from benchmarks.workload import examine
from grader.pipeline import Grader
from grader.records import Exercise, Submission
from grader.report import Status

NOTHING = Target(limit=0.0)
_LITTLE = Target(limit=1.0)  # MiB: an allocator's noise, not one exam's data kept
_MOMENT_S = 0.1  # also for process 1 to reap what has been left to it; in many containers it never does
_DEAD = "Z"
_CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What there is between two exams; the dictionaries by role."""

    processes: int
    temporary_files: int
    cgroups: int
    descriptors: dict[str, int]
    mounts: dict[str, int]
    memory_mib: dict[str, float]

    def growth_since(self, before: Stock, *, exams: str) -> list[Figure]:
        """Return how much more there is of everything."""
        return [
            single(f"processes: {exams}", self.processes - before.processes, target=NOTHING),
            single("temporary files", self.temporary_files - before.temporary_files, target=NOTHING),
            single("cgroups", self.cgroups - before.cgroups, target=NOTHING),
            *(
                single(f"mounts: {role}", now - before.mounts[role], target=NOTHING)
                for role, now in self.mounts.items()
            ),
            *(
                single(f"descriptors: {role}", now - before.descriptors[role], target=NOTHING)
                for role, now in self.descriptors.items()
            ),
            *(
                single(f"memory: {role}", now - before.memory_mib[role], "MiB", _LITTLE)
                for role, now in self.memory_mib.items()
            ),
        ]


def take_stock(who: Roles) -> Stock:
    """Count what there is, once the last exam has given back what it had."""
    time.sleep(_MOMENT_S)
    named = who.by_name()
    return Stock(
        processes=len(tree(who.base)),
        temporary_files=len(list(Path(tempfile.gettempdir()).iterdir())),
        cgroups=len(groups_of(who.base)),
        descriptors={role: descriptors(pid) for role, pid in named.items()},
        mounts={role: _mounts(pid) for role, pid in named.items()},
        memory_mib={role: memory(pid).shared_out for role, pid in named.items()},
    )


def left_of(who: Roles, members: list[int]) -> list[Figure]:
    """Return what there still is of a closed grader, whose processes were `members`."""
    time.sleep(_MOMENT_S)
    states = [found for pid in members if (found := state(pid))]
    return [
        single("processes alive when the grader has closed", sum(s != _DEAD for s in states), target=NOTHING),
        single("dead processes that wait for process 1", sum(s == _DEAD for s in states), target=NOTHING),
        single("cgroups left when the grader has closed", len(groups_of(who.base)), target=NOTHING),
    ]


def groups_of(base: int) -> list[Path]:
    """Return the cgroup directories of a base, in every hierarchy."""
    return [
        group
        for branch in _CGROUPS.glob(f"**/dlgrade-{base}")
        for group in (branch, *(path for path in branch.iterdir() if path.is_dir()))
    ]


def _mounts(pid: int) -> int:
    return len(Path(f"/proc/{pid}/mountinfo").read_text().splitlines())


def examine_as(grader: Grader, exercise: Exercise, submission: Submission, expected: Status) -> None:
    """Grade once. Raises BenchmarkFailed when it does not come out as expected."""
    status = examine(grader, exercise, submission).status
    if status is not expected:
        raise BenchmarkFailed(f"{submission.origin}: {status.value}, expected {expected.value}")
