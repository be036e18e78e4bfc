"""Takes in a student's git repository at a commit: what the commit holds, never what lies in the working tree.

Theory of operation. git is not run: it would run what the repository's own `config` names (a filesystem monitor,
filters, hooks, aliases, transports), follow what leads elsewhere, and fetch what is missing. All that is needed of its
format is read here, in this process: a name leads to a commit (`git_refs`), the commit to its folder and files
(`git_objects`), those to bytes in loose files or packs (`git_packs`), all of them opened without following anything
(`git_files`). The work is counted and ends at a limit. Which files are taken is decided as for archives (`Picker`).

The time of a commit is what its author's machine said, or what the author chose: a claim, not a proof.
"""

from __future__ import annotations

import heapq
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.exercise.paths import show_path
from grader.records import Exercise, Text
from grader.submission.git_files import NoSuchCommit, RepositoryError, is_repository, opened
from grader.submission.git_objects import CommitObject, Objects, TreeEntry
from grader.submission.git_packs import TooLarge
from grader.submission.git_refs import HEAD, Refs
from grader.submission.homes import MAX_FOLDERS, Home
from grader.submission.limits import Limits
from grader.submission.names import MAX_NOTED, Picker, WantedFile, folded_file_name, is_aside, wanted_names
from grader.submission.read import kind_text, too_large
from grader.submission.refusals import shown_name

__all__ = [
    "HEAD",
    "Commit",
    "NoSuchCommit",
    "RepositoryError",
    "commit_at",
    "is_repository",
    "last_commit_before",
    "read_commit",
]

_COMMIT_WORK = 16 * 1024  # what a commit counts as that is looked at for the last one before a moment
_FOLDERS = ("exercises",)  # that may hold the exercises' own folders
_SUBMODULE = 0o160000


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit of a student's repository. `at` is their own claim, in ISO 8601 with its offset; "": not known."""

    id: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtCommit:
    """What a commit holds of an exercise."""

    files: dict[WantedFile, bytes]
    picker: Picker
    shown: str  # how messages name where they were looked for
    submodules: tuple[str, ...]  # folders that are other repositories, and are not looked into


def commit_at(path: Path, ref: str = HEAD, *, shown: str = "") -> Commit:
    """Return the commit that `ref` means in the repository at `path`: a hash or its beginning, a tag, a branch, HEAD.

    `shown` is how messages name the repository, else by its path.
    Raises: NoSuchCommit and RepositoryError, which leave a submission unscored; SubmissionError for a damaged one.
    """
    with opened(path, shown=shown) as folder:
        return _told(Refs(Objects(folder)).commit(ref))


def last_commit_before(path: Path, moment: datetime, *, ref: str = HEAD, shown: str = "") -> Commit:
    """Return the last commit that `ref` leads back to and that says to be no later than `moment`.

    As `git rev-list -1 --before`: newest first by the times that the commits claim. One without a time is passed over.
    Raises: as `commit_at`, and NoSuchCommit where all are later; ValueError for a moment without a zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    with opened(path, shown=shown) as folder:
        objects = Objects(folder)
        newest = Refs(objects).commit(ref)
        for commit in _back_from(newest, objects):
            if commit.at is not None and commit.at <= moment:
                return _told(commit)
    raise _all_later(shown or show_path(path), moment, newest)


def read_commit(exercise: Exercise, path: Path, ref: str, limits: Limits, *, shown: str = "") -> AtCommit:
    """Return the exercise's files at a commit: of its top, one folder in it, the folder that has its name, or the one
    further down that holds them.

    Raises: as `commit_at`; SubmissionError for what `Picker` refuses, and files over the limits.
    """
    with opened(path, shown=shown) as folder:
        objects = Objects(folder)
        commit = Refs(objects).commit(ref)
        home, place = _home(exercise, commit, objects)
        shown = f"{folder.shown} @ {commit.id[:12]}{place}"
        submodules: list[str] = []
        picker = Picker(exercise, shown)
        asked = _asked(exercise, picker, _levels(home, objects, submodules, most=1))
        if not asked and (inner := _further_down(exercise, shown, _levels(home, objects, [], most=MAX_FOLDERS))):
            picker = Picker(exercise, shown, home=inner.home)
            asked = _asked(exercise, picker, inner.named)
            picker.ignored = inner.files - len(asked)
        files = {one: _blob(objects, entry, one, shown, limits.of(one)) for one, entry in asked.items()}
    return AtCommit(files=files, picker=picker, shown=shown, submodules=tuple(submodules))


@dataclass(frozen=True, slots=True, kw_only=True)
class _FurtherDown:
    """The one folder further down that holds an exercise's files."""

    home: Home
    named: list[tuple[str, TreeEntry]]  # all that are called so, wherever they lie
    files: int  # of any name


def _told(commit: CommitObject) -> Commit:
    return Commit(id=commit.id, at="" if commit.at is None else commit.at.isoformat())


def _home(exercise: Exercise, commit: CommitObject, objects: Objects) -> tuple[str, str]:
    """Return the folder to look in: the exercise's own by its name, where the top has none of its files."""
    wanted = set(wanted_names(exercise))
    top = {entry.name: entry for entry in _few(objects.entries(commit.tree), {exercise.name, *_FOLDERS, *wanted})}
    if wanted & top.keys():
        return commit.tree, ""
    for parent in ("", *_FOLDERS):
        inside = top
        if parent:
            if parent not in top or not stat.S_ISDIR(top[parent].mode):
                continue
            inside = {one.name: one for one in _few(objects.entries(top[parent].id), {exercise.name})}
        own = inside.get(exercise.name)
        if own is not None and stat.S_ISDIR(own.mode) and any(_few(objects.entries(own.id), wanted)):
            return own.id, f"/{parent}{'/' if parent else ''}{exercise.name}"
    return commit.tree, ""


def _few(entries: Iterator[TreeEntry], names: set[str]) -> Iterator[TreeEntry]:
    return (entry for entry in entries if entry.name in names)


def _further_down(exercise: Exercise, shown: str, members: Iterable[tuple[str, TreeEntry]]) -> _FurtherDown | None:
    """Return where the exercise's files lie, if in one folder only. Raises: SubmissionError where in several."""
    probe, wanted = Picker(exercise, shown), {folded_file_name(name) for name in wanted_names(exercise)}
    named: list[tuple[str, TreeEntry]] = []
    files = 0
    for name, entry in members:
        files += not stat.S_ISDIR(entry.mode)
        if folded_file_name(entry.name) in wanted:
            probe.offer(name, not_a_file=_not_a_file(entry.mode), folder=stat.S_ISDIR(entry.mode))
            named.append((name, entry))
    home = probe.deeper()
    return None if home is None else _FurtherDown(home=home, named=named, files=files)


def _asked(exercise: Exercise, picker: Picker, named: Iterable[tuple[str, TreeEntry]]) -> dict[WantedFile, TreeEntry]:
    """Return what the picker takes; of other names it is told only as many as messages show."""
    wanted = {folded_file_name(name) for name in wanted_names(exercise)}
    asked: dict[WantedFile, TreeEntry] = {}
    for name, entry in named:
        if folded_file_name(entry.name) in wanted or len(picker.names) < MAX_NOTED:
            found = picker.offer(name, not_a_file=_not_a_file(entry.mode), folder=stat.S_ISDIR(entry.mode))
            if found is not None:
                asked[found] = entry
        else:
            picker.ignored += 1
    return asked


def _levels(
    tree: str, objects: Objects, submodules: list[str], *, most: int, above: str = ""
) -> Iterator[tuple[str, TreeEntry]]:
    """Yield what lies in a folder and in those below it, at most so many around a file, each with its path."""
    folders: list[TreeEntry] = []
    for entry in objects.entries(tree):
        yield above + entry.name, entry
        if stat.S_ISDIR(entry.mode) and not is_aside([entry.name]):
            folders.append(entry)
        elif entry.mode == _SUBMODULE and len(submodules) < MAX_NOTED:
            submodules.append(above + entry.name)
    for folder in folders if most else ():
        yield from _levels(folder.id, objects, submodules, most=most - 1, above=f"{above}{folder.name}/")


def _not_a_file(mode: int) -> Text | None:
    if stat.S_ISREG(mode):
        return None
    return Text(en="a submodule", zh="子模块") if mode == _SUBMODULE else kind_text(mode)


def _blob(objects: Objects, entry: TreeEntry, asked: WantedFile, shown: str, cap: int) -> bytes:
    place = f"{shown}: {shown_name(asked.name)}"
    try:
        found = objects.find(entry.id)
    except TooLarge as error:
        raise too_large(error.size, place, cap) from None
    if found is not None and len(found.data) > cap:
        raise too_large(len(found.data), place, cap)
    return found.data if found is not None and found.kind == b"blob" else objects.read(entry.id, b"blob")


def _back_from(newest: CommitObject, objects: Objects) -> Iterator[CommitObject]:
    """Yield commits from the newest back, by the time that each claims; a shallow clone ends where it was cut."""
    cut = set((objects.folder.read("shallow", most=1 << 20) or b"").decode("ascii", "replace").split())
    waiting = [(_age(newest), newest.id, newest)]
    seen = {newest.id}
    while waiting:
        objects.folder.work.spend(_COMMIT_WORK)
        commit = heapq.heappop(waiting)[2]
        yield commit
        for parent in commit.parents if commit.id not in cut else ():
            if parent not in seen:
                seen.add(parent)
                found = objects.commit(parent)
                heapq.heappush(waiting, (_age(found), found.id, found))


def _age(commit: CommitObject) -> float:
    return 0.0 if commit.at is None else -commit.at.timestamp()


def _all_later(shown: str, moment: datetime, newest: CommitObject) -> NoSuchCommit:
    at = "?" if newest.at is None else newest.at.astimezone(UTC).isoformat(sep=" ", timespec="minutes")
    limit = moment.isoformat(sep=" ", timespec="minutes")
    return NoSuchCommit(
        Text(
            en=f"{shown}: no commit says to be from {limit} or before; the newest is {newest.id[:12]} ({at}).",
            zh=f"{shown}：没有 {limit} 或之前的提交；最新的是 {newest.id[:12]}（{at}）。",
        ),
        remedy=Text(
            en="Whoever grades: name the commit that counts in the roster's column commit (HEAD takes the newest, late "
            "as it is).",
            zh="请评分的老师在名单的 commit 列中写明以哪次提交为准（HEAD 即最新的，虽已迟交）。",
        ),
    )
