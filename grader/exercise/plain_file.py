"""A file that is opened as what it is: never through a link, and never by a second name that leads elsewhere."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_ALWAYS = 0
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):  # Windows has not got them all
    _ALWAYS |= getattr(os, _name, 0)


def open_plain(file: Path, flags: int, mode: int = 0o666) -> int:
    """Return a descriptor of a regular file that is reached by this name alone where it is to be written.

    What is written in place would otherwise be written into the file that a link leads to, or of which this is a
    second name. Raises: OSError, of which ELOOP is a link and EMLINK a file with other names.
    """
    if file.is_symlink():  # where the system knows no O_NOFOLLOW
        raise _not_plain(errno.ELOOP, file)
    descriptor = os.open(file, flags | _ALWAYS, mode)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _not_plain(errno.EINVAL, file)
        if found.st_nlink > 1 and flags & (os.O_WRONLY | os.O_RDWR):
            raise _not_plain(errno.EMLINK, file)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_plain(file: Path) -> bytes:
    """Return a regular file's bytes; no link is followed. Raises: OSError."""
    with os.fdopen(open_plain(file, os.O_RDONLY), "rb") as stream:
        return stream.read()


def _not_plain(number: int, file: Path) -> OSError:
    return OSError(number, os.strerror(number), str(file))
