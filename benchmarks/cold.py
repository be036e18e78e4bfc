"""cold: `dlgrade check` as a whole process, against one that only imports torch and pytest."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.figure import Figure, Target, median, milliseconds, ratio
from benchmarks.timing import side_by_side, whole_process
from benchmarks.workload import ENVIRONMENT, REFERENCE, copy_course, dlgrade


def measure(runs: int) -> list[Figure]:
    """Time both side by side; `check` leaves its records in a copy of the course."""
    with tempfile.TemporaryDirectory() as folder:
        course = str(copy_course(Path(folder)))
        check, imports = side_by_side(
            runs,
            whole_process(
                [*dlgrade(), "check", "exercise03", "--submission", str(REFERENCE), "--course", course],
                environment=ENVIRONMENT,
                folder=folder,
            ),
            whole_process([sys.executable, "-c", "import torch, pytest"], environment=ENVIRONMENT, folder=folder),
        )
    return [
        median("dlgrade check exercise03", milliseconds(check), "ms"),
        median('python -c "import torch, pytest"', milliseconds(imports), "ms"),
        ratio("check / imports", check, imports, Target(limit=1.35)),
    ]
