"""isolation: what a degree of isolation costs over the plain child, how it ends, and that nothing of it stays.

All runs within one run of the benchmark: the degrees take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median, milliseconds, percentile, single
from benchmarks.soak import soak
from benchmarks.timing import side_by_side
from benchmarks.workload import REFERENCE, examine_fully, exercise03, submitted
from grader.errors import GraderError
from grader.pipeline import Grader
from grader.records import Isolation

_IN_FLIGHT = 2
_CORES = 2
_ROUNDS = 5
_EXAMS_OF_A_ROUND = 50  # of each grader
_SETTLED = 100
_SHOWN_EVERY = 500


def measure(runs: int, *, exams: int = 10_000, isolation: Isolation = Isolation.STRONG) -> list[Figure]:
    """Measure cost, throughput and ends, `runs` of each; then hold `exams` in a row. Raises BenchmarkFailed."""
    if sys.platform != "linux":
        raise BenchmarkFailed("needs Linux")
    try:
        row = soak(exams, settled=min(_SETTLED, exams // 2), isolation=isolation, progress=_show)
        with _two_cores():
            return [*_cost(runs, isolation), *_throughput(isolation), *_ends(runs, isolation), *row]
    except GraderError as error:
        raise BenchmarkFailed(error.text.en) from None


def _cost(runs: int, isolation: Isolation) -> list[Figure]:
    """Time one more exam in the degree and in `process`, in turn."""
    exercise = exercise03()
    right = submitted(exercise, REFERENCE)
    with Grader(isolation) as jailed, Grader(Isolation.PROCESS) as plain:
        jail, process = (
            milliseconds(times)
            for times in side_by_side(
                max(runs, 2),
                lambda: examine_fully(jailed, exercise, right),
                lambda: examine_fully(plain, exercise, right),
            )
        )
    more = [one - other for one, other in zip(jail, process, strict=True)]
    name = isolation.value
    return [
        median(f"one more exam in {name}, p50", jail, "ms"),
        percentile(f"one more exam in {name}, p95", jail, 95, "ms"),
        median("one more exam in process, p50", process, "ms"),
        percentile("one more exam in process, p95", process, 95, "ms"),
        median(f"{name} over process, pairs, p50", more, "ms", Target(limit=10.0)),
        percentile(f"{name} over process, pairs, p95", more, 95, "ms", Target(limit=20.0)),
    ]


def _throughput(isolation: Isolation) -> list[Figure]:
    """Count exams a second with two graders at work side by side."""
    exercise = exercise03()
    right = submitted(exercise, REFERENCE)

    def work(grader: Grader) -> None:
        for _ in range(_EXAMS_OF_A_ROUND):
            examine_fully(grader, exercise, right)

    rates = []
    with Grader(isolation) as one, Grader(isolation) as other, ThreadPoolExecutor(_IN_FLIGHT) as pool:
        for grader in (one, other):
            examine_fully(grader, exercise, right)
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            for done in [pool.submit(work, grader) for grader in (one, other)]:
                done.result()
            rates.append(_IN_FLIGHT * _EXAMS_OF_A_ROUND / (time.perf_counter() - began))
    label = f"exams a second, {_IN_FLIGHT} in flight on {_cores()} cores"
    return [median(label, rates, "/s", Target(limit=30.0, at_least=True))]


def _ends(runs: int, isolation: Isolation) -> list[Figure]:
    """Time the ends of children, idle and with bombs in them."""
    from benchmarks.bombs import time_ends  # it brings torch, which no other benchmark's controller has

    figures = []
    for ended in time_ends(isolation, runs):
        figures.append(median(f"end of {ended.kind}", milliseconds(ended.ends_s), "ms", Target(limit=20.0)))
        figures.append(single(f"end of {ended.kind}, slowest", 1e3 * max(ended.ends_s), "ms"))
        if ended.grew_to or "bomb" in ended.kind:
            figures.append(single(f"size of {ended.kind}", ended.grew_to))
    return figures


@contextmanager
def _two_cores() -> Iterator[None]:
    """Keep this process, and all that it starts meanwhile, on two cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:_CORES])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _show(done: int) -> None:
    if done % _SHOWN_EVERY == 0:
        sys.stderr.write(f"\r{done} exams")
        sys.stderr.flush()
