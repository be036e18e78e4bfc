"""`dlgrade list`: the exercises of the course, and how far the student is."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import click

from grader.cli.dates import listed as when
from grader.cli.language import choose_language, local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import can_show, columns, is_terminal, padded, write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, EXIT_USAGE
from grader.exercise import ExerciseProgress, Listed, Progress, load_course, read_progress
from grader.exercise.paths import show_name
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
    heading = [] if found.file.name is None else [say(found.file.name)]
    write_plain("\n".join((*heading, *_table(listed, progress))))
    for one in listed:
        if one.error is not None:
            write_error(say(one.error))
    if not listed:
        write_error(local("There are no exercises yet.", "还没有练习。"))
    for unknown in found.unknown if any(entry.solution_folder for entry in found.entries) else ():
        write_error(say(unknown))  # at a student's, it may be an exercise that is not given out yet
    return EXIT_USAGE if any(one.error is not None for one in listed) else EXIT_FULL_SCORE


class Detail(IntEnum):
    """How much a row says: as much as fits."""

    SHORT = 0
    DATES = 1  # to the minute
    TOPICS = 2


def _table(listed: tuple[Listed, ...], progress: Progress) -> list[str]:
    now = datetime.now(UTC)
    for detail in sorted(Detail, reverse=True):
        rows = [_row(one, progress, now, detail) for one in listed]
        widths = [max((columns(row[column]) for row in rows), default=0) for column in range(len(Row.__annotations__))]
        if _fits(widths):
            break
    # A column in which nobody has anything takes no room: the dates of a course that has none.
    return [
        "  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True) if width).rstrip()
        for row in rows
    ]


def _fits(widths: list[int]) -> bool:
    if not is_terminal(sys.stdout):
        return True
    shown = [width for width in widths if width]
    return sum(shown) + 2 * (len(shown) - 1) <= shutil.get_terminal_size((100, 24)).columns


class Row(NamedTuple):
    """One line of the list, cell by cell."""

    id: str
    slug: str = ""
    bar: str = ""
    standing: str = ""
    dates: str = ""
    about: str = ""


def _row(listed: Listed, progress: Progress, now: datetime, detail: Detail) -> Row:
    exercise = listed.exercise
    if exercise is None:
        return Row(id=show_name(listed.entry.name), standing=local("broken, see below", "有误，见下"))
    bar, standing = _standing(progress.of(exercise.name))
    return Row(
        id=exercise.id,
        slug=exercise.slug,
        bar=bar,
        standing=standing,
        dates=say(when(listed.entry.dates, now, short=detail < Detail.DATES)),
        about=_about(exercise, topics=detail >= Detail.TOPICS),
    )


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
