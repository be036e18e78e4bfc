"""Which attempts count, written beside the journal: what reads a graded class back need not know the course's rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from grader.batch.classbook import Titled
from grader.batch.journal import Key, Line
from grader.batch.places import Places
from grader.batch.rows import Row, Tried
from grader.batch.stored import from_json, to_line
from grader.exercise.plain_file import read_plain
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
    pending: tuple[int, ...] = ()  # attempts without a score, which may still change it
    counted: Text | None = None  # why it is this attempt, where there are several
    tried: tuple[Tried, ...] = ()  # all of them, in the order of time
    undated: bool = False  # lateness could matter, but nobody knows when it was handed in


def result_of(row: Row) -> Result:
    """Return the result of a row that counts."""
    return Result(
        exercise=row.exercise,
        student=row.handed_in.student,
        attempt=row.handed_in.attempt,
        points=row.points,
        pending=row.pending,
        counted=row.counted,
        tried=row.tried,
        undated=row.undated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """The results of a class, and the exercises in the order that they were asked for."""

    exercises: tuple[Heading, ...]
    results: tuple[Result, ...]


def write_counting(places: Places, rows: Iterable[Row], exercises: Sequence[Titled]) -> None:
    """Write which rows count. Raises: OSError."""
    found = Counting(
        exercises=tuple(Heading(id=one.id, name=one.name, title=one.title) for one in exercises),
        results=tuple(map(result_of, rows)),
    )
    places.counting.parent.mkdir(parents=True, exist_ok=True)
    write_whole(places.counting, to_line(found))


def forget_counting(places: Places) -> None:
    """Let what lies there count as not done. Raises: OSError."""
    places.counting.unlink(missing_ok=True)


def read_counting(places: Places) -> Counting | None:
    """Return which rows count; None before a batch is done. Raises: OSError, Unreadable."""
    try:
        content = read_plain(places.counting)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return from_json(content, Counting)


def rows_that_count(counting: Counting, lines: dict[Key, Line]) -> list[Row]:
    """Return the rows of the journal that count, with the points that they count for.

    Raises: KeyError for a result that the journal does not have.
    """
    return [
        replace(
            lines[Key(one.exercise, one.student, one.attempt)].row,
            points=one.points,
            pending=one.pending,
            counted=one.counted,
            tried=one.tried,
            undated=one.undated,
        )
        for one in counting.results
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One student's result that is another one in another grading."""

    before: Result
    after: Result


def moved_results(before: Counting, after: Counting) -> tuple[Moved, ...]:
    """Return the results that both have, and that come to other points or count another attempt."""
    old = {(one.exercise, one.student): one for one in before.results}
    return tuple(
        Moved(before=was, after=now)
        for now in after.results
        if (was := old.get((now.exercise, now.student))) is not None
        and (was.points, was.attempt) != (now.points, now.attempt)
    )


def best_rows(rows: Iterable[Row]) -> list[Row]:
    """Return of each student and exercise the row with the most points, the earliest of equals: no rules are known."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.handed_in.attempt):
        found.setdefault((row.exercise, row.handed_in.student), []).append(row)
    return [replace(max(attempts, key=_points), tried=_tried(attempts)) for attempts in found.values()]


def _tried(attempts: Sequence[Row]) -> tuple[Tried, ...]:
    """Return the attempts of one student, where there are several."""
    if len(attempts) == 1:
        return ()
    return tuple(Tried(attempt=row.handed_in.attempt, earned=row.earned, points=row.points) for row in attempts)


def _points(row: Row) -> float:
    return -1.0 if row.points is None else row.points
