"""The class's roster: who should hand in, read from the CSV that a registrar, Canvas, Moodle or a person wrote.

A column is known by its header, in the spellings that such files have. The first kind of id that stands in the table is
the student's id in the gradebook; the other columns that identify a student (an e-mail address, Canvas's number) are
names that an entry may be called by, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path, PurePosixPath

from grader.batch.folders import text_of
from grader.batch.moments import read_moment
from grader.batch.table import Record, Table, quoted, read_table, wrong
from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.exercise.problems import closest
from grader.records import Text

# Kinds of ids, the best first: what a person types and sees comes before what a machine counted.
_IDS = (
    ("student id", "studentid", "student number", "student no", "matriculation number", "sid", "学号", "学生学号"),
    (
        "sis login id",
        "login id",
        "login",
        "username",
        "user name",
        "user",
        "netid",
        "github username",
        "用户名",
        "账号",
    ),
    ("sis user id", "sis id", "id number", "编号"),
    ("student", "id", "学生"),
    ("email", "e-mail", "email address", "mail", "邮箱", "电子邮箱", "电子邮件", "电子邮件地址"),
    ("identifier", "标识符"),  # Moodle's own: "Participant 17"
)
_LOGINS = _IDS[1]
_NAMES = ("name", "full name", "student name", "display name", "姓名", "学生姓名")
_FIRST = ("first name", "firstname", "given name", "given names", "名")
_LAST = ("last name", "lastname", "surname", "family name", "姓")
_ENTRY = ("entry", "submission", "repository", "repo", "path", "提交", "仓库")
_COMMIT = ("commit", "revision", "sha", "提交号")
_DUE = ("due", "extension", "extended to", "due date", "截止", "截止时间", "延期", "延期至")
_SECTION = ("section", "group", "class", "班级", "小组")
_TOTAL = "points possible"  # Canvas's second row: it is about assignments, not about a student
MAX_ID = 255  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One student of the roster."""

    id: str
    name: str = ""
    first: str = ""  # where the roster has them apart
    last: str = ""
    aliases: tuple[str, ...] = ()  # other ids
    logins: tuple[str, ...] = ()  # of all ids those that an account's login, which its student chose, may be
    entry: str = ""  # what they hand in, seen from SUBMISSIONS, where the roster says it
    commit: str = ""
    due: datetime | None = None  # an extension of their own
    section: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The students, in the file's order, and what was odd about the file."""

    path: Path
    people: tuple[Person, ...]
    notes: tuple[Text, ...] = ()


def folded(name: str) -> str:
    """Return what two spellings of an id share: no case, one Unicode form, no space around."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFC", name).casefold()).strip()


def letters(name: str) -> str:
    """Return the letters and digits of a name, folded: what a platform leaves of it in a file's name."""
    plain = unicodedata.normalize("NFKD", folded(name))
    return "".join(letter for letter in plain if letter.isalnum())


def plain_entry(entry: str) -> str:
    """Return the roster's `entry` as entries are written: with "/" between parts, once, and no `./` before them."""
    return str(PurePosixPath(text_of(entry).replace("\\", "/")))


def read_roster(path: Path, *, zone: tzinfo | None = None) -> Roster:
    """Return the roster in `path`. Raises: UsageError with file and line for what no roster can be."""
    table = read_table(path)
    columns = _columns(table)
    people: list[Person] = []
    notes: list[Text] = []
    for record in table.records:
        person = _person(table, record, columns, zone)
        if person is None:
            continue
        if person.id.startswith(("=", "+", "@")):
            notes.append(_formula(table, person))
        people.append(person)
    _refuse_twice(table, people)
    if not people:
        raise wrong(
            path,
            Text(en="no student stands in it.", zh="其中没有学生。"),
            Text(en="Write one row a student below the header.", zh="请在表头下每行写一名学生。"),
        )
    return Roster(path=path, people=tuple(people), notes=tuple(notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    ids: tuple[int, ...]  # the best kind first
    logins: tuple[int, ...]  # of them
    name: int | None
    first: int | None
    last: int | None
    others: Mapping[str, int]


def _columns(table: Table) -> _Columns:
    heads = [" ".join(re.sub(r"[_\-\s]+", " ", folded(cell)).split()) for cell in table.header]
    ids = list(dict.fromkeys(place for kind in _IDS for place in _places(heads, kind)))
    name = _place(heads, _NAMES)
    students = [place for place in ids if heads[place] in ("student", "学生")]
    if name is None and students and len(ids) > 1:  # in Canvas's gradebook that column holds the name
        name = students[0]
        ids.remove(name)
    if not ids:
        raise _no_student(table)
    known = {"entry": _ENTRY, "commit": _COMMIT, "due": _DUE, "section": _SECTION}
    others = {key: place for key, spellings in known.items() if (place := _place(heads, spellings)) is not None}
    logins = _login_columns(heads, ids)
    first, last = _place(heads, _FIRST), _place(heads, _LAST)
    return _Columns(ids=tuple(ids), logins=logins, name=name, first=first, last=last, others=others)


def _login_columns(heads: list[str], ids: list[int]) -> tuple[int, ...]:
    """Return the columns by which an account's login may be known: GitHub's own alone, where there is one; else the
    student's id and any login's. An address begins with a login of nobody knows whom."""
    github = [place for place in ids if "github" in heads[place]]
    return tuple(github or dict.fromkeys((ids[0], *(place for place in ids if heads[place] in _LOGINS))))


def _place(heads: list[str], spellings: Iterable[str]) -> int | None:
    return next(iter(_places(heads, spellings)), None)


def _places(heads: list[str], spellings: Iterable[str]) -> list[int]:
    wanted = [spelling.replace("-", " ") for spelling in spellings]
    return [place for spelling in wanted for place, head in enumerate(heads) if head == spelling]


def _person(table: Table, record: Record, columns: _Columns, zone: tzinfo | None) -> Person | None:
    cells = record.cells
    if folded(cells[0]) == _TOTAL:
        return None
    ids = [cells[place] for place in columns.ids if cells[place]]
    if not ids or not cells[columns.ids[0]]:
        raise _no_id(table, record, table.header[columns.ids[0]])
    if len(ids[0]) > MAX_ID:
        what = Text(en=f"an id of {len(ids[0]):,} characters.", zh=f"编号长达 {len(ids[0]):,} 个字符。")
        raise wrong(table.path, what, Text(en="Shorten it.", zh="请缩短它。"), line=record.line)
    said = {key: cells[place] for key, place in columns.others.items()}
    due = said.get("due", "")
    return Person(
        id=unicodedata.normalize("NFC", ids[0]),
        name=_name(cells, columns),
        first="" if columns.first is None else cells[columns.first],
        last="" if columns.last is None else cells[columns.last],
        aliases=tuple(dict.fromkeys(ids[1:])),
        logins=tuple(dict.fromkeys(cells[place] for place in columns.logins if cells[place])),
        entry=said.get("entry", ""),
        commit=said.get("commit", ""),
        due=read_moment(table, record.line, due, zone) if due else None,
        section=said.get("section", ""),
        line=record.line,
    )


def _name(cells: tuple[str, ...], columns: _Columns) -> str:
    if columns.name is not None:
        return cells[columns.name]
    first = "" if columns.first is None else cells[columns.first]
    last = "" if columns.last is None else cells[columns.last]
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in last)
    return last + first if chinese else f"{first} {last}".strip()


def _refuse_twice(table: Table, people: list[Person]) -> None:
    seen: dict[str, Person] = {}
    for person in people:
        before = seen.setdefault(folded(person.id), person)
        if before is person:
            continue
        one, other = quoted(before.id), quoted(person.id)
        what = Text(
            en=f"the id {other} stands in line {before.line} already"
            + ("." if before.id == person.id else f", as {one}: ids that differ in case only are one."),
            zh=f"编号 {other} 已出现在第 {before.line} 行"
            + ("。" if before.id == person.id else f"，写作 {one}：只差大小写的编号视为同一个。"),
        )
        raise wrong(table.path, what, Text(en="Remove one of them.", zh="请删去其中一行。"), line=person.line)


def _formula(table: Table, person: Person) -> Text:
    shown, place = quoted(person.id), show_path(table.path)
    return Text(
        en=f"{place}: line {person.line}: the id {shown} begins like a formula: it is taken as it stands.",
        zh=f"{place}：第 {person.line} 行：编号 {shown} 像公式一样开头：按原样使用。",
    )


def _no_student(table: Table) -> UsageError:
    shown = ", ".join(quoted(cell) for cell in table.header[:12]) or "-"
    known = [spelling for kind in _IDS for spelling in kind]
    near = next((match for cell in table.header if (match := closest(folded(cell), known, likeness=0.75))), None)
    what = Text(
        en=f"no column says who the student is. The header has: {shown}.",
        zh=f"没有说明学生是谁的列。表头为：{shown}。",
    )
    remedy = Text(
        en=(f"Did you mean {near!r}? " if near else "")
        + "Call it student, id, username, login, email, SIS Login ID or 学号.",
        zh=(f"是不是 {near!r}？" if near else "")
        + "请把该列命名为 学号、student、id、username、login、email 或 SIS Login ID。",
    )
    return wrong(table.path, what, remedy, line=table.line)


def _no_id(table: Table, record: Record, column: str) -> UsageError:
    head = quoted(column)
    there = quoted(next(cell for cell in record.cells if cell))
    what = Text(en=f"the cell {head} is empty, beside {there}.", zh=f"{head} 一格是空的（该行有 {there}）。")
    remedy = Text(en="Write the student's id there, or remove the row.", zh="请在该格写上学生编号，或删去这一行。")
    return wrong(table.path, what, remedy, line=record.line)
