"""Where a report is made: the clock, the variables that platforms set, and where the student's files lie for them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.records import Exercise

if TYPE_CHECKING:
    from grader.report import ExerciseSummary, Setting


def setting_of(*submissions: tuple[Exercise | ExerciseSummary, Path]) -> Setting:
    """Return the setting of reports that are made now, of these exercises and what was handed in for each."""
    from grader.report import Setting
    from grader.report.formats.classroom50 import VARIABLES

    places: dict[str, str] = {}
    for exercise, path in submissions:
        places |= find_places(exercise, path)
    variables = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    return Setting(variables=variables, now=datetime.now(UTC), places=places)


def find_places(exercise: Exercise | ExerciseSummary, path: Path) -> dict[str, str]:
    """Return where the exercise's files lie, seen from the root of the repository that a workflow has checked out.

    `path` is a file, a folder with the files, or one that holds the exercise's folder, as a course's repository does.
    What lies outside of the root, in an archive, or where nobody may look has no place: then the file's name must do.
    """
    try:
        root = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
        found = {name: _find(exercise.name, name, path) for name in exercise.files}
        files = {name: file.resolve() for name, file in found.items() if file is not None}
    except (OSError, RuntimeError):  # RuntimeError: links that lead in a circle
        return {}
    return {
        f"{exercise.name}/{name}": file.relative_to(root).as_posix()
        for name, file in files.items()
        if file.is_relative_to(root)
    }


def _find(exercise: str, name: str, path: Path) -> Path | None:
    if not path.is_dir():
        return path if path.suffix in (".py", ".ipynb") and path.is_file() else None
    folders = (path, path / exercise, path / "exercises" / exercise)
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
