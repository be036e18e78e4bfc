"""A student's workspace: a folder with copies of what students get, and a marker that names its course.

Only the student's own files are ever taken from it. Tests, manifest and limits come from the course, so editing
the copies changes no grade.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import AuthorError
from grader.exercise.failure import BilingualUsageError
from grader.exercise.manifest import MANIFEST, STATEMENTS, VISIBLE_TESTS
from grader.exercise.paths import is_file, is_folder, show_path
from grader.records import Exercise, Text

if TYPE_CHECKING:
    from grader.exercise.course import Course

MARKER = Path(".dlgrade") / "workspace.toml"
MARKER_SCHEMA = "workspace/1"
BUILTIN = "builtin"  # the course that ships with the package
MAX_MARKER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder that `dlgrade start` made."""

    root: Path
    course: str  # BUILTIN, or the absolute path of a course

    def own_files(self, exercise: Exercise) -> Path:
        """Return the folder where the student's own files of `exercise` lie."""
        return self.root / exercise.name


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkspace(Workspace):
    """What `create_workspace` did, file by file; paths are relative to the root."""

    copied: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()  # there already, and differing from the course's file
    broken: tuple[AuthorError, ...] = ()  # exercises that could not be read, and were left out


def find_workspace(cwd: Path) -> Workspace | None:
    """Return the nearest workspace that `cwd` lies in.

    Raises: UsageError when its marker cannot be understood.
    """
    folder = cwd.absolute()
    return next((_marked(root) for root in (folder, *folder.parents) if is_file(root / MARKER)), None)


def create_workspace(directory: Path, course: Course) -> NewWorkspace:
    """Copy what students get into `directory`, and mark it as a workspace of `course`.

    A file that is there already is never written: doing it again adds what is missing, and keeps all else.
    Raises: UsageError where `directory` is no place for a workspace.
    """
    root = directory.absolute()
    reference = BUILTIN if course.is_builtin else str(course.root)
    _refuse_place(root, course, reference)
    copied: list[Path] = []
    kept: list[Path] = []
    broken: list[AuthorError] = []
    try:
        for entry in course.entries:
            try:
                exercise = entry.read()
            except AuthorError as error:
                broken.append(error)
                continue
            for name in (*exercise.files, *STATEMENTS, MANIFEST, VISIBLE_TESTS):
                source, target = entry.folder / name, Path(exercise.name) / name
                if _copy_new(source, root / target):
                    copied.append(target)
                elif not _same(source, root / target):
                    kept.append(target)
        _write_marker(root, reference)
    except OSError as error:
        raise _unwritable(root, error) from None
    return NewWorkspace(root=root, course=reference, copied=tuple(copied), kept=tuple(kept), broken=tuple(broken))


def _marked(root: Path) -> Workspace:
    marker = root / MARKER
    try:
        with marker.open("rb") as stream:
            content = tomllib.loads(stream.read(MAX_MARKER_BYTES).decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise _bad_marker(marker, str(error)) from None
    if content.get("schema") != MARKER_SCHEMA:
        raise _bad_marker(marker, f"schema = {content.get('schema')!r}, expected {MARKER_SCHEMA!r}")
    course = content.get("course")
    if not isinstance(course, str) or not (course == BUILTIN or Path(course).is_absolute()):
        raise _bad_marker(marker, f"course = {course!r}, expected {BUILTIN!r} or an absolute path")
    return Workspace(root=root, course=course)


def _bad_marker(marker: Path, reason: str) -> BilingualUsageError:
    root = show_path(marker.parent.parent)
    return BilingualUsageError(
        Text(
            en=f"{show_path(marker)}: not a workspace's marker: {reason}.",
            zh=f"{show_path(marker)}：不是工作区标记文件：{reason}。",
        ),
        remedy=Text(
            en=f"Delete it and run `dlgrade start {root}`: your own files there are kept.",
            zh=f"请删除它，再运行 `dlgrade start {root}`：其中你自己的文件会保留。",
        ),
    )


def _refuse_place(root: Path, course: Course, reference: str) -> None:
    if root.exists() and not is_folder(root):
        raise BilingualUsageError(
            Text(en=f"{show_path(root)} is a file.", zh=f"{show_path(root)} 是文件。"),
            remedy=Text(en="Name a folder, new or empty.", zh="请给出一个新的或空的文件夹。"),
        )
    place = root.resolve()
    if place == course.root.resolve() or place.is_relative_to(course.exercises_folder.resolve()):
        raise BilingualUsageError(
            Text(en=f"{show_path(root)} is the course itself.", zh=f"{show_path(root)} 就是课程本身。"),
            remedy=Text(
                en="Name another folder, such as ~/deep-learning; or edit the files in exercises/ where they are.",
                zh="请给出别的文件夹，例如 ~/deep-learning；或直接编辑 exercises/ 中的文件。",
            ),
        )
    there = _marked(root) if is_file(root / MARKER) else None
    if there and there.course != reference:
        raise BilingualUsageError(
            Text(
                en=f"{show_path(root)} is a workspace of another course: {there.course}; asked for {reference}.",
                zh=f"{show_path(root)} 是另一门课程的工作区：{there.course}；现在要的是 {reference}。",
            ),
            remedy=Text(en="Name another folder.", zh="请给出别的文件夹。"),
        )


def _copy_new(source: Path, target: Path) -> bool:
    """Copy `source` to where nothing is yet; say whether it did."""
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    try:
        stream = target.open("xb")  # x: fails on whatever is there, a broken link included
    except FileExistsError:
        return False
    try:
        with stream:
            stream.write(content)
    except BaseException:
        target.unlink()  # half a file would be kept as the student's own
        raise
    return True


def _same(source: Path, target: Path) -> bool:
    return is_file(target) and source.read_bytes() == target.read_bytes()


def _write_marker(root: Path, reference: str) -> None:
    try:
        # JSON's escapes are TOML's, but for DEL, which JSON leaves as it is.
        course = json.dumps(reference, ensure_ascii=False).replace("\x7f", r"\u007f")
        content = f'schema = "{MARKER_SCHEMA}"\ncourse = {course}\n'.encode()
    except UnicodeEncodeError:
        raise BilingualUsageError(
            Text(en=f"The course's path is not UTF-8: {reference!a}.", zh=f"课程路径不是 UTF-8：{reference!a}。"),
            remedy=Text(en="Rename its folder.", zh="请给它的文件夹改名。"),
        ) from None
    marker = root / MARKER
    marker.parent.mkdir(parents=True, exist_ok=True)
    temporary = marker.with_name(f"{marker.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(marker)


def _unwritable(root: Path, error: OSError) -> BilingualUsageError:
    at = show_path(Path(error.filename)) if isinstance(error.filename, str) else show_path(root)
    return BilingualUsageError(
        Text(
            en=f"The workspace cannot be written: {at}: {error.strerror}.",
            zh=f"无法写入工作区：{at}：{error.strerror}。",
        ),
        remedy=Text(
            en="Choose a folder that you may write to. What was copied so far is complete; running it again goes on.",
            zh="请选择你有写权限的文件夹。已复制的文件是完整的；再次运行会继续。",
        ),
    )
