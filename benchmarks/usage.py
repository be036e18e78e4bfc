"""help: `dlgrade --help` as a whole process, against a Python that does nothing."""

from __future__ import annotations

import sys

from benchmarks.figure import Figure, Target, median, milliseconds, ratio
from benchmarks.timing import side_by_side, whole_process
from benchmarks.workload import ENVIRONMENT, dlgrade


def measure(runs: int) -> list[Figure]:
    """Time both side by side."""
    usage, nothing = side_by_side(
        runs,
        whole_process([*dlgrade(), "--help"], environment=ENVIRONMENT),
        whole_process([sys.executable, "-c", "pass"], environment=ENVIRONMENT),
    )
    return [
        median("dlgrade --help", milliseconds(usage), "ms", Target(limit=150.0)),
        median("python -c pass", milliseconds(nothing), "ms"),
        ratio("help / nothing", usage, nothing),
    ]
