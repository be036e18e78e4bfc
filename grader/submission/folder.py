"""Takes the exercise's files out of a folder: of its top, or of the one folder in it that holds them.

A folder is where a person works, so what lies at its top is meant, whatever its subfolders hold; an archive is packed
to be handed in, and there two files of one name are a question (see `names`). The folder is held open while its files
are read, so that all come from the same one, whatever its name leads to by then.
"""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SubmissionError
from grader.exercise.paths import show_name, show_path
from grader.records import Exercise
from grader.submission import refusals
from grader.submission.limits import Limits
from grader.submission.names import WantedFile, is_aside, wanted_names
from grader.submission.read import RawFile, read_file, unreadable

MAX_LISTED = 1_000  # entries of a folder that are looked at


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

    Raises: SubmissionError for a file that is not taken, and when two subfolders could be the one.
    """
    shown = shown or show_path(folder)
    with _opened(_Place(folder.parent, None), folder.name, path=folder, shown=shown) as place:
        names = _names(place)
        if not _holds_any(exercise, place):
            inside = [name for name in names if not is_aside([name]) and _is_candidate(exercise, place, name)]
            if len(inside) > 1:
                raise refusals.ambiguous(shown, inside[0] + "/", inside[1] + "/")
            if inside:
                with _inner(place, inside[0]) as inner:
                    return _read(exercise, inner, limits, _names(inner), beside=len(names) - 1)
        return _read(exercise, place, limits, names)


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


def _inner(place: _Place, name: str) -> AbstractContextManager[_Place]:
    return _opened(place, name, path=place.path / name, shown=below(place.shown, name))


def below(shown: str, name: str) -> str:
    """Return how messages name a file in a folder that they name `shown`."""
    return show_name(name) if shown == "." else f"{shown.rstrip('/')}/{show_name(name)}"


def _names(place: _Place) -> tuple[str, ...]:
    """Return the first names in a folder, sorted; none where it may not be listed."""
    try:
        with os.scandir(place.path if place.fd is None else place.fd) as entries:
            return tuple(sorted(entry.name for entry in itertools.islice(entries, MAX_LISTED)))
    except OSError:
        return ()


def _holds_any(exercise: Exercise, place: _Place) -> bool:
    return any(_mode(place, name) for name in wanted_names(exercise))


def _is_candidate(exercise: Exercise, place: _Place, name: str) -> bool:
    """Whether an entry is a folder, not a link to one, with any of the exercise's files."""
    if not stat.S_ISDIR(_mode(place, name)):
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
