"""Making a student's workspace: copies of what students get, and the marker; nothing that is there is overwritten."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import AuthorError, UsageError
from grader.exercise.course import Course
from grader.exercise.entries import Entry
from grader.exercise.manifest import MANIFEST, STATEMENTS, VISIBLE_TESTS
from grader.exercise.paths import is_file, is_folder, show_path
from grader.exercise.problems import toml_text
from grader.exercise.unlinked import is_link
from grader.exercise.whole_file import write_whole
from grader.exercise.workspace import BUILTIN, MARKER, MARKER_SCHEMA, Workspace, read_marker
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkspace(Workspace):
    """What `create_workspace` did, file by file; paths are relative to the root."""

    copied: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()  # there already, and differing from the course's file
    broken: tuple[AuthorError, ...] = ()  # exercises that could not be read, and were left out
    unreleased: tuple[Entry, ...] = ()  # not given out yet, and left out


def create_workspace(directory: Path, course: Course, *, now: datetime | None = None) -> NewWorkspace:
    """Copy what students get by `now` into `directory`, and mark it as a workspace of `course`.

    A file that is there already is never written: doing it again adds what is missing, and keeps all else.
    Raises: UsageError where `directory` is no place for a workspace.
    """
    root = directory.absolute()
    reference = BUILTIN if course.is_builtin else str(course.root)
    copied: list[Path] = []
    kept: list[Path] = []
    broken: list[AuthorError] = []
    moment = now or datetime.now(UTC)
    unreleased = tuple(entry for entry in course.entries if not entry.dates.is_released(moment))
    try:
        _refuse_place(root, course, reference)
        for entry in course.entries:
            if entry in unreleased:
                continue
            try:
                exercise = entry.read()
            except AuthorError as error:
                broken.append(error)
                continue
            statements = (name for name in STATEMENTS if is_file(entry.folder / name))
            for name in (*exercise.files, *statements, MANIFEST, VISIBLE_TESTS):
                source, target = entry.folder / name, Path(exercise.name) / name
                if _copy_new(source, root / target):
                    copied.append(target)
                elif not _same(source, root / target):
                    kept.append(target)
        _write_marker(root, reference)
    except OSError as error:
        raise _unwritable(root, error) from None
    return NewWorkspace(
        root=root,
        course=reference,
        copied=tuple(copied),
        kept=tuple(kept),
        broken=tuple(broken),
        unreleased=unreleased,
    )


def _refuse_place(root: Path, course: Course, reference: str) -> None:
    if root.exists() and not is_folder(root):
        raise UsageError(
            Text(en=f"{show_path(root)} is a file.", zh=f"{show_path(root)} 是文件。"),
            remedy=Text(en="Name a folder, new or empty.", zh="请给出一个新的或空的文件夹。"),
        )
    place = root.resolve()
    if place == course.root.resolve() or place.is_relative_to(course.exercises_folder.resolve()):
        raise UsageError(
            Text(en=f"{show_path(root)} is the course itself.", zh=f"{show_path(root)} 就是课程本身。"),
            remedy=Text(
                en="Name another folder, such as ~/deep-learning; or edit the files in exercises/ where they are.",
                zh="请给出别的文件夹，例如 ~/deep-learning；或直接编辑 exercises/ 中的文件。",
            ),
        )
    there = read_marker(root) if is_file(root / MARKER) else None
    if there and there.course != reference:
        raise UsageError(
            Text(
                en=f"{show_path(root)} is a workspace of another course: {there.course}; asked for {reference}.",
                zh=f"{show_path(root)} 是另一门课程的工作区：{there.course}；现在要的是 {reference}。",
            ),
            remedy=Text(en="Name another folder.", zh="请给出别的文件夹。"),
        )


def _copy_new(source: Path, target: Path) -> bool:
    """Copy `source` to where nothing is yet; say whether it did."""
    _refuse_link(target.parent)
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


def _refuse_link(folder: Path) -> None:
    """Raise OSError where a folder to write into is a link: whoever made it would choose where."""
    if is_link(folder):
        raise OSError(errno.ELOOP, "a link; put the folder itself there", str(folder))


def _same(source: Path, target: Path) -> bool:
    return is_file(target) and source.read_bytes() == target.read_bytes()


def _write_marker(root: Path, reference: str) -> None:
    try:
        content = f'schema = "{MARKER_SCHEMA}"\ncourse = {toml_text(reference)}\n'.encode()
    except UnicodeEncodeError:
        raise UsageError(
            Text(en=f"The course's path is not UTF-8: {reference!a}.", zh=f"课程路径不是 UTF-8：{reference!a}。"),
            remedy=Text(en="Rename its folder.", zh="请给它的文件夹改名。"),
        ) from None
    marker = root / MARKER
    _refuse_link(marker.parent)
    marker.parent.mkdir(parents=True, exist_ok=True)
    write_whole(marker, content)


def _unwritable(root: Path, error: OSError) -> UsageError:
    at = show_path(Path(error.filename)) if isinstance(error.filename, str) else show_path(root)
    return UsageError(
        Text(
            en=f"The workspace cannot be written: {at}: {error.strerror}.",
            zh=f"无法写入工作区：{at}：{error.strerror}。",
        ),
        remedy=Text(
            en="Choose a folder that you may write to. What was copied so far is complete; running it again goes on.",
            zh="请选择你有写权限的文件夹。已复制的文件是完整的；再次运行会继续。",
        ),
    )
