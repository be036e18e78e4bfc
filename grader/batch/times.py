"""When each submission was handed in: from a table, from the layout, or, where asked for, from files or git.

A file's modification time is what the last copy made of it, so it counts only where `--times mtime` says so.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from grader.batch.handed import Doubt
from grader.batch.moments import ZONE_FIX, moment_in, read_moment
from grader.batch.names import exercise_called
from grader.batch.roster import folded
from grader.batch.table import Table, quoted, read_table, wrong
from grader.errors import UsageError
from grader.exercise.paths import is_folder, show_name, show_path
from grader.exercise.problems import closest
from grader.records import Exercise, Text
from grader.submission.folder import files_in

GIT = "git"
MTIME = "mtime"
_STUDENT = (
    *("student", "student id", "id", "username", "login", "user", "学号", "学生"),
    *("identifier", "标识符", "编号", "email", "email address", "full name", "姓名", "全名"),
)
_ALSO = ("email", "email address", "id number", "username", "学号", "电子邮件地址")  # ids beside the first
_NAME = ("full name", "name", "姓名", "全名")
_EXERCISE = ("exercise", "assignment", "练习", "作业")
_ATTEMPT = ("attempt", "submission", "次数", "提交次数")
# In Moodle's grading worksheet, which has a row for everybody: "-" where nothing was handed in.
_MODIFIED = ("last modified (submission)", "最后修改 (提交)", "最后修改（提交）", "最后修改 (作业)", "最后修改（作业）")
_TIME = (
    *("time", "at", "submitted", "submitted at", "submission time", "timestamp", "date", "提交时间", "时间"),
    *_MODIFIED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """One row of `--times`; what it leaves open holds for every exercise, or for the only attempt."""

    student: str  # as it stands there
    exercise: Exercise | None
    attempt: int | None
    at: datetime
    line: int
    ids: tuple[str, ...] = ()  # others that it has for the student
    name: str = ""


def read_times(path: Path, exercises: Sequence[Exercise], *, zone: tzinfo | None) -> tuple[TimeRow, ...]:
    """Return the rows of a table of times that are about `exercises[…]`. Raises: UsageError with file and line."""
    near = closest(path.name, (GIT, MTIME), likeness=0.7)
    if near is not None and not os.path.lexists(path):
        raise UsageError(
            Text(en=f"--times {show_path(path)}: no such file.", zh=f"--times {show_path(path)}：没有这个文件。"),
            remedy=Text(en=f"Did you mean --times {near}?", zh=f"是不是 --times {near}？"),
        )
    table = read_table(path)
    heads = [" ".join(folded(cell).replace("_", " ").split()) for cell in table.header]
    student, time = _column(table, heads, _STUDENT), _column(table, heads, _TIME)
    exercise, attempt = _optional(heads, _EXERCISE), _optional(heads, _ATTEMPT)
    others = [place for head in _ALSO for place, known in enumerate(heads) if head == known and place != student]
    name = _optional(heads, _NAME)
    rows: dict[tuple[str, str, int | None], TimeRow] = {}
    for record in table.records:
        cells = record.cells
        if heads[time] in _MODIFIED and cells[time] in ("", "-"):
            continue
        row = TimeRow(
            student=cells[student],
            exercise=_exercise(table, record.line, cells[exercise], exercises) if exercise is not None else None,
            attempt=_attempt(table, record.line, cells[attempt]) if attempt is not None else None,
            at=read_moment(table, record.line, cells[time], zone),
            line=record.line,
            ids=tuple(cells[place] for place in others if cells[place]),
            name="" if name is None else cells[name],
        )
        key = (folded(row.student), row.exercise.name if row.exercise else "", row.attempt)
        before = rows.setdefault(key, row)
        if before is not row:
            raise _twice(table, before, row)
    return tuple(rows.values())


def modified_at(path: Path, exercise: Exercise) -> str:
    """Return when the newest of an entry's own files was changed, as the file system says."""
    own = files_in(exercise, path) if is_folder(path) and not path.is_symlink() else []
    stamps = [stamp for file in (*own, path) if (stamp := _stamp(file)) is not None]
    newest = max(stamps[:-1] or stamps, default=None)
    return "" if newest is None else datetime.fromtimestamp(newest, UTC).isoformat(timespec="seconds")


def layout_time(text: str, entry: str, zone: tzinfo | None) -> str | Doubt:
    """Return the time that a name or a platform's file says, as ISO 8601; what is to be decided where it is none.

    Raises: UsageError for a local time in a course without a time zone: so are all of them.
    """
    if not text:
        return ""
    value = moment_in(text, zone)
    if not isinstance(value, Text):
        return value.isoformat()
    if zone is None and not isinstance(moment_in(text, UTC), Text):
        shown = show_name(entry)
        raise UsageError(Text(en=f"{shown}: {value.en}", zh=f"{shown}：{value.zh}"), remedy=ZONE_FIX)
    return no_time(entry, value)


def no_time(shown: str, why: Text) -> Doubt:
    """Return what to decide about an entry whose own time is none."""
    place = show_name(shown)
    return Doubt(
        problem=Text(en=f"{place}: {why.en}", zh=f"{place}：{why.zh}"),
        remedy=Text(
            en="Whoever grades: say when it was handed in, in a table (--times FILE.csv), then go on with --resume.",
            zh="请评分的老师在表中写明提交时间（--times FILE.csv），然后用 --resume 继续。",
        ),
    )


def _stamp(path: Path) -> float | None:
    try:
        return path.lstat().st_mtime
    except (OSError, ValueError):
        return None


def _column(table: Table, heads: list[str], spellings: Sequence[str]) -> int:
    place = _optional(heads, spellings)
    if place is not None:
        return place
    near = next((match for head in heads if (match := closest(head, spellings, likeness=0.75))), spellings[0])
    shown = ", ".join(quoted(cell) for cell in table.header[:12])
    raise wrong(
        table.path,
        Text(
            en=f"no column {spellings[0]!r}. The header has: {shown}.",
            zh=f"没有 {spellings[0]!r} 列。表头为：{shown}。",
        ),
        Text(
            en=f"Call it {near!r}: expected are student, time and, where they are needed, exercise and attempt.",
            zh=f"请命名为 {near!r}：需要 student、time 两列，必要时还有 exercise 和 attempt。",
        ),
        line=table.line,
    )  # fmt: skip


def _optional(heads: list[str], spellings: Sequence[str]) -> int | None:
    return next((heads.index(spelling) for spelling in spellings if spelling in heads), None)


def _exercise(table: Table, line: int, cell: str, exercises: Sequence[Exercise]) -> Exercise | None:
    found = exercise_called(cell, exercises)
    if found is None and cell:
        names = ", ".join(exercise.name for exercise in exercises)
        what = Text(en=f"no exercise is called {quoted(cell)}.", zh=f"没有名为 {quoted(cell)} 的练习。")
        raise wrong(table.path, what, Text(en=f"There are: {names}.", zh=f"现有：{names}。"), line=line)
    return found


def _attempt(table: Table, line: int, cell: str) -> int | None:
    if not cell:
        return None
    if cell.isascii() and cell.isdigit() and len(cell) < 7 and int(cell) > 0:
        return int(cell)
    what = Text(en=f"attempt {quoted(cell)} is no number from 1.", zh=f"次数 {quoted(cell)} 不是从 1 起的整数。")
    raise wrong(table.path, what, Text(en="Count attempts 1, 2, 3.", zh="请按 1、2、3 计数。"), line=line)


def _twice(table: Table, before: TimeRow, row: TimeRow) -> UsageError:
    what = Text(
        en=f"{quoted(row.student)} has a time in line {before.line} already.",
        zh=f"{quoted(row.student)} 的时间已出现在第 {before.line} 行。",
    )
    remedy = Text(
        en="Remove one, or tell them apart by the columns exercise and attempt.",
        zh="请删去其中一行，或用 exercise 和 attempt 列区分。",
    )
    return wrong(table.path, what, remedy, line=row.line)
