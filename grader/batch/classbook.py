"""`Classbook`: who is in the class and what became of each exercise, the one thing that all pages of a class show."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from grader.batch.rows import Row
from grader.records import Outcome, Text
from grader.report.model import Status

_ROUNDING = 1e-9


class Standing(StrEnum):
    """What became of an exercise, by the points that count."""

    FULL = "full"
    CUT = "full-cut"  # every point was earned, and the course's rules leave less
    PARTIAL = "partial"
    NOT_STARTED = "not-started"
    FORBIDDEN = "forbidden"  # it was not run: it uses what the exercise forbids
    NOT_LOADED = "not-loaded"  # not even its import works
    REJECTED = "rejected"
    UNSCORED = "unscored"


class Listed(Protocol):
    """Somebody on the roster. A roster without a name or a section has "" there."""

    # `nothing_in`: what was handed in under their name, with nothing in it for any exercise; "": nothing was

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def nothing_in(self) -> str: ...


class Titled(Protocol):
    """What pages say of an exercise; the exercise itself, and what a report tells of it, both know it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> Text: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One exercise of the class. `possible` is None where no report says how many points there are."""

    id: str
    name: str
    title: Text
    possible: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """One student, with the row that counts of each exercise; an exercise without one was not handed in."""

    id: str
    name: str
    section: str
    rows: Mapping[str, Row]  # by the exercise's name
    nothing_in: str = ""  # what lies there under their name, with nothing in it for any exercise

    @property
    def unscored(self) -> tuple[str, ...]:
        """The names of the exercises without a score, through no fault of the student."""
        return tuple(name for name, row in self.rows.items() if row.points is None)

    @property
    def total(self) -> float | None:
        """The sum of the points that count; None where one of them is not known. What is missing adds nothing."""
        if self.unscored:
            return None
        return round(math.fsum(row.points or 0.0 for row in self.rows.values()), 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classbook:
    """The class: exercises in the order that they were asked for in, students in the order of their ids."""

    exercises: tuple[Asked, ...]
    students: tuple[Student, ...]

    @property
    def possible(self) -> float | None:
        """The points of all exercises whose points are known; None where no exercise's are."""
        known = [exercise.possible for exercise in self.exercises if exercise.possible is not None]
        return round(math.fsum(known), 9) if known else None

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of the exercises that `possible` leaves out: nobody was graded in them."""
        return tuple(exercise.name for exercise in self.exercises if exercise.possible is None)

    def rows_of(self, exercise: str) -> list[Row]:
        """Return the rows of one exercise, in the order of the students."""
        return [student.rows[exercise] for student in self.students if exercise in student.rows]


def book_of(rows: Iterable[Row], *, exercises: Sequence[Titled], roster: Sequence[Listed] = ()) -> Classbook:
    """Return the class: whoever handed something in, and whoever is on the roster.

    `rows`: of each student and exercise the attempt that counts.
    Raises: ValueError for two rows of one student and exercise, and for a row of none of the exercises.
    """
    listed = {student.id: student for student in roster}
    names = {exercise.name for exercise in exercises}
    by_student: dict[str, dict[str, Row]] = {student: {} for student in listed}
    for row in rows:
        student = row.handed_in.student
        if row.exercise not in names:
            raise ValueError(f"a row of {row.exercise}, which was not asked for")
        if row.exercise in by_student.setdefault(student, {}):
            raise ValueError(f"two rows count of {student} for {row.exercise}")
        by_student[student][row.exercise] = row
    order = [exercise.name for exercise in exercises]
    return Classbook(
        exercises=tuple(_asked(exercise, by_student.values()) for exercise in exercises),
        students=tuple(
            _student(student, listed.get(student), {name: found[name] for name in order if name in found})
            for student, found in sorted(by_student.items(), key=lambda item: in_order(item[0]))
        ),
    )


def in_order(student: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Return what ids are sorted by: "s2" comes before "s10", and capitals make no difference."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+|[0-9]+", student.casefold())
    # `isdecimal` takes digits of every script, and "²" is none: only ASCII ones were split off above.
    return tuple((0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts), student


def share_of(row: Row, exercise: Asked) -> float | None:
    """Return the points that count as a share of those that there are; None for no score, and for unknown points."""
    possible = exercise.possible if row.possible is None else row.possible
    if row.points is None:
        return None
    if not possible:
        return 0.0 if row.status is Status.REJECTED else None
    return min(max(row.points / possible, 0.0), 1.0)


def standing_of(row: Row) -> Standing:
    """Return what became of an exercise; an attempt that may count and has no score leaves it unscored."""
    if row.points is None:
        return Standing.UNSCORED
    if row.status is Status.FULL:
        return _standing_of_full(row, row.points)
    if row.status is not Status.PARTIAL or row.problem is None:
        return Standing(row.status.value)
    return Standing.FORBIDDEN if breaks_a_rule(row) else Standing.NOT_LOADED


def breaks_a_rule(row: Row) -> bool:
    """Return whether the code uses what the exercise forbids: seen before it ran, or in one test alone."""
    return any(test.outcome is Outcome.FORBIDDEN for test in row.tests)


def _standing_of_full(row: Row, points: float) -> Standing:
    earned = points if row.earned is None else row.earned
    if points > earned - _ROUNDING:
        return Standing.FULL
    # Of a mean: not this attempt's points were cut, others have fewer.
    own = next((one.points for one in row.tried if one.attempt == row.handed_in.attempt), points)
    return Standing.CUT if own is not None and own <= earned - _ROUNDING else Standing.PARTIAL


def _asked(exercise: Titled, students: Iterable[Mapping[str, Row]]) -> Asked:
    # A rejected submission does not know how many points there are; of two versions of an exercise the larger counts.
    found = [row.possible for rows in students if (row := rows.get(exercise.name)) and row.possible is not None]
    return Asked(id=exercise.id, name=exercise.name, title=exercise.title, possible=max(found, default=None))


def _student(student: str, listed: Listed | None, rows: Mapping[str, Row]) -> Student:
    told = next((row.handed_in.name for row in rows.values() if row.handed_in.name), "")
    return Student(
        id=student,
        name=(listed.name if listed is not None else "") or told,
        section="" if listed is None else listed.section,
        rows=rows,
        nothing_in="" if listed is None else listed.nothing_in,
    )
