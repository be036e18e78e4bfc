"""What `dlgrade verify` finds: one record each, with the place, what is wrong, and how to mend it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.records import Severity, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change that `--fix` can make: the whole new text of a file."""

    file: str  # as in `Finding.file`
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that keeps an exercise from being proven, or weakens its proof."""

    check: str  # for machines: "stub.passes", "reference.flaky", "mutant.survived", "lint.square-shapes"
    severity: Severity  # only an error keeps an exercise from being proven
    exercise: str  # the folder's name: "exercise03_softmax"; "" for the course as a whole
    file: str  # from the course's root, with forward slashes: "solutions/exercise03_softmax/test_hidden.py"
    line: int = 0  # from 1; 0: the file as a whole
    problem: Text
    remedy: Text  # what the author does about it
    detail: str = ""  # more lines, the same in both languages: a mutant's diff, a seed's failures
    edits: tuple[Edit, ...] = ()  # what `--fix` writes; empty: a person has to


def place_in_course(folder: str | Path, name: str, root: Path | None) -> str:
    """Return how findings and edits name a file of an exercise's folder: from `root`, the course's own folder.

    A course's file says where both halves lie, so no folder's name is certain. Without `root`: by the last two folders.
    """
    path = Path(folder) / name
    try:
        return Path(os.path.relpath(path, Path(folder).parent.parent if root is None else root)).as_posix()
    except ValueError:  # on another drive
        return path.as_posix()
