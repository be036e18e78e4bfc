"""A student's workspace: a folder with copies of what students get, and a marker that names its course.

Only the student's own files are ever taken from it. Tests, manifest and limits come from the course, so editing
the copies changes no grade.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.exercise.paths import is_file, show_path
from grader.records import Exercise, Text

MARKER = Path(".dlgrade") / "workspace.toml"
MARKER_SCHEMA = "workspace/1"
BUILTIN = "builtin"  # the course that ships with the package
MAX_MARKER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder that `dlgrade start` made."""

    root: Path
    course: str  # BUILTIN, or the absolute path of a course

    def own_files(self, exercise: Exercise) -> Path:
        """Return the folder where the student's own files of `exercise` lie."""
        return self.root / exercise.name

    def apart(self, course: Path) -> Path:
        """Return where the progress in another course than the workspace's own is kept."""
        key = hashlib.sha256(os.fsencode(course.resolve())).hexdigest()[:8]
        return self.root / MARKER.parent / "courses" / f"{course.name}-{key}"


def find_workspace(cwd: Path) -> Workspace | None:
    """Return the nearest workspace that `cwd` lies in.

    Raises: UsageError when its marker cannot be understood.
    """
    folder = cwd.absolute()
    return next((read_marker(root) for root in (folder, *folder.parents) if is_file(root / MARKER)), None)


def read_marker(root: Path) -> Workspace:
    """Return the workspace that the marker in `root` makes. Raises: UsageError when it cannot be understood."""
    marker = root / MARKER
    try:
        with marker.open("rb") as stream:
            content = tomllib.loads(stream.read(MAX_MARKER_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: not UTF-8, not TOML, or a number too long
        raise _bad_marker(marker, str(error)) from None
    if content.get("schema") != MARKER_SCHEMA:
        raise _bad_marker(marker, f"schema = {content.get('schema')!r}, expected {MARKER_SCHEMA!r}")
    course = content.get("course")
    if not isinstance(course, str) or not (course == BUILTIN or Path(course).is_absolute()):
        raise _bad_marker(marker, f"course = {course!r}, expected {BUILTIN!r} or an absolute path")
    return Workspace(root=root, course=course)


def _bad_marker(marker: Path, reason: str) -> UsageError:
    root = show_path(marker.parent.parent)
    return UsageError(
        Text(
            en=f"{show_path(marker)}: not a workspace's marker: {reason}.",
            zh=f"{show_path(marker)}：不是工作区标记文件：{reason}。",
        ),
        remedy=Text(
            en=f"Delete it and run `dlgrade start {root}`: your own files there are kept.",
            zh=f"请删除它，再运行 `dlgrade start {root}`：其中你自己的文件会保留。",
        ),
    )
