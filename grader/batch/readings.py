"""The ways to read the name of a clone, `exercise03-softmax-bob`, and which of them a whole folder says.

Theory of operation. A clone is named after the assignment, which a teacher called, and then a login, which a student
chose; where the one ends and the other begins, the name does not say. `softmax-bob` could so hand in as `bob`, who
does `exercise03-softmax`. But a login changes only its own clone, while the assignment's part is in all of them. So the
names of a folder are read together. Of the readings that begin alike the shortest is meant where a clone has no other;
else the roster decides, where it knows somebody by one reading only; else the longer one, where so many clones share it
that they are a class. What stays open is nobody's until whoever grades has said whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from grader.batch.folders import examples
from grader.batch.handed import Doubt
from grader.batch.names import exercise_called
from grader.batch.table import quoted
from grader.exercise.entries import normal
from grader.exercise.paths import show_name
from grader.records import Exercise, Text
from grader.submission.homes import aliases_of

CLASS = 3  # as many students, and more, make a class
_BOUND = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read a name. `lead`: what stands in front of the student, as it is written there."""

    exercise: Exercise
    student: str
    lead: str


Readings = tuple[Reading, ...]  # of one name, the shortest lead first
Knows = Callable[[str], bool]


class Reader:
    """Reads names by the exercises of a course."""

    def __init__(self, exercises: Iterable[Exercise]) -> None:
        self._exercises = tuple(exercises)
        spelled = sorted({alias for one in self._exercises for alias in aliases_of(one)}, key=len, reverse=True)
        either = "|".join(re.escape(alias).replace("_", "[-_]") for alias in spelled)
        self._lead = re.compile(rf"(?:.+?{_BOUND})??(?P<exercise>{either})", re.IGNORECASE | re.DOTALL)

    def read(self, name: str) -> Readings:
        """Return every way to read a name; none of one that names no exercise, or nobody."""
        found = []
        for bound in re.finditer(_BOUND, name):
            lead, student = name[: bound.start()], name[bound.end() :]
            match = self._lead.fullmatch(lead)
            exercise = None if match is None else exercise_called(match["exercise"], self._exercises)
            if exercise is not None and student:
                found.append(Reading(exercise=exercise, student=student, lead=lead))
        return tuple(found)


def agreed(names: Sequence[Readings], knows: Knows) -> list[Readings]:
    """Return of each name, in their order, the one reading that its folder agrees on; several where none is."""
    found: list[Readings] = [()] * len(names)
    for places in _alike(names, range(len(names))):
        _agree(names, places, knows, found, depth=0)
    return found


def _agree(
    names: Sequence[Readings], places: Sequence[int], knows: Knows, found: list[Readings], *, depth: int
) -> None:
    """Settle the names at `places`: they share the reading at `depth`, and have no shorter one that is meant."""
    longer = [place for place in places if len(names[place]) > depth + 1]
    only = [place for place in places if len(names[place]) == depth + 1]
    short_known = any(knows(names[place][depth].student) for place in places)
    long_known = any(knows(one.student) for place in longer for one in names[place][depth + 1 :])
    is_short = bool(only) and (not long_known or any(knows(names[place][depth].student) for place in only))
    if is_short or (short_known and not long_known):
        only, longer = [*places], []
    for place in only:
        found[place] = names[place][depth : depth + 1]
    if (long_known and not short_known) or (not only and len(longer) >= CLASS):
        for alike in _alike(names, longer, depth=depth + 1):
            _agree(names, alike, knows, found, depth=depth + 1)
        return
    for place in longer:
        found[place] = names[place][depth:]


def _alike(names: Sequence[Readings], places: Iterable[int], *, depth: int = 0) -> list[list[int]]:
    """Return the places of names that begin alike."""
    groups: dict[str, list[int]] = {}
    for place in places:
        if len(names[place]) > depth:
            groups.setdefault(normal(names[place][depth].lead), []).append(place)
    return list(groups.values())


def open_reading(entry: str, readings: Readings) -> Doubt:
    """Return what whoever grades is asked about a name that can be read in these ways."""
    shown = show_name(entry)
    ways = [(f"{one.lead}-{{student}}", quoted(one.student), one.exercise.name) for one in readings]
    en = ", or ".join(f"{student} for {exercise} (as {pattern})" for pattern, student, exercise in ways)
    zh = "，还是 ".join(f"{student} 的 {exercise}（按 {pattern}）" for pattern, student, exercise in ways)
    patterns = [f"--names {quoted(pattern)} --commit HEAD" for pattern, _, _ in ways]
    return Doubt(
        problem=Text(en=f"{shown}: whose is it? It is of {en}.", zh=f"{shown}：是谁的？是 {zh}？"),
        remedy=Text(
            en="Whoever grades: write it into the column entry of the roster, beside its student, then go on with "
            f"--resume; or begin anew with {' or '.join(patterns)}.",
            zh="请评分的老师把它写进名单的 entry 列中该学生一行，然后用 --resume 继续；"
            f"或用 {' 或 '.join(patterns)} 重新开始。",
        ),
    )


def notes_of_agreed(entries: Sequence[str], before: Sequence[Readings], after: Sequence[Readings]) -> tuple[Text, ...]:
    """Return the notes on names that could be read otherwise, and whose they are by the reading that was taken."""
    read: dict[str, list[str]] = {}
    for entry, many, few in zip(entries, before, after, strict=True):
        if len(few) == 1 < len(many):
            read.setdefault(normal(few[0].lead), []).append(f"{entry} ({few[0].student})")
    return tuple(
        Text(
            en=f"{len(shown)} could be read in several ways, and are read as their whole folder is: {examples(shown)}",
            zh=f"有 {len(shown)} 项可以有几种读法，按整个文件夹一致的读法：{examples(shown)}",
        )
        for shown in read.values()
    )
