"""Takes an entry in: its submission, read as `collect` reads every other, or the reason why there is none.

Also told here, because only a class's grader knows the other exercises: work for another exercise. It would earn a
zero that says nothing; so it is refused with the exercise that it seems to be of.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.batch.handed import Entry
from grader.errors import GraderFault, SubmissionError, Undecided, UsageError
from grader.exercise.paths import show_name, show_path
from grader.records import Exercise, Submission, Text
from grader.submission import collect
from grader.submission.another import defines_nothing_of, other_of_files, other_of_names
from grader.submission.git_files import RepositoryError
from grader.submission.read import Unreadable
from grader.submission.refusals import Ambiguous

LEAVE_ONE = Text(
    en="Whoever grades: put only the one that is meant there, or ask its student; then go on with --resume.",
    zh="请评分的老师只放入所指的那一个，或询问学生，然后用 --resume 继续。",
)


def take_in(entry: Entry, others: Sequence[Exercise] = ()) -> Submission:
    """Return the entry's submission. `others` are the course's exercises, this one or not.

    Raises: SubmissionError for what cannot be taken, also where it seems to be for one of `others`; Undecided, which
        leaves it unscored, where whoever grades has to say what is meant, or named a commit that is not there;
        GraderFault, which does so too, for a file that this machine cannot read.
    """
    exercise = entry.exercise
    others = [other for other in others if other.name != exercise.name]
    if entry.doubt is not None:
        raise Undecided(entry.doubt.problem, remedy=entry.doubt.remedy)
    if entry.refused is not None:
        raise entry.refused
    try:
        submission = _collected(entry)
    except Ambiguous as error:
        raise Undecided(error.problem, remedy=LEAVE_ONE) from None
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


def _collected(entry: Entry) -> Submission:
    """Return what `collect` returns, with whose fault it is told by who could have caused it."""
    shown = _shown(entry)
    try:
        return collect(entry.exercise, entry.path, commit=entry.handed_in.commit, shown=shown)
    except Unreadable as error:
        raise GraderFault(error.problem, remedy=_make_readable(entry)) from None
    except RepositoryError as error:
        if not entry.is_head:
            raise
        raise SubmissionError(error.problem, remedy=_commit_it(shown)) from None
    except UsageError:  # it was there when the entries were listed
        raise GraderFault(
            Text(en=f"{shown}: it is gone since the batch began.", zh=f"{shown}：评分开始后它已不在。"),
            remedy=Text(en="Put it back, then go on with --resume.", zh="请放回原处，再用 --resume 继续。"),
        ) from None


def _shown(entry: Entry) -> str:
    return show_name(entry.shown or entry.handed_in.entry) or show_path(entry.path)


def _make_readable(entry: Entry) -> Text:
    return Text(
        en=f"Whoever grades: make {_shown(entry)} readable (chmod -R u+rX), then go on with --resume.",
        zh=f"请评分的老师使 {_shown(entry)} 可读（chmod -R u+rX），再用 --resume 继续。",
    )


def _commit_it(shown: str) -> Text:
    return Text(
        en=f"Commit the work in {shown} (`git commit`), and hand in the whole repository, or the files themselves.",
        zh=f"请在 {shown} 中提交（`git commit`），再交上完整的仓库；或直接提交文件。",
    )


def _of_another(entry: Entry, meant: Exercise) -> SubmissionError:
    shown, asked = _shown(entry), entry.exercise.name
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
