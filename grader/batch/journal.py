"""The journal of a batch: one line for each exam whose report is written. It is what a batch goes on from.

Theory of operation. A report is written whole, under its own name; then its line is appended, in one write, and synced.
So a line in the journal means: the report is there. A process that is killed in between leaves a report without a line,
and that exam is held again, with the same seed: the same report takes its place. A write that was cut short leaves a
torn last line, which is dropped when the journal is opened. A later line about the same attempt takes the place of an
earlier one; one that says that it is gone takes it out. A line holds the digests of all files that were written with
it, so one that was lost or changed on the disk is noticed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from grader.batch.places import Places
from grader.batch.rows import Row, TestRow
from grader.batch.stored import Unreadable, from_json, to_line
from grader.errors import UsageError
from grader.exercise.digest import digest
from grader.exercise.paths import show_path
from grader.exercise.plain_file import open_plain, read_plain
from grader.records import HandedIn, NotebookCell, Text
from grader.report.model import Status


class Key(NamedTuple):
    """What one line is about."""

    exercise: str
    student: str
    attempt: int


def key_of(exercise: str, handed_in: HandedIn) -> Key:
    """Return the key of one attempt."""
    return Key(exercise, handed_in.student, handed_in.attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A submission whose files lie in `sources/`, and what else there is to know of it."""

    origin: str
    untouched: bool
    ignored: int
    sha256: str  # of the files as they are kept
    files: tuple[str, ...]  # their names
    cells: dict[str, tuple[NotebookCell, ...]] = field(default_factory=dict)  # of files made of a notebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One exam that is done."""

    row: Row
    reports: dict[str, str]  # the digest of each file of the report, by its suffix (".json")
    kept: Kept | None  # None: the submission could not be read
    due: str = ""  # the student's own due date, ISO 8601
    isolation: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    gone: bool = False  # it is not among the submissions any more

    @property
    def key(self) -> Key:
        """What the line is about."""
        return key_of(self.row.exercise, self.row.handed_in)


class Journal:
    """An open journal; a context manager. `append` returns when the lines are on the disk."""

    def __init__(self, file: Path) -> None:
        """Open the journal, new or to go on with; a torn last line is cut off. Raises: OSError."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = open_plain(file, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        whole = _whole_bytes(file)
        if whole < os.fstat(self._descriptor).st_size:
            os.ftruncate(self._descriptor, whole)

    def append(self, lines: Iterable[Line]) -> None:
        """Add lines. Raises: OSError; then none of them counts, or all before a torn one."""
        content = b"".join(map(to_line, lines))
        while content:
            content = content[os.write(self._descriptor, content) :]
        os.fsync(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)


class Sharing:
    """Rows of a class share what is equal in them: ten thousand fit where each alone would not."""

    def __init__(self) -> None:
        self._tests: dict[TestRow, TestRow] = {}
        self._all: dict[tuple[TestRow, ...], tuple[TestRow, ...]] = {}

    def row(self, row: Row) -> Row:
        """Return an equal row that shares its tests with others."""
        tests = tuple(self._tests.setdefault(test, test) for test in row.tests)
        return replace(row, tests=self._all.setdefault(tests, tests))

    def line(self, line: Line) -> Line:
        """Return an equal line that shares its tests with others."""
        return replace(line, row=self.row(line.row))


def read_journal(file: Path) -> dict[Key, Line]:
    """Return the last line about each attempt; none where there is no journal.

    Raises: UsageError for a line in the middle that is none: that is no crash of ours, and nothing is guessed.
    """
    sharing = Sharing()
    found: dict[Key, Line] = {}
    for number, content in enumerate(_lines(file), 1):
        try:
            line = from_json(content, Line)
        except Unreadable as error:
            raise _damaged(file, number, str(error)) from None
        found.pop(line.key, None)
        if not line.gone:
            found[line.key] = sharing.line(line)
    return found


def file_digest(content: bytes) -> str:
    """Return what a line keeps of a file."""
    return hashlib.sha256(content).hexdigest()


def is_settled(line: Line) -> bool:
    """Return whether an exam was held that has a score: what could not be read says nothing of the exercise's tests."""
    unread = line.row.status is Status.REJECTED and line.kept is None
    return line.row.status is not Status.UNSCORED and not unread


def is_intact(line: Line, places: Places) -> bool:
    """Return whether the report of a line, in all its formats, and its sources are as they were written."""
    key = line.key
    try:
        for suffix, written in line.reports.items():
            file = places.report(key.student, key.exercise, key.attempt, suffix=suffix)
            if file_digest(read_plain(file)) != written:
                return False
        if line.kept is None:
            return True
        folder = places.source(key.student, key.exercise, key.attempt)
        return digest({name: read_plain(folder / name) for name in line.kept.files}) == line.kept.sha256
    except OSError:
        return False


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with os.fdopen(open_plain(file, os.O_RDONLY), "rb") as stream:
            for content in stream:
                if content.endswith(b"\n"):  # else it is torn, and the last
                    yield content
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unreadable(file, error) from None


def _whole_bytes(file: Path) -> int:
    return sum(map(len, _lines(file)))


def _unreadable(file: Path, error: OSError) -> UsageError:
    shown, reason = show_path(file), error.strerror or str(error)
    return UsageError(
        Text(en=f"{shown}: cannot be read as a journal: {reason}.", zh=f"{shown}：无法读取日志：{reason}。"),
        remedy=Text(
            en="A journal is a file of its own, no link. Or name another --output DIR.",
            zh="日志应为独立的文件，不能是链接；或用 --output 指定另一个文件夹。",
        ),
    )


def _damaged(file: Path, number: int, reason: str) -> UsageError:
    shown = show_path(file)
    return UsageError(
        Text(
            en=f"{shown}:{number}: cannot be read as a line of the journal: {reason}.",
            zh=f"{shown}:{number}：无法读取这一行日志：{reason}。",
        ),
        remedy=Text(
            en="Delete that line: its exam is held again. Or name another --output DIR.",
            zh="请删除该行，对应的考试会重新进行；或用 --output 指定另一个文件夹。",
        ),
    )
