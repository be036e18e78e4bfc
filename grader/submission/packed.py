"""Takes the exercise's files out of an archive of any kind: of its top or one folder, else of the one further down."""

from __future__ import annotations

from dataclasses import dataclass

from grader.records import Exercise
from grader.submission.homes import Home
from grader.submission.kinds import Kind
from grader.submission.limits import Limits
from grader.submission.names import Picker, WantedFile
from grader.submission.read import RawFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What an archive holds of an exercise."""

    files: dict[WantedFile, bytes]
    picker: Picker


def read_archive(exercise: Exercise, file: RawFile, *, shown: str, limits: Limits) -> Packed:
    """Return the exercise's files in an archive. It is read twice where they lie further down than in one folder.

    Raises: SubmissionError for a damaged archive, one over the caps, and one in which several files may be meant.
    """
    packed = _read(exercise, file, None, shown, limits)
    home = packed.picker.deeper()
    return packed if home is None else _read(exercise, file, home, shown, limits)


def _read(exercise: Exercise, file: RawFile, home: Home | None, shown: str, limits: Limits) -> Packed:
    from grader.submission.tarred import read_tar  # a plain file pays for no format but its own
    from grader.submission.zipped import read_zip

    picker = Picker(exercise, shown, home=home)
    if file.kind is Kind.ZIP:
        return Packed(files=read_zip(file.raw, picker, shown=shown, limits=limits), picker=picker)
    return Packed(files=read_tar(file.raw, file.kind, picker, shown=shown, limits=limits), picker=picker)
