"""Folders further down in a submission that hold an exercise's files: how deep is looked, and which one is meant.

Theory of operation. A workspace is handed in with folders around it: `my-course/exercise03_softmax/`, or
`course-main/exercises/exercise03_softmax/` of a clone. So where an exercise's files lie neither at the top nor in a
folder there, folders below are looked through, however what was handed in is packed. The deeper, the more there may
be: a copy, work for another exercise with files of the same name, a partner's. So nothing is chosen there unless one
folder alone can be meant. A folder that is called like another exercise never is this one's.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from grader.exercise.course_file import EXERCISES
from grader.exercise.entries import normal
from grader.records import Exercise

MAX_FOLDERS = 4  # around a file: `alice/course-main/exercises/exercise03_softmax/softmax.py`
_NUMBERED = re.compile(r"(exercise\d{2,})(_.*)?", re.DOTALL)

Home = tuple[str, ...]  # the folders on the way to a file, from the top of what was handed in


def aliases_of(exercise: Exercise) -> frozenset[str]:
    """Return the names of an exercise as folders and files of submissions are compared with them (`normal`)."""
    return frozenset(map(normal, (exercise.id, exercise.slug, exercise.name)))


def in_archive(exercise: Exercise, homes: Collection[Home]) -> list[Home]:
    """Return those of several folders that may be meant, sorted. An archive is packed to be handed in: all may be.

    But of a workspace whose exercises have files of one name, the folder that is called like this exercise is.
    """
    if len(homes) == 1:
        return [home for home in homes if not is_anothers(exercise, home)]
    own = _own(exercise, homes)
    return [own] if own and all(home == own or is_anothers(exercise, home) for home in homes) else sorted(homes)


def in_folder(exercise: Exercise, homes: Collection[Home]) -> list[Home]:
    """Return the same of a folder. That is where one works, with copies and trials: in one workspace the folder called
    like the exercise is meant."""
    own = _own(exercise, homes)
    return [own] if own and len(homes) > 1 else in_archive(exercise, homes)


def _own(exercise: Exercise, homes: Collection[Home]) -> Home | None:
    """Return the only folder called like the exercise, if all are in one workspace: another may be somebody else's."""
    own = [home for home in homes if is_called_like(exercise, home)]
    if len(own) != 1:
        return None
    top = _workspace(own[0], aliases_of(exercise))
    return own[0] if all(home[: len(top)] == top for home in homes) else None


def is_called_like(exercise: Exercise, home: Home) -> bool:
    """Return whether a folder, or the nearest around it that is an exercise's by name, is called like this exercise."""
    return _is_own(exercise, home) is True


def is_anothers(exercise: Exercise, home: Home) -> bool:
    """Return whether a folder lies in one that has the name of another exercise, of whichever course."""
    return _is_own(exercise, home) is False


def _is_own(exercise: Exercise, home: Home) -> bool | None:
    """Return what the nearest folder with an exercise's name says; None: there is none, or only `exercise03-alice`."""
    aliases = aliases_of(exercise)
    for folder in map(normal, reversed(home)):
        if folder in aliases:
            return True
        numbered = _NUMBERED.fullmatch(folder)
        if numbered is not None and numbered[1] != normal(exercise.id):
            return False
    return None


def _workspace(home: Home, aliases: frozenset[str]) -> Home:
    """Return the folder that holds the one called like an exercise, and that of all exercises around it."""
    named = max(place for place, folder in enumerate(home) if normal(folder) in aliases)
    return home[: named - 1] if named and home[named - 1] == EXERCISES else home[:named]
