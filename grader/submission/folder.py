"""Takes the exercise's files out of a folder: of its top, or of the one folder in it or further down that holds them.

A folder is where a person works, so what lies at its top is meant, whatever its subfolders hold; an archive is packed
to be handed in, and there two files of one name are a question (see `names`). Where they lie further down than in one
folder, a file of any name at the top, or an archive, may be meant as well: that is a question, too. The folder is held
open while its files are read, so that all come from the same one, whatever its name leads to by then.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SubmissionError
from grader.exercise.paths import show_name, show_path
from grader.records import Exercise, Text
from grader.submission import refusals
from grader.submission.homes import MAX_FOLDERS, Home, in_folder, is_anothers
from grader.submission.kinds import NAMED_ARCHIVE
from grader.submission.limits import Limits
from grader.submission.names import MAX_MEMBERS, WantedFile, is_aside, wanted_names
from grader.submission.read import RawFile, read_file, unreadable

MAX_LISTED = 1_000  # entries of a folder that are looked at
_CODE = re.compile(r"\.(py|ipynb)$", re.IGNORECASE)
_BESIDE = re.compile(r"(test_.*|.*_test|conftest|setup|__init__|__main__)\.py$")  # beside anybody's work


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a folder holds of an exercise."""

    files: dict[WantedFile, RawFile]
    missing: str | None  # the first of the exercise's files that is not there
    shown: str  # how messages name the folder where they were looked for
    names: tuple[str, ...]  # what else lies there, for messages: at most MAX_LISTED
    ignored: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder: held open by `fd`, or known by its path alone where the system cannot do that (Windows)."""

    path: Path
    fd: int | None
    shown: str = ""  # how messages name it

    def inner(self, name: str) -> Path:
        """Return how a file in it is named to the system."""
        return self.path / name if self.fd is None else Path(name)


def read_folder(exercise: Exercise, folder: Path, limits: Limits, *, shown: str = "") -> Found:
    """Return the exercise's files that lie in `folder`. `shown` is how messages name it, else by its path.

    Raises: SubmissionError for a file that is not taken, and when two places could be the one.
    """
    shown = shown or show_path(folder)
    with _opened(_Place(folder.parent, None), folder.name, path=folder, shown=shown) as place:
        names = _names(place)
        if not _holds_any(exercise, place):
            every = names if len(names) < MAX_LISTED else _names(place, most=MAX_MEMBERS + 1)
            if len(every) > MAX_MEMBERS:
                raise _too_many(shown, exercise)
            inside = [name for name in every if not is_aside([name]) and _is_candidate(exercise, place, name)]
            if len(inside) > 1:
                raise refusals.ambiguous(shown, inside[0] + "/", inside[1] + "/")
            if inside:
                with _inner(place, inside[0]) as inner:
                    return _read(exercise, inner, limits, _names(inner), beside=len(names) - 1)
            home = _deeper(exercise, place, every)
            if home is not None:
                with _at(place, home) as inner:
                    return _read(exercise, inner, limits, _names(inner), beside=len(names) - 1)
        return _read(exercise, place, limits, names)


def deeper_homes(exercise: Exercise, folder: Path) -> list[Home]:
    """Return the folders further down than right below that may be meant as the exercise's; none where too much lies
    there to tell, or `folder` may not be opened."""
    try:
        with _opened(_Place(folder.parent, None), folder.name, path=folder, shown="") as place:
            return in_folder(exercise, _Walk(exercise).below(place, ()))
    except (SubmissionError, _TooMany):
        return []


def files_in(exercise: Exercise, folder: Path) -> list[Path]:
    """Return the exercise's files where `read_folder` finds them; none where it refuses the folder, or finds none."""
    try:
        with _opened(_Place(folder.parent, None), folder.name, path=folder, shown="") as place:
            homes: list[Home] = [()]
            if not _holds_any(exercise, place):
                homes = _Walk(exercise, least=1).below(place, ())
                near: list[Home] = [home for home in homes if len(home) == 1 and not is_anothers(exercise, home)]
                homes = near or in_folder(exercise, homes)
    except (SubmissionError, _TooMany):
        return []
    files = [folder.joinpath(*home, name) for home in homes for name in wanted_names(exercise)]
    return [file for file in files if os.path.lexists(file)] if len(homes) == 1 else []


def is_code(name: str) -> bool:
    """Whether a file of that name may be somebody's answer, however it is called."""
    return _CODE.search(name) is not None and not is_beside(name)


def is_beside(name: str) -> bool:
    """Whether a file of that name lies beside anybody's work: tests, what packages need."""
    return _BESIDE.match(name) is not None


def _read(exercise: Exercise, place: _Place, limits: Limits, names: tuple[str, ...], *, beside: int = 0) -> Found:
    files: dict[WantedFile, RawFile] = {}
    have: set[str] = set()
    for name, file in wanted_names(exercise).items():
        if file in have:
            continue
        asked = WantedFile(file=file, name=name, notebook=name != file)
        try:
            shown = below(place.shown, name)
            files[asked] = read_file(place.inner(name), dir_fd=place.fd, shown=shown, limits=limits)
        except FileNotFoundError:
            continue
        have.add(file)
    missing = next((name for name in exercise.files if name not in have), None)
    ignored = max(len(names) - len(files), 0) + beside
    return Found(files=files, missing=missing, shown=place.shown, names=names, ignored=ignored)


@contextmanager
def _opened(parent: _Place, name: str, *, path: Path, shown: str) -> Iterator[_Place]:
    if os.open not in os.supports_dir_fd:
        yield _Place(path, None, shown)
        return
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(path if parent.fd is None else name, flags, dir_fd=parent.fd)
    except OSError as error:
        raise unreadable(error, shown) from None
    try:
        yield _Place(path, fd, shown)
    finally:
        os.close(fd)


@contextmanager
def _at(place: _Place, home: Home) -> Iterator[_Place]:
    with ExitStack() as opened:
        for name in home:
            place = opened.enter_context(_inner(place, name))
        yield place


def _inner(place: _Place, name: str) -> AbstractContextManager[_Place]:
    return _opened(place, name, path=place.path / name, shown=below(place.shown, name))


def below(shown: str, name: str) -> str:
    """Return how messages name a file in a folder that they name `shown`."""
    return show_name(name) if shown == "." else f"{shown.rstrip('/')}/{show_name(name)}"


def _names(place: _Place, *, most: int = MAX_LISTED) -> tuple[str, ...]:
    """Return the first names in a folder, sorted; none where it may not be listed."""
    try:
        with os.scandir(place.path if place.fd is None else place.fd) as entries:
            return tuple(sorted(entry.name for entry in itertools.islice(entries, most)))
    except OSError:
        return ()


def _holds_any(exercise: Exercise, place: _Place) -> bool:
    return any(_mode(place, name) for name in wanted_names(exercise))


def _is_candidate(exercise: Exercise, place: _Place, name: str) -> bool:
    """Whether an entry is a folder, not a link to one, nor another exercise's by its name, with any of the files."""
    if is_anothers(exercise, (name,)) or not stat.S_ISDIR(_mode(place, name)):
        return False
    try:
        with _inner(place, name) as inner:
            return _holds_any(exercise, inner)
    except SubmissionError:
        return False  # one that may not be opened is not asked for: what is missing will be said


def _mode(place: _Place, name: str) -> int:
    """Return the mode of an entry itself; 0 where there is none, or it may not be looked at."""
    try:
        return os.stat(place.inner(name), dir_fd=place.fd, follow_symlinks=False).st_mode
    except (OSError, ValueError):
        return 0


# --------------------------------------------------------------------------------------------------- further down


class _TooMany(Exception):
    """More lies in a folder than is looked through."""


def _deeper(exercise: Exercise, place: _Place, names: tuple[str, ...]) -> Home | None:
    """Return the folder further down that holds the exercise's files. Raises: SubmissionError where others may."""
    try:
        homes = in_folder(exercise, _Walk(exercise).below(place, ()))
    except _TooMany:
        raise _too_many(place.shown, exercise) from None
    if not homes:
        return None
    others = [_path(home) for home in homes[1:]] or _rivals(exercise, place, names)
    if others:
        raise refusals.ambiguous(place.shown, _path(homes[0]), others[0])
    return homes[0]


def _path(home: Home) -> str:
    return "/".join(home) + "/"


class _Walk:
    """Looks for an exercise's files through folders of folders, never through a link, and not for ever."""

    def __init__(self, exercise: Exercise, *, least: int = 2) -> None:
        self._exercise = exercise
        self._least = least  # folders around a file; one folder alone is asked about before
        self._left = MAX_MEMBERS

    def below(self, place: _Place, home: Home) -> list[Home]:
        """Return the folders below `place` that hold any of the files, and none below these."""
        found: list[Home] = []
        for name in self._folders(place):
            inner_home = (*home, name)
            try:
                with _inner(place, name) as inner:
                    if len(inner_home) >= self._least and _holds_any(self._exercise, inner):
                        found.append(inner_home)
                    elif len(inner_home) < MAX_FOLDERS:
                        found += self.below(inner, inner_home)
            except SubmissionError:
                continue  # one that may not be opened is not asked for
        return found

    def _folders(self, place: _Place) -> list[str]:
        folders = []
        try:
            with os.scandir(place.path if place.fd is None else place.fd) as entries:
                for entry in entries:
                    self._left -= 1
                    if self._left < 0:
                        raise _TooMany
                    if entry.is_dir(follow_symlinks=False) and not is_aside([entry.name]):
                        folders.append(entry.name)
        except OSError:
            return []
        return sorted(folders)


def _rivals(exercise: Exercise, place: _Place, names: tuple[str, ...]) -> list[str]:
    """Return what lies at the top and may be meant instead: the only code file, whatever its name, or an archive."""
    from grader.submission.seen import seen_of  # which reads archives

    files = [name for name in names if not name.startswith(".") and stat.S_ISREG(_mode(place, name))]
    code = [name for name in files if is_code(name)]
    seen = seen_of(place.path)
    packed = [name for name in files if NAMED_ARCHIVE.search(name) and seen.archive(exercise, place.path / name).may_be]
    return [*packed, *(code if len(code) == 1 else [])]


def _too_many(shown: str, exercise: Exercise) -> SubmissionError:
    name = exercise.files[0]
    return refusals.over(
        shown,
        Text(
            en=f"{name} is not at the top, and more than {MAX_MEMBERS:,} entries lie below",
            zh=f"最上层没有 {name}，其下的条目超过 {MAX_MEMBERS:,} 个",
        ),
    )
