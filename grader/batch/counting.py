"""Which attempts count, written beside the journal: what reads a graded class back need not know the course's rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from grader.batch.classbook import Titled
from grader.batch.journal import Key, Line
from grader.batch.places import Places
from grader.batch.rows import Row
from grader.batch.stored import from_json, to_line
from grader.exercise.whole_file import write_whole
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What pages say of an exercise."""

    id: str
    name: str
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one student has of one exercise: the attempt that counts, and the points."""

    exercise: str
    student: str
    attempt: int
    points: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The results of a class, and the exercises in the order that they were asked for."""

    exercises: tuple[Heading, ...]
    results: tuple[Result, ...]


def write_counting(places: Places, rows: Iterable[Row], exercises: Sequence[Titled]) -> None:
    """Write which rows count. Raises: OSError."""
    found = Counting(
        exercises=tuple(Heading(id=one.id, name=one.name, title=one.title) for one in exercises),
        results=tuple(
            Result(
                exercise=row.exercise,
                student=row.handed_in.student,
                attempt=row.handed_in.attempt,
                points=row.points,
            )
            for row in rows
        ),
    )
    places.counting.parent.mkdir(parents=True, exist_ok=True)
    write_whole(places.counting, to_line(found))


def read_counting(places: Places) -> Counting | None:
    """Return which rows count; None before a batch is done. Raises: OSError, Unreadable."""
    try:
        content = places.counting.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return from_json(content, Counting)


def rows_that_count(counting: Counting, lines: dict[Key, Line]) -> list[Row]:
    """Return the rows of the journal that count, with the points that they count for.

    Raises: KeyError for a result that the journal does not have.
    """
    return [
        replace(lines[Key(one.exercise, one.student, one.attempt)].row, points=one.points) for one in counting.results
    ]


def best_rows(rows: Iterable[Row]) -> list[Row]:
    """Return of each student and exercise the row with the most points, the earliest of equals: no rules are known."""
    best: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: row.handed_in.attempt):
        key = row.exercise, row.handed_in.student
        if key not in best or _points(row) > _points(best[key]):
            best[key] = row
    return list(best.values())


def _points(row: Row) -> float:
    return -1.0 if row.points is None else row.points
