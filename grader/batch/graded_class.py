"""A class that is graded already, read back: from the folder of `dlgrade grade --output`, or from loose reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.batch.classbook import Classbook, book_of
from grader.batch.counting import Counting, Heading, best_rows, read_counting, result_of, rows_that_count
from grader.batch.journal import Key, Line, read_journal
from grader.batch.pages import read_class_list
from grader.batch.places import Places
from grader.batch.rows import Row, row_of
from grader.batch.stored import Unreadable
from grader.errors import UsageError
from grader.exercise.paths import is_file, is_folder, show_path
from grader.records import HandedIn, Text
from grader.report.document import SCHEMA
from grader.report.model import Report

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedClass:
    """What was found in a folder. `files`: where the report of an attempt lies; `damaged`: reports left out."""

    book: Classbook
    files: dict[Key, Path]
    is_output: bool  # of `dlgrade grade`: the reports lie where its pages link to
    notes: tuple[Text, ...] = ()
    damaged: tuple[UsageError, ...] = field(default=())

    @property
    def report_suffix(self) -> str:
        """The suffix of the best reports that all attempts have: ".html", or ".json"."""
        suffixes = {file.suffix for file in self.files.values()}
        return suffixes.pop() if len(suffixes) == 1 else ".json"


def read_class(folder: Path, *, tell: Told = lambda _: None) -> GradedClass:
    """Return the class whose reports lie in a folder; `tell` gets how many loose reports were read.

    Raises: UsageError for no folder, for one without reports, for two reports of one attempt, for a damaged journal.
    """
    if not is_folder(folder):
        raise _no_folder(folder)
    places = Places(folder)
    return _output(places) if is_file(places.journal) else _loose(folder, tell)


# ------------------------------------------------------------------------------------------------- of `dlgrade grade`


def _output(places: Places) -> GradedClass:
    lines = read_journal(places.journal)
    counting, notes = _counting(places, lines)
    try:
        rows = rows_that_count(counting, lines)
    except KeyError as error:
        raise _contradicts(places.counting, str(error.args[0])) from None
    roster = read_class_list(places).people
    return GradedClass(
        book=book_of(rows, exercises=counting.exercises, roster=roster),
        files={key: _report(places, key) for key in lines},
        is_output=True,
        notes=notes,
    )


def _counting(places: Places, lines: dict[Key, Line]) -> tuple[Counting, tuple[Text, ...]]:
    """Return which attempts count; of a batch that is not done, the best of those that there are."""
    try:
        found = read_counting(places)
    except (OSError, Unreadable) as error:
        raise _contradicts(places.counting, str(error)) from None
    if found is not None:
        return found, ()
    rows = best_rows(line.row for line in lines.values())
    names = sorted({row.exercise for row in rows})
    return Counting(
        exercises=tuple(_heading(places, name, next(row for row in rows if row.exercise == name)) for name in names),
        results=tuple(map(result_of, rows)),
    ), (_NOT_DONE,)


def _heading(places: Places, name: str, row: Row) -> Heading:
    from grader.report.reading import read_report

    report = read_report(places.report(row.handed_in.student, name, row.handed_in.attempt))
    return _heading_of(report)


def _report(places: Places, key: Key) -> Path:
    page = places.report(key.student, key.exercise, key.attempt, suffix=".html")
    return page if is_file(page) else page.with_suffix(".json")


# ------------------------------------------------------------------------------------------------- loose reports


def _loose(folder: Path, tell: Told) -> GradedClass:
    found: dict[Key, tuple[Row, Path]] = {}
    headings: dict[str, Heading] = {}
    damaged: list[UsageError] = []
    for file, report in _reports(folder, damaged):
        row = row_of(report)
        key = Key(row.exercise, row.handed_in.student, row.handed_in.attempt)
        if key in found:
            raise _twice(found[key][1], file)
        found[key] = row, file
        headings.setdefault(row.exercise, _heading_of(report))
        tell(len(found))
    if not found and not damaged:
        raise _no_reports(folder)
    rows = best_rows(row for row, _ in found.values())
    exercises: Sequence[Heading] = [headings[name] for name in sorted(headings)]
    return GradedClass(
        book=book_of(rows, exercises=exercises),
        files={key: file for key, (_, file) in found.items()},
        is_output=False,
        notes=(_BEST_COUNTS,) if len(rows) < len(found) else (),
        damaged=tuple(damaged),
    )


def _reports(folder: Path, damaged: list[UsageError]) -> Iterator[tuple[Path, Report]]:
    """Yield the reports below a folder, in order, each with a student; what is no report of ours is passed over."""
    from grader.report.reading import read_report

    for file in sorted(folder.rglob("*.json")):
        if not is_file(file) or not _is_ours(file):
            continue
        try:
            report = read_report(file)
        except UsageError as error:
            damaged.append(error)
            continue
        if report.handed_in is None:  # nobody said who: the file's place does
            student = file.relative_to(folder).with_suffix("").as_posix()
            report = replace(report, handed_in=HandedIn(student=student))
        yield file, report


def _is_ours(file: Path) -> bool:
    """Return whether a file says that it is a report, or is damaged so that it cannot say."""
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return True
    return isinstance(document, dict) and document.get("schema") == SCHEMA


def _heading_of(report: Report) -> Heading:
    return Heading(id=report.exercise.id, name=report.exercise.name, title=report.exercise.title)


# ------------------------------------------------------------------------------------------------- what is wrong

_NOT_DONE = Text(
    en="This batch is not done: of several attempts the one with the most points counts here, and nobody is missing. "
    "`dlgrade grade --resume` goes on with it.",
    zh="这批评分尚未完成：同一学生的多次尝试在此取得分最高的一次，也不显示缺交。可用 `dlgrade grade --resume` 继续。",
)
_BEST_COUNTS = Text(
    en="Of several attempts of one student the one with the most points counts.",
    zh="同一学生的多次尝试取得分最高的一次。",
)


def _no_folder(folder: Path) -> UsageError:
    shown = show_path(folder)
    return UsageError(
        Text(en=f"{shown}: there is no such folder.", zh=f"{shown}：没有这个文件夹。"),
        remedy=Text(
            en="Name the --output folder of `dlgrade grade`, or any folder with reports in JSON.",
            zh="请给出 `dlgrade grade` 的 --output 文件夹，或任何含有 JSON 报告的文件夹。",
        ),
    )


def _no_reports(folder: Path) -> UsageError:
    shown = show_path(folder)
    return UsageError(
        Text(en=f"{shown}: there are no reports in JSON in it.", zh=f"{shown}：其中没有 JSON 报告。"),
        remedy=Text(
            en="`dlgrade grade --output DIR` and `dlgrade check --format json --output DIR` write them.",
            zh="`dlgrade grade --output DIR` 和 `dlgrade check --format json --output DIR` 会写出报告。",
        ),
    )


def _twice(first: Path, second: Path) -> UsageError:
    one, other = show_path(first), show_path(second)
    return UsageError(
        Text(
            en=f"{one} and {other} are reports of the same student, exercise and attempt.",
            zh=f"{one} 与 {other} 是同一学生同一练习同一次尝试的报告。",
        ),
        remedy=Text(en="Take one of them out of the folder.", zh="请从文件夹中移走其中一份。"),
    )


def _contradicts(file: Path, what: str) -> UsageError:
    shown = show_path(file)
    return UsageError(
        Text(
            en=f"{shown}: it does not fit the journal beside it: {what}.",
            zh=f"{shown}：与旁边的日志不符：{what}。",
        ),
        remedy=Text(
            en="`dlgrade grade --resume` with the same --output writes it anew.",
            zh="用相同的 --output 运行 `dlgrade grade --resume` 会重新写出该文件。",
        ),
    )
