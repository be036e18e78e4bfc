"""A course whose hidden half came sealed: opened in memory, bound to the tests and manifests it was sealed with.

Visible tests run with the grader's rights, in the process that holds the hidden ones. Where solutions come sealed, the
rest of the course may be a student's clone; so what of it decides a grade must be as it was when it was sealed. It is
read once, here, and goes on from memory: no other process looks it up by a name that may mean another file there. And
whoever gives a key means sealed solutions: where there are none, nothing of the course is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import AuthorError, UsageError
from grader.exercise.course import Course, Origin
from grader.exercise.course_file import COURSE_FILE
from grader.exercise.entries import Entry, Hidden, below
from grader.exercise.manifest import MANIFEST, STATEMENTS, VISIBLE_TESTS
from grader.exercise.paths import is_file, show_name, show_path
from grader.exercise.seal_key import SealKey
from grader.exercise.sealed import SEALED, below_folder, digest_of, read_sealed
from grader.exercise.text_file import MAX_DATA_BYTES
from grader.exercise.toml_file import read_bytes
from grader.exercise.unlinked import is_link, read_unlinked
from grader.exercise.workspace import MARKER, Workspace
from grader.records import Text

_LOST = ("__pycache__", ".pyc")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    """What the sealed file says, and where the course keeps what it is compared with."""

    file: Path
    files: Mapping[str, bytes]
    public: Mapping[str, str]


def is_sealed(course: Course) -> bool:
    """Return whether there are sealed solutions beside the course's exercises."""
    return is_file(course.root / SEALED)


def open_sealed(course: Course, key: SealKey | None) -> Course:
    """Return the course with its hidden half, out of `solutions.sealed`, in memory.

    The course itself where there is no key: then its visible tests run.
    Raises: UsageError for a wrong key, or one with nothing to open; AuthorError for a damaged file, or a course that is
        not what was sealed.
    """
    if key is None:
        return course
    if course.origin is Origin.WORKSPACE and course.workspace is not None:
        raise _led_by_a_marker(course, course.workspace, key)
    if not is_sealed(course):
        raise _nothing_sealed(course, key)
    contents = read_sealed(course.root / SEALED, key)
    found = _Sealed(file=course.root / SEALED, files=contents.files, public=contents.public)
    for name, file in course_files(course).items():
        if os.path.lexists(file) or name in found.public:
            _same(found, name, file, below=course.root)
    return replace(course, entries=tuple(_opened(course, entry, found) for entry in course.entries))


def course_files(course: Course) -> dict[str, Path]:
    """Return the files of the course as a whole that decide grades: by the name that is sealed."""
    return {COURSE_FILE: course.root / COURSE_FILE}


def entry_files(entry: Entry) -> dict[str, Path]:
    """Return the files of one exercise that are bound by the seal: by the name that is sealed.

    All that visible tests may read: every file but what students write into (the stub, a notebook) and the statements.
    """
    try:
        own = entry.read().files
    except AuthorError:  # it is broken, and stays so until it is sealed again
        own = ()
    names = [MANIFEST, VISIBLE_TESTS]
    for path in hidden_files(entry.folder):
        name = path.relative_to(entry.folder).as_posix()
        if name not in (*names, *own, *STATEMENTS) and path.suffix != ".ipynb":
            names.append(name)
    return {f"{entry.name}/{name}": entry.folder / name for name in names}


def hidden_files(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder, sorted, but for what Python and the system leave there."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        lost = any(part.startswith(".") or part.endswith(_LOST) for part in parts)
        if not lost and (path.is_symlink() or not path.is_dir()):
            yield path


def _opened(course: Course, entry: Entry, found: _Sealed) -> Entry:
    files = below_folder(found.files, entry.name)
    try:
        if not files:
            raise _not_in(entry, found)
        _check_folder(entry, files, found)
        public = _public(course, entry, found)
    except AuthorError as error:
        return replace(entry, hidden=Hidden(files=files, broken=error))
    folder = below(course.root, course.file.solutions) / entry.name  # where it would lie: for messages
    return replace(entry, solution_folder=folder, hidden=Hidden(files=files, public=public))


def _public(course: Course, entry: Entry, found: _Sealed) -> dict[str, bytes]:
    """Return the files of the entry's folder that are bound by the seal; one that is gone is not there for tests."""
    top = course.root if entry.folder.is_relative_to(course.root) else entry.folder.parent
    prefix = f"{entry.name}/"
    bound = {name.removeprefix(prefix) for name in found.public if name.startswith(prefix)}
    there = {name for name in bound if os.path.lexists(entry.folder / name)}
    names = sorted({MANIFEST, VISIBLE_TESTS, *there})
    return {name: _same(found, prefix + name, entry.folder / name, below=top) for name in names}


def _same(found: _Sealed, name: str, file: Path, *, below: Path) -> bytes:
    """Return what the file holds, which is what was sealed. Raises: AuthorError."""
    content = read_unlinked(file, below=below, max_bytes=MAX_DATA_BYTES)
    if digest_of(content) == found.public.get(name):
        return content
    raise AuthorError(
        Text(
            en=f"{show_path(file)}: not as it was when the solutions were sealed, in {show_path(found.file)}.",
            zh=f"{show_path(file)}：与封存 solutions（{show_path(found.file)}）时不同。",
        ),
        remedy=Text(
            en="Students: restore it, for it decides grades. Instructors: `dlgrade seal` again.",
            zh="学生：请恢复该文件，它决定评分。教师：请重新运行 `dlgrade seal`。",
        ),
    )


def _check_folder(entry: Entry, files: Mapping[str, bytes], found: _Sealed) -> None:
    """Refuse a solutions folder beside the sealed file that says something else: either could be meant."""
    folder = entry.solution_folder
    if folder is None:
        return
    there = {path.relative_to(folder).as_posix(): path for path in hidden_files(folder)}
    if there.keys() != files.keys() or any(not _holds(there[name], files[name]) for name in files):
        raise AuthorError(
            Text(
                en=f"{show_path(folder)} and {show_path(found.file)} are both there, and differ.",
                zh=f"{show_path(folder)} 与 {show_path(found.file)} 同时存在，且内容不同。",
            ),
            remedy=Text(
                en="Run `dlgrade seal` again; or give no key, to grade with the folder.",
                zh="请重新运行 `dlgrade seal`；或不给密钥，以使用该文件夹评分。",
            ),
        )


def _holds(file: Path, content: bytes) -> bool:
    return not is_link(file) and is_file(file) and file.stat().st_size == len(content) and read_bytes(file) == content


def _nothing_sealed(course: Course, key: SealKey) -> UsageError:
    expected = show_path(course.root / SEALED)
    return UsageError(
        Text(
            en=f"{key.origin} gives a key, but there is nothing to open with it: {expected} is not there.",
            zh=f"{key.origin} 给出了密钥，但没有可用它打开的内容：缺少 {expected}。",
        ),
        remedy=Text(
            en="Restore that file, or name the course that holds it with --course DIR. Without a key visible tests run "
            "alone, with your rights: do that for a course that you trust.",
            zh="请恢复该文件，或用 --course DIR 指明含有它的课程。不给密钥时只运行可见测试，"
            "它们拥有你的权限：仅对你信任的课程这样做。",
        ),
    )


def _led_by_a_marker(course: Course, workspace: Workspace, key: SealKey) -> UsageError:
    marker, led = show_path(workspace.root / MARKER), show_path(course.root)
    return UsageError(
        Text(
            en=f"{key.origin} gives a key, and {marker} names the course, {led}: that may be a student's doing.",
            zh=f"{key.origin} 给出了密钥，而课程 {led} 由 {marker} 指定：这可能是学生所为。",
        ),
        remedy=Text(
            en="Name the course yourself with --course DIR: one that you trust.",
            zh="请用 --course DIR 自行指明你信任的课程。",
        ),
    )


def _not_in(entry: Entry, found: _Sealed) -> AuthorError:
    return AuthorError(
        Text(
            en=f"{show_name(entry.name)}: no solutions of it are in {show_path(found.file)}.",
            zh=f"{show_name(entry.name)}：{show_path(found.file)} 中没有它的 solutions。",
        ),
        remedy=Text(
            en="Students: give the folder its name back. Instructors: `dlgrade seal` again.",
            zh="学生：请恢复文件夹原名。教师：请重新运行 `dlgrade seal`。",
        ),
    )
