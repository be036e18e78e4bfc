"""Where, in what one student handed in, an exercise lies.

What one student handed in is a file, an archive, or a folder. In a folder an exercise's files lie at the top, or below
a folder called like the exercise (`exercise03_softmax`, `exercise03`, `softmax`; also in `exercises/`), as in a
workspace or a clone of one; or further down, where a workspace was put into a folder; or there is one archive or file
that must be it, or an archive that has it in the only folder there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from grader.batch.folders import Contents, Item, inner_contents
from grader.batch.names import SUFFIX, stem_of
from grader.exercise.course_file import EXERCISES
from grader.exercise.entries import normal
from grader.exercise.paths import is_folder
from grader.records import Exercise
from grader.submission.folder import deeper_homes, is_beside, is_code
from grader.submission.homes import MAX_FOLDERS, aliases_of
from grader.submission.looking import archive_holds, notebook_says
from grader.submission.names import wanted_names

_CODE = re.compile(r"\.(py|ipynb)$", re.IGNORECASE)
_NOTEBOOK = re.compile(r"\.ipynb$", re.IGNORECASE)
_OF_ONE = (".git", ".dlgrade")  # a repository or a workspace begins here


def locate(path: Path, exercise: Exercise, *, alone: bool, contents: Contents | None = None) -> Path | None:
    """Return what `collect` is to read for `exercise`, of what one student handed in; None: nothing is for it.

    `alone`: no other exercise is asked for, so a file of any name is for this one. `contents` are those of a folder.
    """
    if contents is None and (path.is_symlink() or not is_folder(path)):
        return _located_file(path, exercise, alone=alone)
    there = contents or inner_contents(path)
    if holds(there, exercise) or not there.is_readable:
        return path
    named = list(named_like(there, exercise))
    if len(named) == 1:
        item = named[0]
        return (locate(item.path, exercise, alone=True) or item.path) if item.is_folder else item.path
    if named:
        return path  # two places: `collect` says what is missing at the top, and what there is
    below = [item for item in there.items if item.is_folder and holds(inner_contents(item.path), exercise)]
    if below or deeper_homes(exercise, path):
        return path  # `collect` looks further down, and refuses two
    files = [item for item in there.items if item.is_file]
    packed = [item for item in files if (_is_archive(item.name) if alone else _says(item.path, exercise))]
    if len(packed) == 1:
        return packed[0].path
    code = [item for item in files if is_code(item.name)]
    if alone and not packed and len(code) == 1:
        return code[0].path
    return _packed_below(there, exercise) or (path if alone and there.items else None)


def _packed_below(there: Contents, exercise: Exercise) -> Path | None:
    """Return the archive with the exercise's files that lies in a folder beside which there is nothing; else None."""
    for _ in range(MAX_FOLDERS):
        if len(there.items) != 1 or not there.items[0].is_folder:
            return None
        there = inner_contents(there.items[0].path)
        files = [item for item in there.items if item.is_file]
        packed = [item.path for item in files if _is_archive(item.name) and archive_holds(exercise, item.path)]
        if packed:
            return packed[0] if len(packed) == 1 and not any(is_code(item.name) for item in files) else None
    return None


def of_one(path: Path, exercise: Exercise, *, alone: bool = True) -> Path:
    """Return what `collect` is to read of what one student handed in; the whole of it, where nothing says more."""
    return locate(path, exercise, alone=alone) or path


def has_nothing_of(path: Path, exercise: Exercise) -> bool:
    """Whether something is a folder in which `locate` finds nothing for the exercise, and neither will `collect`."""
    if path.is_symlink() or not is_folder(path):
        return False
    there = inner_contents(path)
    if not there.is_readable or holds(there, exercise) or any(name in there.junk for name in _OF_ONE):
        return False
    if any(item.is_folder and holds(inner_contents(item.path), exercise) for item in there.items):
        return False
    return len(deeper_homes(exercise, path)) != 1  # several: as in folders of folders that are no students'


def is_submission_name(name: str) -> bool:
    """Whether a file's name is that of something a student may hand in."""
    return SUFFIX.search(name) is not None and not is_beside(name)


def _located_file(path: Path, exercise: Exercise, *, alone: bool) -> Path | None:
    if alone or path.name in wanted_names(exercise) or normal(stem_of(path.name)) in aliases_of(exercise):
        return path
    return path if _says(path, exercise) else None


def _says(path: Path, exercise: Exercise) -> bool:
    """Whether an archive holds the exercise's files, or cells of a notebook say that they are the exercise's."""
    if _is_archive(path.name):
        return archive_holds(exercise, path)
    return _NOTEBOOK.search(path.name) is not None and notebook_says(exercise, path)


def holds(contents: Contents, exercise: Exercise) -> bool:
    """Whether a file that the exercise asks for lies in a folder itself."""
    wanted = wanted_names(exercise)
    return any(item.name in wanted and not item.is_folder for item in contents.items)


def named_like(contents: Contents, exercise: Exercise) -> Iterator[Item]:
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


def _is_archive(name: str) -> bool:
    return SUFFIX.search(name) is not None and _CODE.search(name) is None and not name.lower().endswith(".py.txt")
