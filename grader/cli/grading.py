"""What `check`, `watch` and `hint` share: examine one submission, report it whatever happens, and remember it."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.dates import due_note, moment_shown
from grader.cli.hints import remember_hints
from grader.cli.language import local, say
from grader.cli.output import Progress, write_error
from grader.errors import AuthorError, GraderFault, SandboxUnavailable, SubmissionError, UsageError
from grader.exercise import Course, Entry, Score, read_progress, record_score
from grader.exercise.paths import is_folder, show_path
from grader.records import Exercise, Submission, Text

if TYPE_CHECKING:
    from grader.exercise.seal_key import SealKey
    from grader.pipeline import Grader
    from grader.report import Report


def grade(
    grader: Grader, course: Course, exercise: Exercise, *, submission: Path | None, seed: int | None, alone: bool = True
) -> Report:
    """Examine `submission`, or the student's own files, and return the report, also of what could not be examined.

    `alone`: the submission is for no other exercise, so the one file in it may have any name, as for `dlgrade grade`.
    Raises: UsageError where there is nothing to examine, or not on the grader's device.
    """
    from grader.report import build_failure
    from grader.submission import collect

    path = own_folder(course, exercise) if submission is None else _of(submission, course, exercise, alone=alone)
    following = next_to_do(course, exercise)
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
    return replace(report, hints=0)  # `dlgrade hint` knows those of one's own files alone


def _of(submission: Path, course: Course, exercise: Exercise, *, alone: bool) -> Path:
    """Return what of a submission is for the exercise, as `dlgrade grade` finds it in one student's entry."""
    from grader.batch.finding import of_one
    from grader.batch.told_content import told_for
    from grader.submission.names import wanted_names

    place = of_one(submission, exercise, alone=alone)
    if alone and (place == submission or place.name in wanted_names(exercise) or is_folder(place)):
        return place
    others = [one.exercise for one in course.read_all() if one.exercise is not None]
    if not alone:
        return told_for(submission, exercise, others) or place
    is_anothers = any(place.name in wanted_names(other) for other in others)
    return submission if is_anothers else place  # then what is missing is said, not what its tests make of other work


def own_folder(course: Course, exercise: Exercise) -> Path:
    """Return the folder where the student's own files lie.

    Raises: UsageError outside any workspace, and in one that this exercise has not been put into yet.
    """
    folder = course.own_files(exercise)
    if course.workspace is None or is_folder(folder):
        return folder
    dates, root = course.find_entry(exercise.name).dates, show_path(course.workspace.root)
    if dates.release is not None and not dates.is_released(datetime.now(UTC)):
        when = moment_shown(dates.release)
        raise UsageError(
            Text(en=f"{exercise.name} comes {when}.", zh=f"{exercise.name} 将于 {when} 发布。"),
            remedy=Text(en=f"Run `dlgrade start {root}` then.", zh=f"届时请运行 `dlgrade start {root}`。"),
        )
    raise UsageError(
        Text(en=f"{exercise.name} is not in {root} yet.", zh=f"{root} 中还没有 {exercise.name}。"),
        remedy=Text(
            en=f"Run `dlgrade start {root}`: it adds what is missing, and keeps what is there.",
            zh=f"请运行 `dlgrade start {root}`：它会补上缺少的内容，保留已有的文件。",
        ),
    )


def next_to_do(course: Course, exercise: Exercise) -> Entry | None:
    """Return what to do after `exercise`: the first that is given out and has no full score yet."""
    root = course.progress_root
    if root is None:
        return course.after(exercise)
    progress, now = read_progress(root), datetime.now(UTC)
    best = {entry.name: progress.of(entry.name).best for entry in course.entries if entry.name != exercise.name}
    return next(
        (
            entry
            for entry in course.entries
            if entry.name in best and entry.dates.is_released(now) and not _is_full(best[entry.name])
        ),
        None,
    )


def _is_full(best: Score | None) -> bool:
    return best is not None and best.earned >= best.points


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
