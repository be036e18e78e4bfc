"""Takes the exercise's files out of an archive of any kind: of its top or one folder, else of the one further down."""

from __future__ import annotations

from dataclasses import dataclass

from grader.records import Exercise
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
    """Return the exercise's files in an archive. It is read twice where they lie further down than in one folder, and
    where the only file that may be meant is called like the exercise itself.

    Raises: SubmissionError for a damaged archive, one over the caps, and one in which several files may be meant.
    """
    packed = _read(file, Picker(exercise, shown), shown, limits)
    home, called = packed.picker.deeper(), packed.picker.called()
    if home is None and called is None:
        return packed
    return _read(file, Picker(exercise, shown, home=home, only=called), shown, limits)


def _read(file: RawFile, picker: Picker, shown: str, limits: Limits) -> Packed:
    from grader.submission.tarred import read_tar  # a plain file pays for no format but its own
    from grader.submission.zipped import read_zip

    if file.kind is Kind.ZIP:
        return Packed(files=read_zip(file.raw, picker, shown=shown, limits=limits), picker=picker)
    return Packed(files=read_tar(file.raw, file.kind, picker, shown=shown, limits=limits), picker=picker)
