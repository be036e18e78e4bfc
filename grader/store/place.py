"""Where a store lies, and what a course is called in it."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from grader.exercise import Course

VARIABLE = "DLGRADE_STORE"
FILE_NAME = "quizzes.sqlite"
_MAX_NAME = 150


def data_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """Return where this user's programs keep what cannot be made again."""
    if sys.platform == "win32":
        named, otherwise = variables.get("LOCALAPPDATA", ""), Path.home() / "AppData" / "Local"
    else:
        named, otherwise = variables.get("XDG_DATA_HOME", ""), Path.home() / ".local" / "share"
    return (Path(named) if named and Path(named).is_absolute() else otherwise) / "dlgrade"


def place_of(named: str | None, variables: Mapping[str, str] = os.environ) -> str:
    """Return the path or address of the store: as `named`, else by DLGRADE_STORE, else the user's own file."""
    return named or variables.get(VARIABLE) or str(data_folder(variables) / FILE_NAME)


def course_key(course: Course) -> str:
    """Return what tells courses apart in a store: the name in the course's file, so that its folder may be moved.

    A course without a name goes by its folder's.
    """
    if course.is_builtin:
        return "builtin"
    if course.file.name is not None:
        return f"name:{course.file.name.en[:_MAX_NAME]}"
    path = os.fsencode(course.root.resolve())
    return f"folder:{course.root.name[:_MAX_NAME]}-{hashlib.sha256(path).hexdigest()[:8]}"
