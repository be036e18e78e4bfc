"""Entries that are git repositories: which commit counts, what it holds, and when it says to be from.

A folder with a `.git` is read as any folder is, unless a commit is asked for: by the roster, by `--commit`, by
`--times git`, or because it is a classroom's clone; then what its working tree holds does not count. A bare repository
has nothing but commits. The time of a commit is what the student's machine said, or what the student chose: a claim.

Whose it is when there is no such commit: of one that a person named, the person's, who has to say what counts; of a
repository in which the student has committed nothing that can be read, the student's, unless a teacher cloned it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.batch.handed import Doubt, EntryOptions, Found
from grader.batch.matching import Match
from grader.batch.times import GIT, no_time
from grader.errors import SubmissionError, UsageError
from grader.exercise.paths import is_file, is_folder
from grader.records import Exercise, Text
from grader.submission.git_files import RepositoryError
from grader.submission.limits import Limits
from grader.submission.read import read_file

CLONES = ("github-classroom", "classroom50")
DUE = "due"  # of --commit and of the roster: the last one before the work was due
_HEAD = "HEAD"
_HEAD_FILE = re.compile(rb"(ref: refs/\S+|[0-9a-f]{40}|[0-9a-f]{64})\s*")
_MAX_HEAD = 4096  # bytes
_OBJECT_FOLDER = re.compile("[0-9a-f]{2}|pack|info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A commit that counts, in full where it is there; else as it was named, and `collect` says what is wrong."""

    commit: str
    at: str = ""
    is_head: bool = False  # nobody named it, and no teacher cloned it
    undated: Doubt | None = None
    doubt: Doubt | None = None


def pinned(found: Found, match: Match, exercises: Sequence[Exercise], options: EntryOptions) -> Mapping[str, Pinned]:
    """Return the commits of an entry that count, by exercise; none: it is no repository, or none is asked for.

    Raises: UsageError where the last commit before the due date is asked for, and there is no due date.
    """
    named = match.person.commit if match.person else ""
    named = named or (options.commit if _is_folder(found.path) and _is_repository(found.path) else "")
    if named == DUE:
        return {one.name: _before_due(found, match, one, options) for one in exercises}
    if named:
        return dict.fromkeys((one.name for one in exercises), _at(found, named))
    if not _is_folder(found.path) or not _wants_head(found.path, options):
        return {}
    is_head = options.names not in CLONES
    return dict.fromkeys((one.name for one in exercises), _at(found, _HEAD, is_head=is_head))


def holds(found: Found, commit: str, exercise: Exercise) -> bool:
    """Return whether a commit has a file of an exercise; also where that cannot be said: taking it in says why."""
    from grader.submission.repository import read_commit

    try:
        return bool(read_commit(exercise, found.path, commit, Limits()).files)
    except (RepositoryError, SubmissionError):
        return True


def _at(found: Found, ref: str, *, is_head: bool = False) -> Pinned:
    from grader.submission.repository import commit_at

    try:
        commit = commit_at(found.path, ref)
    except (RepositoryError, SubmissionError):
        return Pinned(commit=ref, is_head=is_head)
    return Pinned(commit=commit.id, at=commit.at, is_head=is_head, undated=None if commit.at else _no_time(found))


def _before_due(found: Found, match: Match, exercise: Exercise, options: EntryOptions) -> Pinned:
    from grader.submission.repository import last_commit_before

    due = _due(match, exercise, options)
    try:
        commit = last_commit_before(found.path, due, shown=found.entry)
    except RepositoryError as error:
        return Pinned(commit="", doubt=Doubt(problem=error.problem, remedy=error.remedy or error.problem))
    except SubmissionError:
        return Pinned(commit=_HEAD)  # a damaged one: taking it in says what is wrong
    return Pinned(commit=commit.id, at=commit.at)


def _due(match: Match, exercise: Exercise, options: EntryOptions) -> datetime:
    own = match.person.due if match.person else None
    due = own or options.dues.get(exercise.name)
    if due is not None:
        return due
    raise UsageError(
        Text(
            en=f"--commit {DUE}: {exercise.name} has no due date.",
            zh=f"--commit {DUE}：{exercise.name} 没有截止时间。",
        ),
        remedy=Text(
            en="Write `due` into [dates] of the course's dlgrade.toml; a branch of that name is refs/heads/due.",
            zh="请在课程 dlgrade.toml 的 [dates] 中写明 `due`；若指同名分支，请写 refs/heads/due。",
        ),
    )


def _no_time(found: Found) -> Doubt:
    return no_time(
        found.entry,
        Text(en="its commit says no time that can be read.", zh="其提交所写的时间无法读取。"),
    )


def _wants_head(path: Path, options: EntryOptions) -> bool:
    if _is_bare(path):
        return True
    return os.path.lexists(path / ".git") and (options.times == GIT or options.names in CLONES)


def _is_repository(path: Path) -> bool:
    return os.path.lexists(path / ".git") or _is_bare(path)


def _is_folder(path: Path) -> bool:
    return is_folder(path) and not path.is_symlink()


def _is_bare(path: Path) -> bool:
    """Whether a folder is a bare repository, by what lies in it: three names alone may be anybody's."""
    if not (is_file(path / _HEAD) and is_folder(path / "objects") and is_folder(path / "refs")):
        return False
    try:
        head = read_file(path / _HEAD, shown=_HEAD, limits=Limits(file=_MAX_HEAD)).raw
        with os.scandir(path / "objects") as entries:
            return _HEAD_FILE.fullmatch(head) is not None and any(_OBJECT_FOLDER.fullmatch(one.name) for one in entries)
    except (OSError, SubmissionError):
        return False
