"""Files that were found to fit their schema, remembered so that the next run need not check them again.

Checking a course's file takes a library of 30 ms, in every command of a student, for a file that hardly ever changes.
What is remembered is a digest of what was checked, of the schema and of the code that checks it: a change to any of
them is checked anew, and a file with problems is never remembered.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from grader.exercise.own_cache import cache_folder, code_of, keep, kept


def fits_already(*checked: str) -> bool:
    """Return whether just this was found to fit before, by just this code."""
    try:
        return kept(_mark(checked), max_bytes=0) is not None
    except (OSError, RuntimeError):  # no home: then it is checked
        return False


def remember_fit(*checked: str) -> None:
    """Remember that this fits. Where that cannot be done (a full disk, no home) it is checked the next time."""
    try:
        keep(_mark(checked), b"")
    except (OSError, RuntimeError):
        return


def _mark(checked: tuple[str, ...]) -> Path:
    sha256 = hashlib.sha256()
    for part in (code_of(Path(__file__).parent), *checked):
        encoded = part.encode("utf-8", "surrogatepass")
        sha256.update(len(encoded).to_bytes(8, "big") + encoded)
    return cache_folder("fits") / sha256.hexdigest()
