"""Where, in what one student handed in, an exercise lies; and whether a folder is one student's, or a class's.

What one student handed in is a file, an archive, or a folder. In a folder an exercise's files lie at the top, or below
a folder called like the exercise (`exercise03_softmax`, `exercise03`, `softmax`; also in `exercises/`), as in a
workspace or a clone of one; or there is one archive or file that must be it.

A folder is one student's where it holds an exercise's own file at one of these places. It is a class's where it holds
things that could each be a submission under a name of their own. Where it is both, nobody can know which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path

from grader.batch.folders import Contents, Item, inner_contents
from grader.batch.names import SUFFIX, aliases_of, stem_of
from grader.exercise.course_file import EXERCISES
from grader.exercise.entries import normal
from grader.exercise.paths import is_folder
from grader.records import Exercise
from grader.submission.looking import archive_holds, notebook_says
from grader.submission.names import wanted_names

_CODE = re.compile(r"\.(py|ipynb)$", re.IGNORECASE)
_NOTEBOOK = re.compile(r"\.ipynb$", re.IGNORECASE)
_BESIDE = re.compile(r"(test_.*|.*_test|conftest|setup|__init__|__main__)\.py$")  # beside anybody's work
_OF_ONE = (".git", ".dlgrade")  # a repository or a workspace begins here
_BARE = ("HEAD", "objects", "refs")  # what a bare repository holds


class Shape(Enum):
    """What a folder of SUBMISSIONS is."""

    ONE = "one"  # one student's submission
    MANY = "many"  # an entry a student
    BY_EXERCISE = "by exercise"  # a folder an exercise, each with an entry a student
    UNCLEAR = "unclear"
    NOTHING = "nothing"


def locate(path: Path, exercise: Exercise, *, alone: bool, contents: Contents | None = None) -> Path | None:
    """Return what `collect` is to read for `exercise`, of what one student handed in; None: nothing is for it.

    `alone`: no other exercise is asked for, so a file of any name is for this one. `contents` are those of a folder.
    """
    if contents is None and (path.is_symlink() or not is_folder(path)):
        return _located_file(path, exercise, alone=alone)
    there = contents or inner_contents(path)
    if _holds(there, exercise) or not there.is_readable:
        return path
    named = list(_named(there, exercise))
    if len(named) == 1:
        item = named[0]
        return (locate(item.path, exercise, alone=True) or item.path) if item.is_folder else item.path
    if named:
        return path  # two places: `collect` says what is missing at the top, and what there is
    below = [item for item in there.items if item.is_folder and _holds(inner_contents(item.path), exercise)]
    if below:
        return path  # `collect` looks one folder deeper, and refuses two
    packed = [item for item in there.items if item.is_file and _is_archive(item.name)]
    if not alone:
        packed = [item for item in there.items if item.is_file and _says(item.path, exercise)]
    if len(packed) == 1:
        return packed[0].path
    code = [item for item in there.items if item.is_file and _CODE.search(item.name) and not _BESIDE.match(item.name)]
    if alone and not packed and len(code) == 1:
        return code[0].path
    return path if alone and there.items else None


def of_one(path: Path, exercise: Exercise, *, alone: bool = True) -> Path:
    """Return what `collect` is to read of what one student handed in; the whole of it, where nothing says more."""
    return locate(path, exercise, alone=alone) or path


def has_nothing_of(path: Path, exercise: Exercise) -> bool:
    """Whether something is a folder in which `locate` finds nothing for the exercise, and neither will `collect`."""
    if path.is_symlink() or not is_folder(path):
        return False
    there = inner_contents(path)
    if not there.is_readable or _holds(there, exercise) or any(name in there.junk for name in _OF_ONE):
        return False
    return not any(item.is_folder and _holds(inner_contents(item.path), exercise) for item in there.items)


def shape_of(contents: Contents, exercises: Sequence[Exercise], others: Sequence[Exercise] = ()) -> Shape:
    """Return what a folder is, by the names in it and in the folders right below it.

    `others` are exercises that are not asked for: what is theirs is no student's name.
    """
    known = (*exercises, *others)
    inner = {_inner(item, exercise) for item, exercise in exercise_folders(contents, exercises)}
    if Shape.UNCLEAR in inner:
        return Shape.UNCLEAR
    if all(contents.named(name) for name in _BARE):
        return Shape.ONE
    beside = {_inner(item, exercise) for item, exercise in exercise_folders(contents, others)}
    one = any(_holds(contents, exercise) for exercise in known) or Shape.ONE in inner | beside
    one = one or any(name in contents.junk for name in _OF_ONE)
    many = any(_could_be_an_entry(item, known) for item in contents.items)
    by_exercise = Shape.MANY in inner
    if one + many + by_exercise > 1:
        return Shape.UNCLEAR
    if one:
        return Shape.ONE
    if by_exercise:
        return Shape.BY_EXERCISE
    # Folders with nothing in them that is known: students, whose submissions are empty or wrong.
    folders = any(item.is_folder and not is_exercises(item.name, known) for item in contents.items)
    return Shape.MANY if many or folders else Shape.NOTHING


def is_exercises(name: str, exercises: Sequence[Exercise]) -> bool:
    """Whether a folder is called like one of the exercises."""
    return any(normal(name) in aliases_of(exercise) for exercise in exercises)


def exercise_folders(contents: Contents, exercises: Sequence[Exercise]) -> Iterator[tuple[Item, Exercise]]:
    """Yield the folders that are called like an exercise."""
    for exercise in exercises:
        for item in _named(contents, exercise):
            if item.is_folder:
                yield item, exercise


def is_submission_name(name: str) -> bool:
    """Whether a file's name is that of something a student may hand in."""
    return SUFFIX.search(name) is not None and not _BESIDE.match(name)


def _located_file(path: Path, exercise: Exercise, *, alone: bool) -> Path | None:
    if alone or path.name in wanted_names(exercise) or normal(stem_of(path.name)) in aliases_of(exercise):
        return path
    return path if _says(path, exercise) else None


def _says(path: Path, exercise: Exercise) -> bool:
    """Whether an archive holds the exercise's files, or cells of a notebook say that they are the exercise's."""
    if _is_archive(path.name):
        return archive_holds(exercise, path)
    return _NOTEBOOK.search(path.name) is not None and notebook_says(exercise, path)


def _holds(contents: Contents, exercise: Exercise) -> bool:
    wanted = wanted_names(exercise)
    return any(item.name in wanted and not item.is_folder for item in contents.items)


def _named(contents: Contents, exercise: Exercise) -> Iterator[Item]:
    """Yield folders, archives and notebooks called like the exercise, here and in `exercises/`."""
    aliases = aliases_of(exercise)
    for item in contents.items:
        if normal(item.name if item.is_folder else stem_of(item.name)) in aliases and (
            item.is_folder or is_submission_name(item.name)
        ):
            yield item
    inner = contents.named(EXERCISES)
    if inner is not None and inner.is_folder:
        for item in inner_contents(inner.path).items:
            if item.is_folder and normal(item.name) in aliases:
                yield item


def _inner(item: Item, exercise: Exercise) -> Shape:
    contents = inner_contents(item.path)
    return Shape.ONE if item.path.parent.name == EXERCISES else shape_of(contents, (exercise,))


def _could_be_an_entry(item: Item, exercises: Sequence[Exercise]) -> bool:
    """Whether something is a submission whose name is its student's; what an exercise itself consists of is none."""
    own = {name for exercise in exercises for name in (*wanted_names(exercise), *exercise.public)}
    aliases = {alias for exercise in exercises for alias in aliases_of(exercise)}
    if item.is_folder:
        if item.name == EXERCISES or normal(item.name) in aliases:
            return False
        contents = inner_contents(item.path)
        return any(
            _holds(contents, exercise) or any(True for _ in _named(contents, exercise)) for exercise in exercises
        ) or any(is_submission_name(inner.name) for inner in contents.items if inner.is_file)
    return item.name not in own and is_submission_name(item.name) and normal(stem_of(item.name)) not in aliases


def _is_archive(name: str) -> bool:
    return SUFFIX.search(name) is not None and _CODE.search(name) is None and not name.lower().endswith(".py.txt")
