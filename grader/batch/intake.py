"""Takes an entry in: its submission, read as `collect` reads every other, or the reason why there is none.

Also told here, because only a class's grader knows the other exercises: work for another exercise. It would earn a
zero that says nothing; so it is refused with the exercise that it seems to be of.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.batch.handed import Entry
from grader.errors import SubmissionError
from grader.exercise.paths import show_name
from grader.records import Exercise, Submission, Text
from grader.submission import collect
from grader.submission.another import defines_nothing_of, other_of_files, other_of_names


def take_in(entry: Entry, others: Sequence[Exercise] = ()) -> Submission:
    """Return the entry's submission. `others` are the course's exercises, this one or not.

    Raises: SubmissionError for what cannot be taken, also where it seems to be for one of `others`; RepositoryError,
        which leaves it unscored, for a repository without the commit.
    """
    exercise = entry.exercise
    others = [other for other in others if other.name != exercise.name]
    try:
        submission = collect(exercise, entry.path, commit=entry.handed_in.commit)
    except SubmissionError:
        meant = None if entry.handed_in.commit else other_of_files(entry.path, others)
        if meant is None:
            raise
        raise _of_another(entry, meant) from None
    if defines_nothing_of(submission, exercise):
        meant = other_of_names(submission, others)
        if meant is not None:
            raise _of_another(entry, meant)
    return submission


def _of_another(entry: Entry, meant: Exercise) -> SubmissionError:
    shown, asked = show_name(entry.handed_in.entry or str(entry.path)), entry.exercise.name
    needed = ", ".join(entry.exercise.files)
    return SubmissionError(
        Text(
            en=f"{shown}: this seems to be for {meant.name}; asked for is {asked}.",
            zh=f"{shown}：这似乎是 {meant.name} 的提交；这里要的是 {asked}。",
        ),
        remedy=Text(
            en=f"Hand in {needed} for {asked}, and this one where {meant.name} is collected.",
            zh=f"请为 {asked} 提交 {needed}，并把这份交到 {meant.name}。",
        ),
    )
