"""Whether an archive holds a file of an exercise: asked before it is decided whose submission is for what."""

from __future__ import annotations

from pathlib import Path

from grader.errors import SubmissionError
from grader.exercise.paths import show_path
from grader.records import Exercise
from grader.submission.kinds import Kind
from grader.submission.limits import Limits
from grader.submission.names import Picker
from grader.submission.read import read_file


def archive_holds(exercise: Exercise, path: Path) -> bool:
    """Return whether the archive at `path` has any of the exercise's files where `collect` looks for them.

    One that cannot be read holds everything: `collect` is asked, and says what is wrong with it.
    """
    shown, limits = show_path(path), Limits()
    picker = Picker(exercise, shown)
    try:
        file = read_file(path, shown=shown, limits=limits)
        if file.kind is Kind.ZIP:
            from grader.submission.zipped import read_zip

            return bool(read_zip(file.raw, picker, shown=shown, limits=limits))
        if file.kind in (Kind.SOURCE, Kind.NOTEBOOK):
            return False
        from grader.submission.tarred import read_tar

        return bool(read_tar(file.raw, file.kind, picker, shown=shown, limits=limits))
    except (SubmissionError, FileNotFoundError):
        return True
