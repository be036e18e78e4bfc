"""Entries that are git repositories: which commit counts, what it holds, and when it says to be from.

A folder with a `.git` is read as any folder is, unless a commit is asked for: by the roster, by `--commit`, by
`--times git`, or because it is bare or a classroom's clone; then what its working tree holds does not count. The time
of a commit is what the student's machine said, or what the student chose: a claim.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.handed import EntryOptions, Found
from grader.batch.matching import Match
from grader.batch.times import GIT
from grader.errors import AuthorError, SubmissionError
from grader.exercise.paths import is_file, is_folder
from grader.records import Exercise
from grader.submission.limits import Limits

CLONES = ("github-classroom", "classroom50")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A commit that counts, in full where it is there; else as it was named, and `collect` says what is wrong."""

    commit: str
    at: str


def pinned(found: Found, match: Match, options: EntryOptions) -> Pinned | None:
    """Return the commit of an entry that counts; None: it is no repository, or no commit of it is asked for."""
    named = match.person.commit if match.person else ""
    ref = named or (_ref(found.path, options) if _is_folder(found.path) else "")
    if not ref:
        return None
    from grader.submission.repository import commit_at

    try:
        commit = commit_at(found.path, ref)
    except (AuthorError, SubmissionError):
        return Pinned(commit=ref, at="")
    return Pinned(commit=commit.id, at=commit.at)


def holds(found: Found, commit: str, exercises: Sequence[Exercise]) -> tuple[Exercise, ...]:
    """Return the exercises of which a commit has a file; all of them where that cannot be said."""
    if len(exercises) == 1:
        return tuple(exercises)
    from grader.submission.repository import read_commit

    held = []
    for exercise in exercises:
        try:
            if not read_commit(exercise, found.path, commit, Limits()).files:
                continue
        except (AuthorError, SubmissionError):
            pass  # an entry all the same: taking it in says what is wrong
        held.append(exercise)
    return tuple(held)


def _ref(path: Path, options: EntryOptions) -> str:
    if _is_bare(path):
        return options.commit or "HEAD"
    if not os.path.lexists(path / ".git"):
        return ""
    wanted = options.times == GIT or options.names in CLONES
    return options.commit or ("HEAD" if wanted else "")


def _is_folder(path: Path) -> bool:
    return is_folder(path) and not path.is_symlink()


def _is_bare(path: Path) -> bool:
    return is_file(path / "HEAD") and is_folder(path / "objects") and is_folder(path / "refs")
