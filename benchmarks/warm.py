"""warm: one more exam in a running grader, against the same tests without isolation, and in a fresh pytest."""

from __future__ import annotations

from benchmarks.bare import BareFork
from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median, milliseconds, ratio
from benchmarks.fresh import fresh_pytest
from benchmarks.timing import side_by_side
from benchmarks.workload import MISTAKE, REFERENCE, examine, examine_fully, exercise03, submitted
from grader.pipeline import Grader
from grader.report import Status


def measure(runs: int) -> list[Figure]:
    """Time all five kinds of run side by side."""
    exercise = exercise03()
    right, wrong = submitted(exercise, REFERENCE), submitted(exercise, MISTAKE)
    with Grader() as grader, BareFork() as bare, fresh_pytest(exercise, REFERENCE) as fresh:

        def examine_mistake() -> None:
            if examine(grader, exercise, wrong).status is not Status.PARTIAL:
                raise BenchmarkFailed(f"{MISTAKE.name} was expected to fail some tests")

        exam, fork, process, failing, failing_fork = side_by_side(
            runs,
            lambda: examine_fully(grader, exercise, right),
            lambda: bare.run(REFERENCE),
            fresh,
            examine_mistake,
            lambda: bare.run(MISTAKE, failures=True),
        )
    return [
        median("one more exam, full score", milliseconds(exam), "ms", Target(limit=60.0)),
        median("the same tests in a bare fork", milliseconds(fork), "ms"),
        median("the same tests in a fresh pytest", milliseconds(process), "ms"),
        ratio("exam / bare fork", exam, fork, Target(limit=2.5)),
        ratio("fresh pytest / exam", process, exam, Target(limit=25.0, at_least=True)),
        median("one more exam, a mistake explained", milliseconds(failing), "ms"),
        median("the same mistake in a bare fork", milliseconds(failing_fork), "ms"),
        ratio("exam / bare fork, a mistake", failing, failing_fork),
    ]
