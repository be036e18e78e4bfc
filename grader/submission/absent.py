"""The sentence about a path that is not there, with the one that was probably meant."""

from __future__ import annotations

from pathlib import Path

from grader.errors import UsageError
from grader.exercise.paths import names_in, show_path
from grader.exercise.problems import closest
from grader.records import Text
from grader.submission.folder import MAX_LISTED


def no_such_path(path: Path, *, otherwise: Text) -> UsageError:
    """Return the error for a path that is not there; `otherwise` is the way out where nothing there is called alike."""
    near = closest(path.name, names_in(path.parent)[:MAX_LISTED])
    meant = show_path(path.parent / near) if near else ""
    return UsageError(
        Text(en=f"{show_path(path)}: no such file or folder.", zh=f"{show_path(path)}：没有这个文件或文件夹。"),
        remedy=Text(en=f"Did you mean {meant}?", zh=f"是不是 {meant}？") if near else otherwise,
    )
