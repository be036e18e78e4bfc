"""What is written of a whole class, when every exam is done: gradebook, pages, and formats that join a student's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.class_page import HTML, class_pages
from grader.batch.classbook import Classbook, Listed, Titled, book_of
from grader.batch.counting import write_counting
from grader.batch.gradebook import to_gradebook
from grader.batch.places import Places, folder_of
from grader.batch.rows import Row
from grader.batch.statistics import Statistics, statistics_of
from grader.batch.stored import Unreadable, from_json, to_text
from grader.batch.writing import WIDTH
from grader.exercise.plain_file import read_plain
from grader.exercise.whole_file import write_whole
from grader.records import Language
from grader.report import Report, Setting, View, find_format

_PAGE = re.compile(r"index(-[0-9]+)?\.html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on the roster, or who handed in nothing."""

    id: str
    name: str = ""
    section: str = ""
    nothing_in: str = ""  # what was handed in under their name, with nothing in it for any exercise


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassList:
    """Who is on the roster; nobody without one."""

    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """The class as all pages show it."""

    book: Classbook
    statistics: Statistics


def write_class_list(places: Places, people: Iterable[Listed]) -> ClassList:
    """Write who is on the roster, and return it. Raises: OSError."""
    found = ClassList(
        people=tuple(Person(id=one.id, name=one.name, section=one.section, nothing_in=one.nothing_in) for one in people)
    )
    places.class_list.parent.mkdir(parents=True, exist_ok=True)
    write_whole(places.class_list, to_text(found))
    return found


def read_class_list(places: Places) -> ClassList:
    """Return who is on the roster; nobody where that was not written, or is damaged: then pages lack who is missing."""
    try:
        return from_json(read_plain(places.class_list), ClassList)
    except (OSError, Unreadable):
        return ClassList()


def write_pages(
    places: Places,
    rows: Sequence[Row],
    *,
    exercises: Sequence[Titled],
    people: Sequence[Listed],
    formats: Collection[str],
    language: Language,
    setting: Setting | None = None,
) -> Class:
    """Write the gradebook and the class's pages, and each student's joined formats. Raises: OSError."""
    book = book_of(rows, exercises=exercises, roster=people)
    found = statistics_of(book)
    write_counting(places, rows, exercises)
    write_whole(places.gradebook, to_gradebook(book).encode("utf-8", "replace"))
    linked = HTML if HTML.removeprefix(".") in formats else ".json"  # which is always written
    pages = class_pages(book, found, language=language, linked=linked)
    for name, page in pages.items():
        write_whole(places.root / name, page.encode("utf-8", "replace"))
    for file in places.root.iterdir():
        if _PAGE.fullmatch(file.name) and file.name not in pages:
            file.unlink()
    view = View(language=language, width=WIDTH, setting=setting or Setting())
    _write_joined(places, rows, formats, view)
    return Class(book=book, statistics=found)


def counting_reports(places: Places, rows: Sequence[Row]) -> list[Report]:
    """Return the reports of these rows, as they were written. Raises: UsageError for a damaged one."""
    from grader.report.reading import read_report

    return [read_report(places.report(row.handed_in.student, row.exercise, row.handed_in.attempt)) for row in rows]


def joined_names(formats: Iterable[str]) -> list[str]:
    """Return those of the formats that put one student's exercises into one file."""
    return [name for name in formats if find_format(name).together is not None]


def _write_joined(places: Places, rows: Sequence[Row], formats: Iterable[str], view: View) -> None:
    names = joined_names(formats)
    if not names:
        return
    by_student: dict[str, list[Row]] = {}
    for row in rows:
        by_student.setdefault(row.handed_in.student, []).append(row)
    for student, own in by_student.items():
        reports = counting_reports(places, own)
        for name in names:
            _write_one(places.reports / folder_of(student), name, reports, view)


def _write_one(folder: Path, name: str, reports: Sequence[Report], view: View) -> None:
    form = find_format(name)
    assert form.together is not None
    write_whole(folder / form.file_name, form.together(reports, view).encode("utf-8", "replace"))
