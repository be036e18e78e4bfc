"""soak: hundreds of exams one after another, right, wrong and crashing, leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from benchmarks.figure import Figure
from benchmarks.processes import require_reading, roles, tree
from benchmarks.stock import examine_as, left_of, take_stock
from benchmarks.workload import MISTAKE, REFERENCE, exercise03, submitted
from grader.pipeline import Grader
from grader.records import Isolation, SourceFile
from grader.report import Status

_SETTLED, _EXAMS = 20, 200
_CRASH = "import ctypes\ndef softmax(logits, dim):\n    ctypes.string_at(0)\n"
_CYCLE = 10  # every so many exams, one fails and one crashes


def measure(runs: int) -> list[Figure]:
    """Take stock after 20 exams and after 200."""
    del runs  # a soak has its own number
    return soak(_EXAMS)


def soak(
    exams: int, *, settled: int = _SETTLED, isolation: Isolation | None = None, progress: Callable[[int], object] = id
) -> list[Figure]:
    """Take stock after `settled` exams and after all; `progress` is told how many there have been."""
    require_reading()
    exercise = exercise03()
    right, wrong = submitted(exercise, REFERENCE), submitted(exercise, MISTAKE)
    crashing = replace(right, files=(SourceFile(name=right.files[0].name, text=_CRASH),))
    with Grader(isolation) as grader:

        def hold_exams(first: int, last: int) -> None:
            for number in range(first, last):
                submission = {0: wrong, 5: crashing}.get(number % _CYCLE, right)
                examine_as(grader, exercise, submission, Status.FULL if submission is right else Status.PARTIAL)
                progress(number + 1)

        hold_exams(0, settled)
        who = roles()
        early = take_stock(who)
        hold_exams(settled, exams)
        late = take_stock(who)
        members = tree(who.base)
    return [*late.growth_since(early, exams=f"{exams} exams against {settled}"), *left_of(who, members)]
