"""Where, in what one student handed in, an exercise lies.

What one student handed in is a file, an archive, or a folder. In a folder an exercise's files lie at the top, or below
a folder called like the exercise (`exercise03_softmax`, `exercise03`, `softmax`; also in `exercises/`), as in a
workspace or a clone of one; or further down, where a workspace was put into a folder; or there is one archive or file
that must be it, or an archive that has it in the only folder there.
"""

from __future__ import annotations

import filecmp
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.folders import Contents, Item, inner_contents, text_of
from grader.batch.names import SUFFIX, stem_of
from grader.errors import SubmissionError
from grader.exercise.course_file import EXERCISES
from grader.exercise.entries import normal
from grader.exercise.paths import is_folder, show_path
from grader.records import Exercise
from grader.submission.another import names_asked
from grader.submission.folder import deeper_homes, is_beside, is_code
from grader.submission.homes import MAX_FOLDERS, aliases_of, is_anothers
from grader.submission.limits import MAX_FILE_BYTES
from grader.submission.names import wanted_names
from grader.submission.refusals import ambiguous
from grader.submission.seen import Holds, Seen, TooMuchToTell, seen_of

_CODE = re.compile(r"\.(py|ipynb)$", re.IGNORECASE)
_NOTEBOOK = re.compile(r"\.ipynb$", re.IGNORECASE)
_OF_ONE = (".git", ".dlgrade")  # a repository or a workspace begins here


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where an exercise lies. `several`: each of these may be it, and nothing says which; `refused`: why none is."""

    path: Path
    several: tuple[Path, ...] = ()
    refused: SubmissionError | None = None


def locate(path: Path, exercise: Exercise, *, alone: bool, contents: Contents | None = None) -> Path | None:
    """Return what `collect` is to read for `exercise`, of what one student handed in; None: nothing is for it.

    `alone`: no other exercise is asked for, so a file of any name is for this one. `contents` are those of a folder.
    """
    found = located(path, exercise, alone=alone, contents=contents)
    return None if found is None else found.path


def located(path: Path, exercise: Exercise, *, alone: bool, contents: Contents | None = None) -> Located | None:
    """Return where an exercise lies as `locate` does, with what else may be meant, or why nothing was looked at."""
    try:
        return _located(path, exercise, seen_of(path), alone=alone, contents=contents)
    except TooMuchToTell as error:
        return Located(path=path, refused=error)


def _located(
    path: Path, exercise: Exercise, seen: Seen, *, alone: bool, contents: Contents | None = None
) -> Located | None:
    if contents is None and (path.is_symlink() or not is_folder(path)):
        return _located_file(path, exercise, seen, alone=alone)
    there = contents or inner_contents(path)
    called = list(named_like(there, exercise))
    named = [item for item in called if len(there.items) == 1 or not _is_packed_without(item, exercise, seen)]
    if holds(there, exercise) or not there.is_readable:
        own = [item.path for item in named if item.is_folder and _holds_other(item.path, path, exercise)]
        top = [item.path for item in there.items if item.name in wanted_names(exercise)]
        return Located(path=path, several=(top[0], *own) if own else ())
    if len(named) == 1:
        item = named[0]
        inner = _located(item.path, exercise, seen, alone=True) if item.is_folder else None
        return inner or Located(path=item.path)
    if named:
        return Located(path=path)  # two places: `collect` says what is missing at the top, and what there is
    below = [item for item in there.items if item.is_folder and _is_home(item, exercise)]
    if below or deeper_homes(exercise, path):
        return Located(path=path)  # `collect` looks further down, and refuses two
    loose = _loose([item for item in there.items if item.is_file], exercise, seen, alone=alone)
    if len(loose) == 1:
        return Located(path=loose[0])
    if loose:
        return Located(path=path, several=tuple(loose))
    if called and not any(item.is_file and is_code(item.name) for item in there.items):
        return Located(path=called[0].path if len(called) == 1 else path)  # what is wrong with it is said
    packed = _packed_below(there, exercise, seen)
    return Located(path=packed) if packed else Located(path=path) if alone and there.items else None


def _is_packed_without(item: Item, exercise: Exercise, seen: Seen) -> bool:
    """Whether an archive, however it is called, holds nothing of the exercise."""
    return item.is_file and _is_archive(item.name) and seen.archive(exercise, item.path) is Holds.NOTHING


def _loose(files: Sequence[Item], exercise: Exercise, seen: Seen, *, alone: bool) -> list[Path]:
    """Return the files in a folder that may be the work, none of which is called so; of several exercises only those
    that say it: what else code is for is told with all exercises in view (`told_content`)."""
    states = [(item.path, _may_be(item, exercise, seen)) for item in files]
    said, broken = ([path for path, one in states if one is state] for state in (Holds.WORK, Holds.BROKEN))
    code = [item.path for item in files if is_code(item.name) and item.path not in (*said, *broken)]
    if said or broken:
        own = _own(code, exercise, seen)
        return [*said, *broken, *own] if said or own else [*broken, *code]
    if not code:  # what is wrong with the only archive is said
        packed = [item.path for item in files if _is_archive(item.name)]
        wrong = packed if alone else [path for path, one in states if one is Holds.WRONG]
        return packed if packed == wrong and len(packed) == 1 else []
    if not alone:
        return []
    return code if len(code) == 1 else _own(code, exercise, seen)


def _may_be(item: Item, exercise: Exercise, seen: Seen) -> Holds:
    """Return whether an archive holds the exercise's files, or cells of a notebook say that they are the exercise's."""
    if _is_archive(item.name):
        return seen.archive(exercise, item.path)
    return seen.notebook(exercise, item.path) if _NOTEBOOK.search(item.name) else Holds.NOTHING


def _own(code: Sequence[Path], exercise: Exercise, seen: Seen) -> list[Path]:
    """Return the files that define a name that the exercise asks for, and beside such what cannot be read."""
    asked = names_asked(exercise)
    states = [(path, _defines(path, asked, seen)) for path in code]
    if all(state is not Holds.WORK for _, state in states):
        return []
    return [path for path, state in states if state is not Holds.NOTHING]


def _defines(path: Path, asked: frozenset[str], seen: Seen) -> Holds:
    try:
        return Holds.WORK if not asked or asked & seen.names(path) else Holds.NOTHING
    except TooMuchToTell:
        raise
    except SubmissionError:
        return Holds.BROKEN


def _holds_other(folder: Path, top: Path, exercise: Exercise) -> bool:
    """Whether a folder called like the exercise has another file of it than the one above it."""
    both = [(top / name, folder / name) for name in wanted_names(exercise)]
    return any(os.path.lexists(below) and not _is_same(above, below) for above, below in both)


def _is_same(first: Path, second: Path) -> bool:
    try:
        sizes = [path.lstat() for path in (first, second)]
        small = all(stat.S_ISREG(one.st_mode) and one.st_size <= MAX_FILE_BYTES for one in sizes)
        return small and filecmp.cmp(first, second, shallow=False)
    except OSError:
        return False


def _is_home(item: Item, exercise: Exercise) -> bool:
    """Whether a folder holds a file that the exercise asks for, and is not another one's by its name."""
    return not is_anothers(exercise, (item.name,)) and holds(inner_contents(item.path), exercise)


def _packed_below(there: Contents, exercise: Exercise, seen: Seen) -> Path | None:
    """Return the archive with the exercise's files that lies in a folder beside which there is nothing; else None."""
    for _ in range(MAX_FOLDERS):
        if len(there.items) != 1 or not there.items[0].is_folder:
            return None
        there = inner_contents(there.items[0].path)
        files = [item for item in there.items if item.is_file]
        packed = [item.path for item in files if _is_archive(item.name) and seen.archive(exercise, item.path).may_be]
        if packed:
            return packed[0] if len(packed) == 1 and not any(is_code(item.name) for item in files) else None
    return None


def of_one(path: Path, exercise: Exercise, *, alone: bool = True) -> Path:
    """Return what `collect` is to read of what one student handed in; the whole of it, where nothing says more.

    Raises: SubmissionError where several things in it may be meant, or too much is in it to tell.
    """
    found = located(path, exercise, alone=alone)
    if found is not None and found.refused is not None:
        raise found.refused
    if found is not None and found.several:
        first, second = (text_of(one.name) for one in found.several[:2])
        raise ambiguous(show_path(path), first, second)
    return path if found is None else found.path


def has_nothing_of(path: Path, exercise: Exercise) -> bool:
    """Whether something is a folder in which `locate` finds nothing for the exercise, and neither will `collect`."""
    if path.is_symlink() or not is_folder(path):
        return False
    there = inner_contents(path)
    if not there.is_readable or holds(there, exercise) or any(name in there.junk for name in _OF_ONE):
        return False
    if any(item.is_folder and _is_home(item, exercise) for item in there.items):
        return False
    return len(deeper_homes(exercise, path)) != 1  # several: as in folders of folders that are no students'


def is_submission_name(name: str) -> bool:
    """Whether a file's name is that of something a student may hand in."""
    return SUFFIX.search(name) is not None and not is_beside(name)


def _located_file(path: Path, exercise: Exercise, seen: Seen, *, alone: bool) -> Located | None:
    if alone or path.name in wanted_names(exercise) or normal(stem_of(path.name)) in aliases_of(exercise):
        return Located(path=path)
    item = Item(name=path.name, path=path, is_folder=False, is_file=True)
    return Located(path=path) if _may_be(item, exercise, seen).may_be else None


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
