"""What a class handed in, as `find_entries` gives it: an entry a student, exercise and attempt, and who is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path

from grader.batch.roster import Roster
from grader.errors import SubmissionError
from grader.records import Exercise, HandedIn, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOptions:
    """How the folders of submissions are to be read; without any, by what lies in them."""

    names: str = ""  # --names: a pattern over the paths below SUBMISSIONS, or a layout's name
    roster: Path | None = None  # --roster: a CSV with the students
    times: str = ""  # --times: a CSV, "git" or "mtime"; "": what the layout itself says
    commit: str = ""  # --commit: what counts of every entry that is a git repository; DUE: the last before it was due
    dues: Mapping[str, datetime] = field(default_factory=dict)  # of exercises, by name
    student: str = ""  # --student: the one path is this student's submission
    zone: tzinfo | None = None  # the course's, for times without an offset
    others: tuple[Exercise, ...] = ()  # the course's other exercises, which a name may mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What whoever grades has to decide about one entry: it has no score until then, and every other entry has."""

    problem: Text
    remedy: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One attempt of one student at one exercise: what `intake.take_in` reads."""

    handed_in: HandedIn
    exercise: Exercise
    path: Path
    shown: str = ""  # how messages name `path`: as it was handed in, not where it lies on this machine
    doubt: Doubt | None = None
    refused: SubmissionError | None = None  # told while it was listed
    is_head: bool = False  # nobody named the commit: it is what the student's repository has as its HEAD
    is_expected: bool = True  # False: there is a roster, and nobody on it is called so
    due: datetime | None = None  # the student's own, where the roster grants one


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A student, known by the roster or by another exercise, who handed in nothing for this one."""

    student: str
    name: str
    exercise: Exercise
    nothing_in: str = ""  # what lies there under their name, with nothing in it for any exercise


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """All that was found, in an order that no file system decides: by student, exercise, attempt."""

    entries: tuple[Entry, ...]
    missing: tuple[Missing, ...]
    notes: tuple[Text, ...]  # how each path was read, what was skipped and why, who is not on the roster
    roster: Roster | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that lies in a folder of submissions, and what its name and the layout say of it."""

    path: Path
    entry: str  # seen from SUBMISSIONS, with "/"
    student: str
    name: str = ""
    exercise: Exercise | None = None  # None: its content decides
    attempt: int | None = None
    at: str = ""
    undated: Doubt | None = None  # why the time that the student wrote down is none
    order: int | None = None  # among a student's attempts, where the layout numbers files but not attempts
    ids: tuple[str, ...] = ()  # others that the roster may know the student by
    group: str = ""  # files of one group are one submission: the layout took a submission apart
    owner: str = ""  # the student of the roster whose the roster itself says it is
    is_bare: bool = False  # `student` is its own name, which no layout and no pattern explains
    is_login: bool = False  # the student chose it as an account's: no name of a person
    doubt: Doubt | None = None  # whose it is, or what for, its name says in several ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one path of SUBMISSIONS holds."""

    found: tuple[Found, ...]
    notes: tuple[Text, ...] = field(default=())
    empty: tuple[Found, ...] = field(default=())  # folders with nothing in them: their students are missing


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFolder:
    """A folder of SUBMISSIONS, and what is looked for in it."""

    path: Path
    exercises: tuple[Exercise, ...]
    options: EntryOptions
    roster: Roster | None = None
