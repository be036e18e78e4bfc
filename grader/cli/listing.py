"""`dlgrade list`: the exercises of the course, and how far the student is."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from grader.cli.language import choose_language, local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import can_show, columns, is_terminal, padded, write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, EXIT_USAGE
from grader.exercise import ExerciseProgress, Listed, Progress, load_course, read_progress
from grader.records import Exercise

BAR_CELLS = 10


@click.command(
    "list", help=local("List the exercises, their topics, and your best scores.", "列出练习、主题和你的最好成绩。")
)
@course_option
@language_option
def command(*, course: Path | None) -> int:
    """Print one line for each exercise; 2 when one of them is broken."""
    found = load_course(course)
    progress = Progress() if found.progress_root is None else read_progress(found.progress_root)
    if progress.warning is not None:
        write_error(say(progress.warning))
    listed = found.read_all()
    write_plain("\n".join(_table(listed, progress)))
    for one in listed:
        if one.error is not None:
            write_error(say(one.error))
    return EXIT_USAGE if any(one.error is not None for one in listed) else EXIT_FULL_SCORE


def _table(listed: tuple[Listed, ...], progress: Progress) -> list[str]:
    rows = [_row(one, progress, topics=True) for one in listed]
    if not _fits(rows):  # the topics are what one can do without
        rows = [_row(one, progress, topics=False) for one in listed]
    widths = [max((columns(row[column]) for row in rows), default=0) for column in range(4)]
    return [
        "  ".join((*(padded(cell, width) for cell, width in zip(row, widths, strict=False)), row[-1])).rstrip()
        for row in rows
    ]


def _fits(rows: list[tuple[str, str, str, str, str]]) -> bool:
    if not is_terminal(sys.stdout):
        return True
    widths = [max((columns(row[column]) for row in rows), default=0) for column in range(5)]
    return sum(widths) + 2 * 4 <= shutil.get_terminal_size((100, 24)).columns


def _row(listed: Listed, progress: Progress, *, topics: bool) -> tuple[str, str, str, str, str]:
    exercise = listed.exercise
    if exercise is None:
        broken = local("broken, see below", "有误，见下")
        return listed.entry.name, "", "", broken, ""
    bar, score = _standing(progress.of(exercise.name))
    return exercise.id, exercise.slug, bar, score, _about(exercise, topics=topics)


def _about(exercise: Exercise, *, topics: bool) -> str:
    title = exercise.title.within(choose_language(None))
    return f"{title}  ({', '.join(exercise.topics)})" if topics and exercise.topics else title


def _standing(progress: ExerciseProgress) -> tuple[str, str]:
    full, empty = ("█", "░") if can_show("█░") else ("#", "-")
    best = progress.best
    if best is None:
        return empty * BAR_CELLS, local("not started", "尚未开始")
    # Rounded down: a full bar means a full score.
    cells = min(BAR_CELLS, max(0, int(best.share * BAR_CELLS + 1e-9)))
    points = local("points", "分")
    return full * cells + empty * (BAR_CELLS - cells), f"{best.earned:g}/{best.points:g} {points}"
