"""Files of this user's own that can be made again, kept so that the next run is quick.

What is kept here is believed when it is read, and some of it holds answers. So it lies in folders of the user's own
(0700), in files of their own (0600), and nothing else is read: no link, no file of another account or that another
could write, nothing larger than expected. What has not been asked for for long goes when something is added.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from pathlib import Path

from grader import __version__
from grader.exercise.whole_file import write_whole

KEPT_FILES = 200  # in one folder
KEPT_BYTES = 32 * 1024 * 1024
_OURS = "dlgrade"
_DAY_S = 86_400.0
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO
# Neither a link that leads elsewhere nor a pipe that keeps waiting is what was kept; Windows knows neither flag.
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def cache_folder(name: str) -> Path:
    """Return the folder for one kind of thing. Raises: RuntimeError where the user has no home."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".cache"
    return base / _OURS / name


def kept(file: Path, *, max_bytes: int) -> bytes | None:
    """Return what was kept in this file; None where it was not, or not by this user alone."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | _PLAIN), "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode) or not _is_own(found) or found.st_size > max_bytes:
                return None
            content = stream.read(max_bytes + 1)
    except OSError:
        return None
    _note_use(file, found)
    return content if len(content) <= max_bytes else None


def keep(file: Path, content: bytes) -> None:
    """Keep this, for this user alone. Where that cannot be done (a full disk, a folder of another's) nothing is."""
    try:
        above = file.parent.parent
        if above.name == _OURS:  # another folder above is not ours to close
            above.parent.mkdir(parents=True, exist_ok=True)
            _make_own(above)
        _make_own(file.parent)
        write_whole(file, content, private=True)
        _tidy(file.parent)
    except OSError:
        return


def code_of(*packages: Path) -> str:
    """Return what tells the code in these folders from any other: its version and place, each module's size and time.

    A developer's next run sees a change of the rules by which something was found good, without a change of version.
    """
    sha256 = hashlib.sha256(__version__.encode())
    for package in packages:
        sha256.update(os.fsencode(package) + b"\0")
        with os.scandir(package) as found:
            modules = [(one.name, one.stat()) for one in found if one.name.endswith(".py")]
        for name, about in sorted(modules, key=lambda one: one[0]):
            sha256.update(f"{name} {about.st_size} {about.st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
    return sha256.hexdigest()


def _is_own(found: os.stat_result) -> bool:
    """Whether this account alone may have written it. Windows has no such modes: there, folders hand on rights."""
    if os.name != "posix":
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_MAY_WRITE


def _make_own(folder: Path) -> None:
    """Make a folder that is open to this user alone, or close one of theirs. Raises: OSError for another's."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(str(folder))
    if os.name == "posix":
        if found.st_uid != os.geteuid():
            raise PermissionError(str(folder))
        if found.st_mode & _OTHERS_MAY:
            folder.chmod(0o700)


def _note_use(file: Path, found: os.stat_result) -> None:
    """Say by its time that a file is used, once a day."""
    if time.time() - found.st_mtime > _DAY_S:
        with contextlib.suppress(OSError):
            os.utime(file)


def _tidy(folder: Path) -> None:
    """Remove what was used longest ago, until few and small enough files are left."""
    with os.scandir(folder) as found:
        files = [(one.stat(follow_symlinks=False), one.path) for one in found if one.is_file(follow_symlinks=False)]
    files.sort(key=lambda one: one[0].st_mtime, reverse=True)
    size = 0
    for place, (about, path) in enumerate(files):
        size += about.st_size
        if place >= KEPT_FILES or (place > 0 and size > KEPT_BYTES):
            Path(path).unlink(missing_ok=True)
