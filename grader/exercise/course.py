"""A course: a folder with exercises/ and, at the instructor's, solutions/ beside it; `dlgrade.toml` may say more.

Whoever names the course names the tests, and tests run with the grader's rights. So where other people's code is
graded, the course must be named (`--course`), not found from the current directory: that may be a student's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from grader.errors import AuthorError, GraderFault, UsageError, both, joined
from grader.exercise.course_file import COURSE_FILE, EXERCISES, CourseFile, read_course_file
from grader.exercise.entries import (
    Entry,
    below,
    entries_of,
    in_order,
    near,
    normal,
    number_in,
    unknown_names,
)
from grader.exercise.manifest import MANIFEST
from grader.exercise.paths import is_file, is_folder, names_in, show_name, show_names, show_path
from grader.exercise.problems import toml_literal
from grader.exercise.workspace import BUILTIN, MARKER, Workspace, find_workspace, read_marker
from grader.records import Exercise, Text

VARIABLE = "DLGRADE_COURSE"  # names a course as `--course` does, which comes before it
PACKAGE = Path(__file__).parent.parent


class Origin(StrEnum):
    """How a course was found."""

    NAMED = "named"  # --course, DLGRADE_COURSE
    WORKSPACE = "workspace"  # by the marker above the current directory
    CHECKOUT = "checkout"  # by exercises/ or dlgrade.toml above the current directory
    BUILTIN = "builtin"  # it ships with the package


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One exercise as a list shows it: readable, or with the reason why not."""

    entry: Entry
    exercise: Exercise | None
    error: AuthorError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The exercises at hand, in the course's order, and whose files a check takes."""

    root: Path
    entries: tuple[Entry, ...]
    origin: Origin
    is_builtin: bool  # the course that ships with the package, however it was found
    workspace: Workspace | None = None
    file: CourseFile = field(default_factory=CourseFile)
    unknown: tuple[Text, ...] = ()  # names in its file that no exercise has: not here yet, or misspelt

    @property
    def exercises_folder(self) -> Path:
        """Where the exercises' folders lie."""
        return below(self.root, self.file.exercises)

    @property
    def progress_root(self) -> Path | None:
        """The folder whose `.dlgrade` keeps the student's progress, each course's apart; None: nowhere to keep it."""
        if self.workspace:
            own = self.origin is Origin.WORKSPACE or _leads_to(self.workspace, self.root)
            return self.workspace.root if own else self.workspace.apart(self.root)
        return None if self.origin is Origin.BUILTIN else self.root

    def find(self, name: str) -> Exercise:
        """Return the exercise called `name`: an id, a slug, a number, a folder name, or a unique prefix of these.

        Raises: UsageError for a name that fits none, or several; AuthorError when that exercise is broken.
        """
        return self.find_entry(name).read()

    def find_entry(self, name: str) -> Entry:
        """Return the entry that `find` would read. Raises: UsageError."""
        wanted = normal(name)
        number = number_in(wanted)
        spelled = {entry: tuple(map(normal, entry.aliases)) for entry in self.entries}
        exact = [entry for entry, aliases in spelled.items() if wanted in aliases]
        numbered = [entry for entry in self.entries if number is not None and entry.number == number]
        begun = [entry for entry, aliases in spelled.items() if wanted and any(a.startswith(wanted) for a in aliases)]
        found = exact or numbered or begun
        if len(found) == 1:
            return found[0]
        raise _ambiguous(name, found) if found else self._unknown(name)

    def after(self, exercise: Exercise, *, now: datetime | None = None) -> Entry | None:
        """Return the entry that follows `exercise` among those given out by `now`; None after the last."""
        moment = now or datetime.now(UTC)
        names = [entry.name for entry in self.entries]
        following = self.entries[names.index(exercise.name) + 1 :]
        return next((entry for entry in following if entry.dates.is_released(moment)), None)

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
            return _empty(self.root)
        labels = ", ".join(entry.label for entry in self.entries)
        close = near(normal(name), self.entries)
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
        return _named(path.absolute(), here)
    if variable := os.environ.get(VARIABLE):
        try:
            return _named(Path(variable).absolute(), here)
        except UsageError as error:
            problem = joined((both(f"{VARIABLE}={show_name(variable)}:"), error.problem))
            raise UsageError(problem, remedy=error.remedy or "") from None
    for folder in (here, *here.parents):
        if is_file(folder / MARKER):
            return _of_workspace(read_marker(folder), Origin.WORKSPACE)
        if _is_course(folder):
            return _course(folder, Origin.CHECKOUT)
    return _course(_builtin_root(), Origin.BUILTIN, is_builtin=True)


def _named(root: Path, here: Path) -> Course:
    if is_file(root / MARKER) and (workspace := find_workspace(root)):
        return _of_workspace(workspace, Origin.NAMED)
    if not _is_course(root) and (not _holds_exercises(root) or _is_part_of_a_course(root)):
        raise _no_exercises(root)
    return _course(root, Origin.NAMED, workspace=find_workspace(here))


def _of_workspace(workspace: Workspace, origin: Origin) -> Course:
    if workspace.course == BUILTIN:
        return _course(_builtin_root(), origin, workspace=workspace, is_builtin=True)
    root = Path(workspace.course)
    if _is_course(root) or _holds_exercises(root):
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
    file = _file_of(root)
    found = entries_of(root, file)
    return Course(
        root=root,
        entries=in_order(found, file),
        origin=origin,
        is_builtin=is_builtin,
        workspace=workspace,
        file=file,
        unknown=unknown_names(file, found),
    )


def _is_course(root: Path) -> bool:
    return is_file(root / COURSE_FILE) or _has_exercises(root)


def _has_exercises(root: Path) -> bool:
    return _holds_exercises(root / EXERCISES)


def _holds_exercises(folder: Path) -> bool:
    return any(is_file(folder / name / MANIFEST) for name in names_in(folder))


def _is_part_of_a_course(folder: Path) -> bool:
    """Whether these are the exercises of the course above: it was meant, with its solutions and dates."""
    above = folder.parent
    return _is_course(above) and below(above, _file_of(above).exercises) == folder


def _file_of(root: Path) -> CourseFile:
    """Return what the course says of itself; it may have no exercises yet.

    Raises: AuthorError where it names a folder that is not there, not the one that holds them, or two hold some.
    """
    if not is_file(root / COURSE_FILE):
        beside = _holds_exercises(root)
        if beside and _has_exercises(root):
            raise _two_places(root)
        return CourseFile(exercises=".") if beside else CourseFile()
    file = read_course_file(root)
    folder = below(root, file.exercises)
    if _holds_exercises(folder):
        return file
    meant = next((path for path in (EXERCISES, ".", "..") if _holds_exercises(below(root, path))), None)
    if meant is not None or (file.exercises != EXERCISES and not is_folder(folder)):
        raise _misled(root, file, meant)
    return file


def _listed(entry: Entry) -> Listed:
    try:
        return Listed(entry=entry, exercise=entry.read(), error=None)
    except AuthorError as error:
        return Listed(entry=entry, exercise=None, error=error)


def _ambiguous(name: str, found: Iterable[Entry]) -> UsageError:
    labels = ", ".join(entry.label for entry in found)
    return UsageError(
        Text(en=f"{name!r} fits several exercises: {labels}.", zh=f"{name!r} 对应多个练习：{labels}。"),
        remedy=Text(en="Type more of the name, or the id.", zh="请写得更完整，或用练习编号。"),
    )


def _leads_to(workspace: Workspace, root: Path) -> bool:
    """Whether `root` is the workspace's course, or stands in for one that is gone."""
    if workspace.course == BUILTIN:
        return root.resolve() == _builtin_root().resolve()
    own = Path(workspace.course)
    return not is_folder(own) or own.resolve() == root.resolve()


def _two_places(root: Path) -> AuthorError:
    shown = show_path(root)
    return AuthorError(
        Text(
            en=f"{shown} holds exercises in {EXERCISES}/ and beside it: which of them are the course?",
            zh=f"{shown} 的 {EXERCISES}/ 里和旁边都有练习：哪些才是这门课程？",
        ),
        remedy=Text(
            en=f'Write exercises = "{EXERCISES}" or exercises = "." into {shown}/{COURSE_FILE}; or move them together.',
            zh=f'请在 {shown}/{COURSE_FILE} 中写 exercises = "{EXERCISES}" 或 exercises = "."；或把它们放到一起。',
        ),
    )


def _misled(root: Path, file: CourseFile, meant: str | None) -> AuthorError:
    shown, key = show_path(root / COURSE_FILE), f"exercises = {toml_literal(file.exercises)}"
    there = show_path(below(root, file.exercises))
    other = Text(en=f'Did you mean exercises = "{meant}"?', zh=f'是不是想写 exercises = "{meant}"？')
    none = Text(en="Name the folder that holds the exercises.", zh="请写出练习所在的文件夹。")
    return AuthorError(
        Text(
            en=f"{shown}: {key}: expected a folder with at least one exercise01_…/{MANIFEST}, got {there}.",
            zh=f"{shown}：{key}：应为至少含有一个 exercise01_…/{MANIFEST} 的文件夹，实为 {there}。",
        ),
        remedy=none if meant is None else other,
    )


def _empty(root: Path) -> UsageError:
    shown = show_path(root)
    return UsageError(
        Text(en=f"The course {shown} has no exercises yet.", zh=f"课程 {shown} 还没有练习。"),
        remedy=Text(en="`dlgrade new` makes one.", zh="可用 `dlgrade new` 新建一个。"),
    )


def _no_exercises(root: Path) -> UsageError:
    shown = show_path(root)
    there = "/".join((shown, EXERCISES, "exercise01_…", MANIFEST))
    inside = [root / name for name in names_in(root) if _is_course(root / name)]
    meant = [root.parent] if _holds_exercises(root) else inside
    shown_ones = show_names([show_path(one) for one in meant])
    remedy = Text(en="Name a folder that holds exercises/.", zh="请给出含有 exercises/ 的文件夹。")
    if len(meant) == 1:
        remedy = Text(en=f"Did you mean {shown_ones}?", zh=f"是不是 {shown_ones}？")
    elif meant:
        remedy = Text(en=f"It holds courses; name one: {shown_ones}.", zh=f"其中有多门课程，请指明一门：{shown_ones}。")
    return UsageError(
        Text(
            en=f"{shown} is no course: expected at least one {there}, or a {COURSE_FILE}.",
            zh=f"{shown} 不是课程：其中至少应有一个 {there}，或一个 {COURSE_FILE}。",
        ),
        remedy=remedy,
    )
