"""soak: hundreds of exams one after another, right, wrong and crashing, leave nothing behind."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, single
from benchmarks.processes import Roles, descriptors, memory, require_reading, roles, state, tree
from benchmarks.workload import MISTAKE, REFERENCE, examine, exercise03, submitted
from grader.pipeline import Grader
from grader.records import SourceFile
from grader.report import Status

_SETTLED, _EXAMS = 20, 200
_NOTHING = Target(limit=0.0)
_LITTLE = Target(limit=1.0)  # MiB in 180 exams: an allocator's noise, not one exam's data kept
_CRASH = "import ctypes\ndef softmax(logits, dim):\n    ctypes.string_at(0)\n"
_MOMENT_S = 0.1  # also for process 1 to reap what has been left to it; in many containers it never does
_DEAD = "Z"
_CYCLE = 10  # every so many exams, one fails and one crashes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inventory:
    """What there is between two exams; the dictionaries by role."""

    processes: int
    temporary_files: int
    descriptors: dict[str, int]
    memory_mib: dict[str, float]


def measure(runs: int) -> list[Figure]:
    """Take stock after 20 exams and after 200."""
    del runs  # a soak has its own number
    require_reading()
    exercise = exercise03()
    right, wrong = submitted(exercise, REFERENCE), submitted(exercise, MISTAKE)
    crashing = replace(right, files=(SourceFile(name=right.files[0].name, text=_CRASH),))
    with Grader() as grader:

        def exams(first: int, last: int) -> None:
            for number in range(first, last):
                submission = {0: wrong, 5: crashing}.get(number % _CYCLE, right)
                expected = Status.FULL if submission is right else Status.PARTIAL
                status = examine(grader, exercise, submission).status
                if status is not expected:
                    raise BenchmarkFailed(f"exam {number}: {status.value}, expected {expected.value}")

        exams(0, _SETTLED)
        who = roles()
        early = _take_stock(who)
        exams(_SETTLED, _EXAMS)
        late = _take_stock(who)
        members = tree(who.base)
    left = _left_of(members)
    return [
        single("processes: 200 exams against 20", late.processes - early.processes, target=_NOTHING),
        single("processes alive when the grader has closed", sum(s != _DEAD for s in left), target=_NOTHING),
        single("dead processes that wait for process 1", sum(s == _DEAD for s in left), target=_NOTHING),
        single("temporary files", late.temporary_files - early.temporary_files, target=_NOTHING),
        *(
            single(f"descriptors: {role}", late.descriptors[role] - early.descriptors[role], target=_NOTHING)
            for role in early.descriptors
        ),
        *(
            single(f"memory: {role}", late.memory_mib[role] - early.memory_mib[role], "MiB", _LITTLE)
            for role in early.memory_mib
        ),
    ]


def _left_of(pids: list[int]) -> list[str]:
    """Return the states of those that are still there, once the grader has had a moment to end them."""
    time.sleep(_MOMENT_S)
    return [found for pid in pids if (found := state(pid))]


def _take_stock(who: Roles) -> _Inventory:
    time.sleep(_MOMENT_S)  # the last exam's fork gives back its memory after it has answered
    named = who.by_name()
    return _Inventory(
        processes=len(tree(who.base)),
        temporary_files=len(list(Path(tempfile.gettempdir()).iterdir())),
        descriptors={role: descriptors(pid) for role, pid in named.items()},
        memory_mib={role: memory(pid).shared_out for role, pid in named.items()},
    )
