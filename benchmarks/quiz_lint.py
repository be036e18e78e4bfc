"""quiz-lint: `dlgrade quiz lint` of the whole bank as a whole process, every question on a thousand seeds."""

from __future__ import annotations

from benchmarks.figure import Figure, Target, median
from benchmarks.timing import elapsed, whole_process
from benchmarks.workload import ENVIRONMENT, ROOT, dlgrade

RUNS = 3  # they take seconds each


def measure(_runs: int) -> list[Figure]:
    """Time the command from its start to its exit."""
    lint = whole_process([*dlgrade(), "quiz", "lint", "--course", str(ROOT)], environment=ENVIRONMENT)
    times = [elapsed(lint) for _ in range(RUNS)]
    return [median("dlgrade quiz lint, all quizzes, 1,000 seeds", times, "s", Target(limit=20))]
