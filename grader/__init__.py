"""dlgrade as a library: `check`, `grade`, `load_course`, `Report`. Importing it loads nothing else, and never torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from grader.batch.grade import ClassResult
    from grader.exercise import load_course
    from grader.records import Device, Isolation
    from grader.report import Report

__version__ = "0.1.0"

__all__ = ["Report", "__version__", "check", "grade", "load_course"]


def check(
    exercise: str,
    submission: Path | str | None = None,
    *,
    course: Path | str | None = None,
    device: Device | str = "cpu",
    isolation: Isolation | str | None = None,
    seed: int | None = None,
    key_file: Path | str | None = None,
    **functions: object,
) -> Report:
    """Grade one submission, as `dlgrade check` does, and return its report.

    `submission` is a file or folder; without it, the student's own files are graded, as
    `dlgrade check` finds them. In a notebook, `functions` are the exercise's functions and classes themselves:
    `check("exercise03", softmax=softmax)` grades them as the kernel knows them, with everything of the notebook
    that they need. `isolation` None takes the strongest that the machine offers. `key_file` opens sealed
    solutions; without it a sealed course is graded by its visible tests. Every process has ended when this returns;
    in a notebook torch stays loaded for the next check, until some minutes without one or the kernel's end.

    Raises: the exceptions of `grader.errors`, split by whose fault they are.
    """
    from grader.jupyter.checking import CheckOptions, check_functions, check_path
    from grader.records import Device, Isolation

    wanted = CheckOptions(
        exercise=exercise,
        course=None if course is None else Path(course),
        device=Device(device),
        isolation=None if isolation is None else Isolation(isolation),
        seed=seed,
        key_file=None if key_file is None else Path(key_file),
    )
    if functions:
        return check_functions(wanted, functions, path=submission)
    return check_path(wanted, None if submission is None else Path(submission))


def grade(
    exercises: str | Sequence[str],
    submissions: Path | str | Sequence[Path | str],
    *,
    output: Path | str,
    course: Path | str | None = None,
    jobs: int | None = None,
    device: Device | str | None = None,
    isolation: Isolation | str | None = None,
    seed: int | None = None,
    key_file: Path | str | None = None,
    roster: Path | str | None = None,
    names: str = "",
    times: str = "",
    student: str = "",
    commit: str = "",
    formats: Sequence[str] = (),
    sign: Path | str | Literal[False] | None = None,
    resume: bool = False,
    regrade: bool = False,
) -> ClassResult:
    """Grade what a class handed in, as `dlgrade grade` does, into the folder `output`, and return what came of it.

    The options are those of the command; `exercises` may be `"all"`. What is not given is as the command has it: on
    "cpu", the strongest isolation (which `isolation="auto"` says aloud), `formats` "json" and "html". With `resume` or
    `regrade`, what is not given, and empty `exercises` and `submissions`, are those of the batch in `output`.
    `sign=False` is the command's `--no-sign`. Every process has ended when this returns.

    Raises: the exceptions of `grader.errors`, split by whose fault they are. What was graded until then is kept, and
        `resume` goes on with it.
    """
    from grader.batch.calling import Wanted, grade_here
    from grader.batch.request import Auto
    from grader.records import Device, Isolation

    several = (submissions,) if isinstance(submissions, Path | str) else submissions
    wanted = Wanted(
        exercises=(exercises,) if isinstance(exercises, str) else tuple(exercises),
        submissions=tuple(map(Path, several)),
        output=Path(output),
        course=None if course is None else Path(course),
        jobs=jobs,
        device=None if device is None else Device(device),
        isolation=None if isolation is None else Auto.STRONGEST if isolation == "auto" else Isolation(isolation),
        seed=seed,
        key_file=None if key_file is None else Path(key_file),
        roster=None if roster is None else Path(roster),
        names=names,
        times=str(times),
        student=student,
        commit=commit,
        formats=tuple(formats),
        sign=None if sign is None or sign is False else Path(sign),
        unsigned=sign is False,
        resume=resume,
        regrade=regrade,
    )
    return grade_here(wanted)


def load_ipython_extension(shell: object) -> None:
    """Offer the magics `%dlgrade` and `%%dlgrade` in a notebook: what `%load_ext grader` calls."""
    from grader.jupyter.magic import register

    register(shell)


def __getattr__(name: str) -> object:
    """Load `load_course` and `Report` on first use."""
    if name == "load_course":
        from grader.exercise import load_course

        return load_course
    if name == "Report":
        from grader.report import Report

        return Report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
