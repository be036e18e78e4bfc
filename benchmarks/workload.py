"""What the benchmarks grade: exercise03 of this checkout, right and wrong, and exercises made for one measurement."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from benchmarks.errors import BenchmarkFailed
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Exercise, Submission
from grader.report import Report, Status
from grader.submission import collect

ROOT = Path(__file__).resolve().parent.parent
SOLUTION = ROOT / "solutions" / "exercise03_softmax"
REFERENCE = SOLUTION / "softmax.py"
MISTAKE = SOLUTION / "mistakes" / "no_max_shift.py"  # fails several tests, each with an explanation
SEED = 3

# One thread, as dlgrade gives its own processes; and bytecode is kept, as it is for whoever sets nothing.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PYTHONPATH": str(ROOT),
}


def exercise03() -> Exercise:
    return load_course(ROOT).find("exercise03")


def submitted(exercise: Exercise, path: Path) -> Submission:
    return collect(exercise, path)


def examine(grader: Grader, exercise: Exercise, submission: Submission) -> Report:
    """Grade once, with the seed that all benchmarks use."""
    return grader.examine(exercise, submission, seed=SEED)


def examine_fully(grader: Grader, exercise: Exercise, submission: Submission) -> None:
    """Grade a submission that is right. Raises BenchmarkFailed when the score is not full."""
    report = examine(grader, exercise, submission)
    if report.status is not Status.FULL:
        raise BenchmarkFailed(f"{submission.origin}: {report.status.value}, expected the full score")


def copy_course(target: Path) -> Path:
    """Copy exercises/ and solutions/ below `target`, for commands that leave their records in a course."""
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def dlgrade() -> list[str]:
    """Return the command line of `dlgrade`: the installed script, else the module."""
    script = Path(sys.executable).with_name("dlgrade")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "grader"]
