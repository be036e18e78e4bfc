"""Reads files of a folder that may be a stranger's: no link on the way, so that every process sees the same file.

A link's target may depend on who follows it: /proc/self/cwd is one folder for the command that checks a file, and
another one for the examiner that loads it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from grader.errors import AuthorError
from grader.exercise.paths import is_file, show_path
from grader.exercise.toml_file import read_bytes
from grader.records import Text


def read_unlinked(file: Path, *, below: Path, max_bytes: int) -> bytes:
    """Return what the regular file holds.

    Raises: AuthorError where it is not there, or it or a folder between it and `below` is a link.
    """
    refuse_links(file, below=below)
    if not is_file(file):
        raise AuthorError(Text(en=f"{show_path(file)}: no such file.", zh=f"{show_path(file)}：没有这个文件。"))
    return read_bytes(file, max_bytes=max_bytes)


def refuse_links(file: Path, *, below: Path) -> None:
    """Raise AuthorError where `file`, or a folder between it and `below`, is a link, there or not."""
    for part in (file, *file.parents):
        if part == below:
            return
        if is_link(part):
            raise AuthorError(
                Text(
                    en=f"{show_path(part)}: a link; where solutions come sealed, it could lead anywhere.",
                    zh=f"{show_path(part)}：是链接；solutions 已封存时，链接可能指向任何地方，因此不予接受。",
                ),
                remedy=Text(en="Put the file or folder itself there.", zh="请放入文件或文件夹本身。"),
            )


def is_link(path: Path) -> bool:
    """Say whether `path` leads elsewhere: a symbolic link, or a junction of Windows."""
    try:
        return path.is_symlink() or (sys.version_info >= (3, 12) and path.is_junction())
    except (OSError, ValueError):  # no path at all: too long, or with a NUL
        return False
