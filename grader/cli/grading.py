"""What `check`, `watch` and `hint` share: examine one submission, report it whatever happens, and remember it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.hints import remember_hints
from grader.cli.language import say
from grader.cli.output import write_error
from grader.errors import AuthorError, GraderFault, SandboxUnavailable, SubmissionError
from grader.exercise import Course, record_score
from grader.exercise.failure import BilingualUsageError
from grader.records import Device, Exercise, Text

if TYPE_CHECKING:
    from grader.pipeline import Grader
    from grader.report import Report


def grade(
    grader: Grader, course: Course, exercise: Exercise, *, submission: Path | None, device: Device, seed: int | None
) -> Report:
    """Examine `submission`, or the student's own files, and return the report, also of what could not be examined.

    Raises: UsageError where there is nothing to examine, or not on this device.
    """
    from grader.submission import collect

    require_device(exercise, device)
    path = course.own_files(exercise) if submission is None else submission
    start = time.monotonic()
    try:
        handed_in = collect(exercise, path)
        report = grader.examine(exercise, handed_in, seed=seed)
    except (SubmissionError, AuthorError, SandboxUnavailable, GraderFault) as error:
        report = report_failure(exercise, error, device=device, seed=seed, total_s=time.monotonic() - start)
    if submission is None:
        remember(course, report)
    return replace(report, next_exercise=_following(course, exercise))


def _following(course: Course, exercise: Exercise) -> str | None:
    """Return the id of the exercise that comes next in the course; None after the last."""
    names = [entry.name for entry in course.entries]
    after = names[names.index(exercise.name) + 1 :]
    return after[0].partition("_")[0] if after else None


def report_failure(
    exercise: Exercise,
    error: SubmissionError | AuthorError | SandboxUnavailable | GraderFault,
    *,
    device: Device,
    seed: int | None,
    total_s: float = 0.0,
) -> Report:
    """Return the report of an exam that did not take place."""
    from grader.report import build_failure

    return build_failure(exercise, error, device=device, seed=seed, total_s=total_s)


def require_device(exercise: Exercise, device: Device) -> None:
    """Raise UsageError unless `exercise` can be graded on `device`."""
    if device in exercise.devices:
        return
    offered = ", ".join(device.value for device in exercise.devices)
    raise BilingualUsageError(
        Text(
            en=f"--device {device.value}: {exercise.name} is not made for it.",
            zh=f"--device {device.value}：{exercise.name} 不支持该设备。",
        ),
        remedy=Text(en=f"It can be graded on: {offered}.", zh=f"它支持：{offered}。"),
    )


def remember(course: Course, report: Report) -> None:
    """Keep the score for `list` and the hints for `hint`; a problem with that is a warning, and changes no grade."""
    root, score = course.progress_root, report.score
    if root is None or score is None or score.possible is None:
        return
    warning = record_score(root, report.exercise.name, earned=score.earned, points=score.possible).warning
    if warning is None:
        warning = remember_hints(root, report)
    if warning is not None:
        write_error(say(warning))
