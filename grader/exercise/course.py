"""A course: a folder with exercises/ and, at the instructor's, solutions/ beside it.

Whoever names the course names the tests, and tests run with the grader's rights. So where other people's code is
graded, the course must be named (`--course`), not found from the current directory: that may be a student's.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.errors import AuthorError, GraderFault, UsageError
from grader.exercise.manifest import MANIFEST, read_exercise
from grader.exercise.paths import is_file, is_folder, names_in, show_name, show_path
from grader.exercise.workspace import BUILTIN, MARKER, Workspace, find_workspace
from grader.records import Exercise, Text

EXERCISES = "exercises"
SOLUTIONS = "solutions"
PACKAGE = Path(__file__).parent.parent
_FOLDER_NAME = re.compile(r"(?P<id>exercise(?P<number>[0-9]{2,}))_(?P<slug>.+)")
_NUMBERED = re.compile(r"(?:exercise|ex)?[-_ ]?0*(?P<number>[0-9]+)")


class Origin(StrEnum):
    """How a course was found."""

    NAMED = "named"  # --course, DLGRADE_COURSE
    WORKSPACE = "workspace"  # by the marker above the current directory
    CHECKOUT = "checkout"  # by exercises/ above the current directory
    BUILTIN = "builtin"  # it ships with the package


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One exercise of a course, known by its folder's name; whether it is valid shows when it is read."""

    folder: Path
    solution_folder: Path | None

    @property
    def name(self) -> str:
        """The folder's name: `exercise03_softmax`."""
        return self.folder.name

    @property
    def id(self) -> str:
        """`exercise03`, of `exercise03_softmax`; the whole name where the folder is not named like that."""
        match = _FOLDER_NAME.fullmatch(self.name)
        return match["id"] if match else self.name

    @property
    def number(self) -> int | None:
        """3, of `exercise03_softmax`; None where the folder is not named like that."""
        match = _FOLDER_NAME.fullmatch(self.name)
        return int(match["number"]) if match else None

    @property
    def aliases(self) -> tuple[str, ...]:
        """What the exercise may be called: folder name, id, slug."""
        match = _FOLDER_NAME.fullmatch(self.name)
        return (self.name, match["id"], match["slug"]) if match else (self.name,)

    @property
    def label(self) -> str:
        """How a message names it: `exercise03 softmax`."""
        match = _FOLDER_NAME.fullmatch(self.name)
        return f"{match['id']} {match['slug']}" if match else show_name(self.name)

    def read(self) -> Exercise:
        """Return the exercise. Raises: AuthorError when its manifest or a file is wrong."""
        return read_exercise(self.folder, solution_folder=self.solution_folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One exercise as a list shows it: readable, or with the reason why not."""

    entry: Entry
    exercise: Exercise | None
    error: AuthorError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The exercises at hand, in the order of their numbers, and whose files a check takes."""

    root: Path
    entries: tuple[Entry, ...]
    origin: Origin
    is_builtin: bool  # the course that ships with the package, however it was found
    workspace: Workspace | None = None

    @property
    def exercises_folder(self) -> Path:
        """Where the exercises' folders lie."""
        return self.root / EXERCISES

    @property
    def progress_root(self) -> Path | None:
        """The folder whose `.dlgrade` keeps the student's progress; None: nowhere to keep it."""
        if self.workspace:
            return self.workspace.root
        return None if self.origin is Origin.BUILTIN else self.root

    def find(self, name: str) -> Exercise:
        """Return the exercise called `name`: an id, a slug, a number, a folder name, or a unique prefix of these.

        Raises: UsageError for a name that fits none, or several; AuthorError when that exercise is broken.
        """
        return self.find_entry(name).read()

    def find_entry(self, name: str) -> Entry:
        """Return the entry that `find` would read. Raises: UsageError."""
        wanted = _normal(name)
        number = _number(wanted)
        spelled = {entry: tuple(map(_normal, entry.aliases)) for entry in self.entries}
        exact = [entry for entry, aliases in spelled.items() if wanted in aliases]
        numbered = [entry for entry in self.entries if number is not None and entry.number == number]
        begun = [entry for entry, aliases in spelled.items() if wanted and any(a.startswith(wanted) for a in aliases)]
        found = exact or numbered or begun
        if len(found) == 1:
            return found[0]
        raise _ambiguous(name, found) if found else self._unknown(name)

    def after(self, exercise: Exercise) -> Entry | None:
        """Return the entry that follows `exercise`; None after the last."""
        names = [entry.name for entry in self.entries]
        following = names.index(exercise.name) + 1
        return self.entries[following] if following < len(self.entries) else None

    def read_all(self) -> tuple[Listed, ...]:
        """Return every exercise; a broken one with its error, so that it hides no other."""
        return tuple(_listed(entry) for entry in self.entries)

    def own_files(self, exercise: Exercise) -> Path:
        """Return the folder where the student's own files of `exercise` lie.

        Raises: UsageError outside any workspace, for the course that ships with the package.
        """
        if self.workspace:
            return self.workspace.own_files(exercise)
        if self.origin is not Origin.BUILTIN:
            return self.exercises_folder / exercise.name
        raise UsageError(
            Text(
                en=f"There is no file of yours to check for {exercise.name}: you are in no workspace.",
                zh=f"没有可检查的 {exercise.name} 文件：当前不在任何工作区中。",
            ),
            remedy=Text(
                en="Run `dlgrade start DIR` to get the exercises into a folder and work there, "
                "or give your file with `--submission PATH`.",
                zh="请运行 `dlgrade start DIR` 把练习放入一个文件夹并在其中作答，或用 `--submission PATH` 给出文件。",
            ),
        )

    def _unknown(self, name: str) -> UsageError:
        if not self.entries:
            return _no_exercises(self.root)
        labels = ", ".join(entry.label for entry in self.entries)
        close = _near(_normal(name), self.entries)
        return UsageError(
            Text(en=f"No exercise is called {name!r}.", zh=f"没有名为 {name!r} 的练习。"),
            remedy=Text(
                en=(f"Did you mean {close.label}? " if close else "") + f"There are: {labels}.",
                zh=(f"是不是 {close.label}？" if close else "") + f"现有练习：{labels}。",
            ),
        )


def load_course(path: Path | None = None, *, cwd: Path | None = None) -> Course:
    """Return the course at `path`, else the one that `cwd` lies in, else the one that ships with the package.

    `path` may also be a workspace: then its course, and its files. `cwd` is the current directory unless given.
    The student's own files are those of the workspace that `cwd` lies in, also where `path` names the course.
    Raises: UsageError where `path`, or a workspace's marker, leads to no course.
    """
    here = (cwd or Path.cwd()).absolute()
    if path is not None:
        named = path.absolute()
        if is_file(named / MARKER) and (workspace := find_workspace(named)):
            return _of_workspace(workspace, Origin.NAMED)
        if not _has_exercises(named):
            raise _no_exercises(named)
        return _course(named, Origin.NAMED, workspace=find_workspace(here))
    workspace = find_workspace(here)
    if workspace:
        return _of_workspace(workspace, Origin.WORKSPACE)
    for folder in (here, *here.parents):
        if _has_exercises(folder):
            return _course(folder, Origin.CHECKOUT)
    return _course(_builtin_root(), Origin.BUILTIN, is_builtin=True)


def _of_workspace(workspace: Workspace, origin: Origin) -> Course:
    if workspace.course == BUILTIN:
        return _course(_builtin_root(), origin, workspace=workspace, is_builtin=True)
    root = Path(workspace.course)
    if _has_exercises(root):
        return _course(root, origin, workspace=workspace)
    marker = show_path(workspace.root / MARKER)
    raise UsageError(
        Text(
            en=f"{marker}: course = {workspace.course!r}: no exercises are there (any more).",
            zh=f"{marker}：course = {workspace.course!r}：那里（已）没有练习。",
        ),
        remedy=Text(
            en=f"Correct that line, or name the course with `--course DIR`, or write course = {BUILTIN!r}.",
            zh=f"请改正这一行，或用 `--course DIR` 指明课程，或写 course = {BUILTIN!r}。",
        ),
    )


def _builtin_root() -> Path:
    packed = PACKAGE / "_course"  # in a wheel; in a checkout the course lies beside the package
    for root in (packed, PACKAGE.parent):
        if _has_exercises(root):
            return root
    raise GraderFault(
        Text(
            en=f"The course that ships with dlgrade is missing: neither {packed} nor {PACKAGE.parent / EXERCISES}.",
            zh=f"缺少 dlgrade 自带的课程：{packed} 和 {PACKAGE.parent / EXERCISES} 都不存在。",
        ),
        remedy=Text(
            en="Reinstall dlgrade, or name a course with `--course DIR`.",
            zh="请重新安装 dlgrade，或用 `--course DIR` 指明课程。",
        ),
    )


def _course(root: Path, origin: Origin, *, workspace: Workspace | None = None, is_builtin: bool = False) -> Course:
    return Course(root=root, entries=_entries(root), origin=origin, is_builtin=is_builtin, workspace=workspace)


def _has_exercises(root: Path) -> bool:
    return any(is_file(root / EXERCISES / name / MANIFEST) for name in names_in(root / EXERCISES))


def _entries(root: Path) -> tuple[Entry, ...]:
    """Return all exercises below `root`: also folders that are named like one and lack their manifest."""
    entries = []
    for name in names_in(root / EXERCISES):
        folder, solution = root / EXERCISES / name, root / SOLUTIONS / name
        if is_file(folder / MANIFEST) or (is_folder(folder) and _FOLDER_NAME.fullmatch(name)):
            entries.append(Entry(folder=folder, solution_folder=solution if is_folder(solution) else None))
    return tuple(sorted(entries, key=lambda entry: (entry.number is None, entry.number or 0, entry.name)))


def _listed(entry: Entry) -> Listed:
    try:
        return Listed(entry=entry, exercise=entry.read(), error=None)
    except AuthorError as error:
        return Listed(entry=entry, exercise=None, error=error)


def _normal(name: str) -> str:
    """Return what two spellings of a name share; a path, as a shell completes it, counts as its last part."""
    return Path(name.strip()).name.casefold().replace("-", "_")


def _number(wanted: str) -> int | None:
    match = _NUMBERED.fullmatch(wanted)
    return int(match["number"]) if match and len(match["number"]) < 10 else None


def _near(wanted: str, entries: Iterable[Entry]) -> Entry | None:
    """Return the entry that a mistyped name most probably meant."""
    owners = {_normal(alias): entry for entry in entries for alias in entry.aliases}
    matches = difflib.get_close_matches(wanted, list(owners), n=1, cutoff=0.5)
    return owners[matches[0]] if matches else None


def _ambiguous(name: str, found: Iterable[Entry]) -> UsageError:
    labels = ", ".join(entry.label for entry in found)
    return UsageError(
        Text(en=f"{name!r} fits several exercises: {labels}.", zh=f"{name!r} 对应多个练习：{labels}。"),
        remedy=Text(en="Type more of the name, or the id.", zh="请写得更完整，或用练习编号。"),
    )


def _no_exercises(root: Path) -> UsageError:
    parent_is_it = root.name == EXERCISES and _has_exercises(root.parent)
    there = "/".join((show_path(root), EXERCISES, "exercise01_…", MANIFEST))
    return UsageError(
        Text(
            en=f"{show_path(root)} is no course: expected at least one {there}.",
            zh=f"{show_path(root)} 不是课程：其中至少应有一个 {there}。",
        ),
        remedy=Text(
            en=f"Did you mean {show_path(root.parent)}?" if parent_is_it else "Name a folder that holds exercises/.",
            zh=f"是不是 {show_path(root.parent)}？" if parent_is_it else "请给出含有 exercises/ 的文件夹。",
        ),
    )
