"""dlgrade as a library: `check`, `load_course`, `Report`. Importing it loads nothing else, and never torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.exercise import load_course
    from grader.records import Device, Isolation
    from grader.report import Report

__version__ = "0.1.0"

__all__ = ["Report", "__version__", "check", "load_course"]


def check(
    exercise: str,
    submission: Path | str | None = None,
    *,
    course: Path | str | None = None,
    device: Device | str = "cpu",
    isolation: Isolation | str | None = None,
    seed: int | None = None,
    key_file: Path | str | None = None,
) -> Report:
    """Grade one submission, as `dlgrade check` does, and return its report.

    `submission` is a file or folder; without it, the student's own files are graded, as
    `dlgrade check` finds them. `isolation` None takes the strongest that the machine offers. `key_file` opens sealed
    solutions; without it a sealed course is graded by its visible tests. Every process has ended when this returns.

    Raises: the exceptions of `grader.errors`, split by whose fault they are.
    """
    from grader.exercise import load_course
    from grader.exercise.seal_key import read_key_file
    from grader.exercise.sealed_course import open_sealed
    from grader.pipeline import Grader
    from grader.records import Device, Isolation
    from grader.submission import collect

    key = None if key_file is None else read_key_file(Path(key_file))
    degree = None if isolation is None else Isolation(isolation)
    with Grader(degree, Device(device), others=key is not None) as grader:
        grader.start()
        chosen = open_sealed(load_course(None if course is None else Path(course)), key)
        found = chosen.find(exercise)
        handed_in = collect(found, chosen.own_files(found) if submission is None else Path(submission))
        return grader.examine(found, handed_in, seed=seed)


def __getattr__(name: str) -> object:
    """Load `load_course` and `Report` on first use."""
    if name == "load_course":
        from grader.exercise import load_course

        return load_course
    if name == "Report":
        from grader.report import Report

        return Report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
