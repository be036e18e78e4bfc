"""Which paths a zip of any size names, by its directory alone: asked before anything in it is."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

from grader.exercise.paths import is_file
from grader.submission.kinds import MAGIC, Kind
from grader.submission.names import MAX_MEMBERS
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
