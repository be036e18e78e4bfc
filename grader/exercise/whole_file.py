"""A file that is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from grader.exercise.paths import is_file


def write_whole(target: Path, content: bytes, *, private: bool = False) -> None:
    """Put `content` where `target` is, whole or not at all: who reads it sees the old file or the new one.

    Nobody can have laid a link in its way: it is written under a name drawn by chance, made anew or not at all.
    Who might read, write or run the old file may do so with the new one; of a link, nothing is kept. One that is
    `private` is its owner's alone, from the first byte on, whatever the old one was. Raises: OSError.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with open(temporary, "xb", opener=_open_private if private else None) as stream:
            stream.write(content)
        if not private and is_file(target) and not target.is_symlink():
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong before is what is told
            temporary.unlink(missing_ok=True)
        raise


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
