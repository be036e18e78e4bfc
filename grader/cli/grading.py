"""What `check`, `watch` and `hint` share: examine one submission, report it whatever happens, and remember it."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.dates import due_note
from grader.cli.hints import remember_hints
from grader.cli.language import local, say
from grader.cli.output import Progress, write_error
from grader.errors import AuthorError, GraderFault, SandboxUnavailable, SubmissionError
from grader.exercise import Course, record_score
from grader.records import Exercise, Submission

if TYPE_CHECKING:
    from grader.exercise.seal_key import SealKey
    from grader.pipeline import Grader
    from grader.report import Report


def grade(grader: Grader, course: Course, exercise: Exercise, *, submission: Path | None, seed: int | None) -> Report:
    """Examine `submission`, or the student's own files, and return the report, also of what could not be examined.

    Raises: UsageError where there is nothing to examine, or not on the grader's device.
    """
    from grader.report import build_failure
    from grader.submission import collect

    path = course.own_files(exercise) if submission is None else submission
    following = course.after(exercise)
    next_exercise = None if following is None else following.id
    handed_in: Submission | None = None
    start = time.monotonic()
    try:
        handed_in = collect(exercise, path)
        report = grader.examine(exercise, handed_in, seed=seed, next_exercise=next_exercise)
    except (SubmissionError, AuthorError, SandboxUnavailable, GraderFault) as error:
        report = build_failure(
            exercise,
            error,
            device=grader.device,
            submission=handed_in,
            seed=seed,
            total_s=time.monotonic() - start,
            next_exercise=next_exercise,
        )
    if submission is None:
        remember(course, report)
    return report


def tell_beside(course: Course, report: Report) -> None:
    """Say on stderr what is no part of a report: what is to be mended elsewhere, and when the exercise is due."""
    for note in report.notes:
        write_error(say(note))
    due = due_note(course.find_entry(report.exercise.name).dates, datetime.now(UTC))
    if due is not None:
        write_error(say(due))


def find_seal_key(file: Path | None) -> SealKey | None:
    """Return the key that opens sealed solutions; None where none is given, said aloud where one was meant.

    Raises: UsageError for what is no key.
    """
    from grader.exercise.seal_key import VARIABLE, find_key

    is_empty = file is None and os.environ.get(VARIABLE) == ""  # a CI's secret that is not there reads like that
    key = find_key(file)
    if key is not None and key.warning is not None:
        write_error(say(key.warning))
    if is_empty:
        write_error(
            local(
                f"{VARIABLE} is empty: sealed solutions stay closed, and only visible tests run.",
                f"{VARIABLE} 为空：封存的 solutions 不会打开，只运行可见测试。",
            )
        )
    return key


def gpu_is_taken() -> None:
    """Tell a person who looks on that an exam waits for its turn on the GPU."""
    Progress().say(local("Waiting: another exam is on this GPU …", "正在等待：这块 GPU 上有另一场考试……"))


def remember(course: Course, report: Report) -> None:
    """Keep the score for `list` and the hints for `hint`; a problem with that is a warning, and changes no grade."""
    from grader.report import Status

    root, score = course.progress_root, report.score
    if root is None or score is None or score.possible is None:
        return
    warning = None
    if report.status is not Status.NOT_STARTED:  # an untouched stub is no attempt
        warning = record_score(root, report.exercise.name, earned=score.earned, points=score.possible).warning
    if warning is None:
        warning = remember_hints(root, report)
    if warning is not None:
        write_error(say(warning))
