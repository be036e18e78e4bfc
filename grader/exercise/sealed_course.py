"""A course whose hidden half came sealed: opened in memory, bound to the tests and manifests it was sealed with.

Visible tests run with the grader's rights, in the process that holds the hidden ones. Where solutions come sealed, the
rest of the course may be a student's clone; so what of it decides a grade must be as it was when it was sealed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import AuthorError
from grader.exercise.course import Course
from grader.exercise.course_file import COURSE_FILE
from grader.exercise.entries import Entry, Hidden, below
from grader.exercise.manifest import MANIFEST, VISIBLE_TESTS
from grader.exercise.paths import is_file, show_path
from grader.exercise.seal_key import SealKey
from grader.exercise.sealed import SEALED, below_folder, digest_of, read_sealed
from grader.exercise.toml_file import read_bytes
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

    The course itself where it has no such file, or there is no key: then its visible tests run.
    Raises: UsageError for a wrong key, AuthorError for a damaged file, or a course that is not what was sealed.
    """
    if key is None or not is_sealed(course):
        return course
    contents = read_sealed(course.root / SEALED, key)
    found = _Sealed(file=course.root / SEALED, files=contents.files, public=contents.public)
    for name, file in course_files(course).items():
        _check_same(found, name, file)
    return replace(course, entries=tuple(_opened(course, entry, found) for entry in course.entries))


def course_files(course: Course) -> dict[str, Path]:
    """Return the files of the course as a whole that decide grades: by the name that is sealed."""
    return {COURSE_FILE: course.root / COURSE_FILE}


def entry_files(entry: Entry) -> dict[str, Path]:
    """Return the files of one exercise that decide grades and that students have: by the name that is sealed."""
    return {f"{entry.name}/{name}": entry.folder / name for name in (MANIFEST, VISIBLE_TESTS)}


def hidden_files(folder: Path) -> Iterator[Path]:
    """Yield every file below a hidden half, sorted, but for what Python and the system leave there."""
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
        for name, file in entry_files(entry).items():
            _check_same(found, name, file)
    except AuthorError as error:
        return replace(entry, hidden=Hidden(files=files, broken=error))
    folder = below(course.root, course.file.solutions) / entry.name  # where it would lie: for messages
    return replace(entry, solution_folder=folder, hidden=Hidden(files=files))


def _check_same(found: _Sealed, name: str, file: Path) -> None:
    there = digest_of(read_bytes(file)) if is_file(file) else None
    if there == found.public.get(name):
        return
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
    if {path.relative_to(folder).as_posix(): read_bytes(path) for path in hidden_files(folder)} != files:
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


def _not_in(entry: Entry, found: _Sealed) -> AuthorError:
    return AuthorError(
        Text(
            en=f"{entry.name}: no solutions of it are in {show_path(found.file)}.",
            zh=f"{entry.name}：{show_path(found.file)} 中没有它的 solutions。",
        ),
        remedy=Text(
            en="Students: give the folder its name back. Instructors: `dlgrade seal` again.",
            zh="学生：请恢复文件夹原名。教师：请重新运行 `dlgrade seal`。",
        ),
    )
