"""Which of `dlgrade grade`'s arguments are exercises, and which are submissions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.exercise.entries import normal, number_in
from grader.exercise.paths import show_name
from grader.records import Text

if TYPE_CHECKING:
    from grader.exercise import Course
    from grader.exercise.entries import Entry

ALL = "all"
_PATHS = (".", "/", "~")  # so begins what is a path, whatever exercises are called


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What the arguments name."""

    exercises: tuple[Entry, ...]
    submissions: tuple[Path, ...]


def split(arguments: Sequence[str], course: Course) -> Arguments:
    """Return the exercises, which come first, and the paths behind them.

    An argument that an exercise is called by is that exercise, also where there is such a file: `./softmax` is that. A
    mere beginning of its name is the file.
    Raises: UsageError for one that is neither.
    """
    exercises: list[Entry] = []
    for place, argument in enumerate(arguments):
        found = _exercises(argument, course)
        if not found:
            paths = arguments[place:]
            break
        exercises += found
    else:
        paths = ()
    for path in paths:
        _check(path, course, first=not exercises)
    return Arguments(exercises=tuple(dict.fromkeys(exercises)), submissions=tuple(map(Path, paths)))


def _exercises(argument: str, course: Course) -> tuple[Entry, ...]:
    """Return the exercises that an argument names; none for a path."""
    if argument.startswith(_PATHS) or not argument:
        return ()
    if argument == ALL and course.entries:
        return course.entries
    try:
        found = course.find_entry(argument)
    except UsageError:
        if os.path.lexists(argument) or os.sep in argument:
            return ()
        raise  # neither: most likely an exercise, misspelt
    return () if os.path.lexists(argument) and not _is_in_full(argument, found) else (found,)


def _is_in_full(argument: str, entry: Entry) -> bool:
    """Return whether an argument is all of a name of the exercise's: a folder `in` is no beginning of `incline`."""
    wanted = normal(argument)
    return wanted in map(normal, entry.aliases) or (number_in(wanted) is not None and number_in(wanted) == entry.number)


def _check(argument: str, course: Course, *, first: bool) -> None:
    """Refuse what is no path, and a path where an exercise must come first. Raises: UsageError."""
    shown = show_name(argument)
    if not os.path.lexists(argument):
        if _is_exercise(argument, course):
            raise UsageError(
                Text(
                    en=f"{shown}: an exercise behind the submissions.",
                    zh=f"{shown}：练习名写在了提交之后。",
                ),
                remedy=Text(en="Name all exercises first.", zh="请先写全部练习，再写提交。"),
            )
        raise UsageError(
            Text(en=f"{shown}: no such file or folder.", zh=f"{shown}：没有这个文件或文件夹。"),
            remedy=Text(en="Name what was handed in.", zh="请给出提交所在的位置。"),
        )
    if first:
        names = ", ".join(entry.label for entry in course.entries)
        raise UsageError(
            Text(
                en=f"{shown} is a path; which EXERCISE it is for must stand before it.",
                zh=f"{shown} 是路径；其前面必须写明对应的 EXERCISE。",
            ),
            remedy=Text(
                en=f"For example: dlgrade grade {_example(course)} {shown}. There are: {names}; or `all`.",
                zh=f"例如：dlgrade grade {_example(course)} {shown}。现有练习：{names}；或用 `all`。",
            ),
        )


def _is_exercise(argument: str, course: Course) -> bool:
    try:
        course.find_entry(argument)
    except UsageError:
        return False
    return True


def _example(course: Course) -> str:
    return course.entries[0].id if course.entries else "EXERCISE"
