"""Files that were found to fit their schema, remembered so that the next run need not check them again.

Checking a course's file takes a library of 30 ms, in every command of a student, for a file that hardly ever changes.
What is remembered is a digest of what was checked, of the schema and of the version of dlgrade: a change to any of them
is checked anew, and a file with problems is never remembered.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from grader import __version__


def fits_already(*checked: str) -> bool:
    """Return whether just this was found to fit before."""
    try:
        return _mark(checked).is_file()
    except (OSError, RuntimeError):  # no home: then it is checked
        return False


def remember_fit(*checked: str) -> None:
    """Remember that this fits. Where that cannot be done (a full disk, no home) it is checked the next time."""
    try:
        mark = _mark(checked)
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.touch(mode=0o600)
    except (OSError, RuntimeError):
        return


def _mark(checked: tuple[str, ...]) -> Path:
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".cache"
    sha256 = hashlib.sha256()
    for part in (__version__, *checked):
        encoded = part.encode("utf-8", "surrogatepass")
        sha256.update(len(encoded).to_bytes(8, "big") + encoded)
    return base / "dlgrade" / "fits" / sha256.hexdigest()
