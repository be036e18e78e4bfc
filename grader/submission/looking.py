"""What an archive holds by its names, and a notebook by its marks: asked before it is decided what a thing is for."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

from grader.errors import SubmissionError
from grader.exercise.paths import is_file, show_path
from grader.records import Exercise
from grader.submission.kinds import MAGIC, Kind
from grader.submission.limits import Limits
from grader.submission.names import MAX_MEMBERS
from grader.submission.read import read_file
from grader.submission.zipped import ZIP_ERRORS

_END = struct.Struct("<4s4H2LH")  # of a zip's directory: mark, disks, entries here and in all, size, place, comment
_LOCATOR = b"PK\6\7"
_MOST_TAIL = _END.size + 0xFFFF
_MAX_DIRECTORY = 8 * 1024 * 1024  # bytes


def names_in_zip(path: Path) -> list[str]:
    """Return the paths that a zip names, however large it is; none where it is no zip, or names too many.

    Only its directory is read.
    """
    if not is_file(path):  # a pipe would be waited for
        return []
    try:
        with path.open("rb") as stream:
            if not MAGIC[Kind.ZIP].match(stream.read(4)):
                return []
            if not _is_small(_tail(stream)):
                return []
            with zipfile.ZipFile(stream) as archive:
                return archive.namelist()
    except ZIP_ERRORS:
        return []


def _tail(stream: BinaryIO) -> bytes:
    stream.seek(max(stream.seek(0, os.SEEK_END) - _MOST_TAIL, 0))
    return stream.read()


def _is_small(tail: bytes) -> bool:
    """Whether the directory that `zipfile` is going to read is one that a class's archive may have."""
    at = len(tail) - _END.size
    if at < 0 or tail[at : at + 4] != b"PK\5\6" or tail[-2:] != b"\0\0":
        at = tail.rfind(b"PK\5\6")  # behind it is a comment
    if at < 0 or len(tail) - at < _END.size or _LOCATOR in tail[:at]:  # which leads to other figures
        return False
    _, _, _, _, entries, size, _, _ = _END.unpack_from(tail, at)
    return bool(entries <= MAX_MEMBERS and size <= _MAX_DIRECTORY)


def archive_holds(exercise: Exercise, path: Path) -> bool:
    """Return whether the archive at `path` has any of the exercise's files where `collect` looks for them.

    One that cannot be read holds everything: `collect` is asked, and says what is wrong with it.
    """
    from grader.submission.packed import read_archive

    shown, limits = show_path(path), Limits()
    try:
        file = read_file(path, shown=shown, limits=limits)
        if file.kind in (Kind.SOURCE, Kind.NOTEBOOK):
            return False
        return bool(read_archive(exercise, file, shown=shown, limits=limits).files)
    except (SubmissionError, FileNotFoundError):
        return True


def notebook_says(exercise: Exercise, path: Path) -> bool:
    """Return whether the notebook at `path` has cells that say they are the exercise's, by a tag or their first line.

    One that cannot be read says everything, as an archive that cannot be read holds everything.
    """
    from grader.submission.notebook import is_said_to_be_of

    shown = show_path(path)
    try:
        file = read_file(path, shown=shown, limits=Limits())
        return file.kind is Kind.NOTEBOOK and is_said_to_be_of(file.raw, exercise, shown=shown)
    except (SubmissionError, FileNotFoundError):
        return True
