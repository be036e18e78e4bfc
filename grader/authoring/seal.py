"""Sealing a course: solutions/ becomes one encrypted file, which a CI may hold in public."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.errors import UsageError, joined
from grader.exercise.course import Course
from grader.exercise.entries import below
from grader.exercise.paths import is_file, is_folder, show_names, show_path
from grader.exercise.seal_key import SealKey
from grader.exercise.sealed import SEALED, Contents, check_size, digest_of, is_plain_name, read_sealed, seal_contents
from grader.exercise.sealed_course import course_files, entry_files, hidden_files
from grader.exercise.text_file import MAX_DATA_BYTES
from grader.exercise.toml_file import read_bytes
from grader.exercise.whole_file import write_whole
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between a course and its sealed file; names with forward slashes."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        """Whether the sealed file is up to date."""
        return not (self.changed or self.added or self.removed)


def sealed_file(course: Course) -> Path:
    """Return where the sealed solutions of a course are looked for."""
    return course.root / SEALED


def contents_of(course: Course) -> Contents:
    """Return all that is sealed of a course: the whole of solutions/, and digests of the public files beside it.

    Raises: UsageError where there are no solutions, or one of the files there cannot be sealed.
    """
    return Contents(files=hidden_half(course), public=_public(course))


def hidden_half(course: Course) -> dict[str, bytes]:
    """Return all files below solutions/ by their names there. Raises: UsageError, as `contents_of`."""
    folder = below(course.root, course.file.solutions)
    if not is_folder(folder):
        raise _no_solutions(folder)
    files: dict[str, bytes] = {}
    size = 0
    problems: list[Text] = []
    for path in hidden_files(folder):
        name = path.relative_to(folder).as_posix()
        problem = _problem(path, name)
        if problem is None:
            files[name] = read_bytes(path, max_bytes=MAX_DATA_BYTES)
            size += len(files[name])
            check_size(len(files), size)  # now: there may be any number
        else:
            problems.append(Text(en=f"{show_path(path)}: {problem.en}", zh=f"{show_path(path)}：{problem.zh}"))
    if problems:
        raise UsageError(joined(problems, separator="\n"))
    if not files:
        raise _no_solutions(folder)
    return files


def seal(course: Course, key: SealKey, output: Path | None = None) -> Path:
    """Write the sealed solutions, whole or not at all, and return where. Raises: UsageError."""
    target = sealed_file(course) if output is None else output
    content = seal_contents(contents_of(course), key)
    write_output(target, content)
    return target


def difference(course: Course, key: SealKey, sealed: Path | None = None) -> Difference:
    """Return what has changed in the course since it was sealed.

    Raises: UsageError where there is nothing to compare, or the key is another one; AuthorError for a damaged file.
    """
    file = sealed_file(course) if sealed is None else sealed
    if not is_file(file):
        raise UsageError(
            Text(en=f"{show_path(file)}: no such file.", zh=f"{show_path(file)}：没有这个文件。"),
            remedy=Text(en="`dlgrade seal` makes it.", zh="可用 `dlgrade seal` 生成。"),
        )
    then, now = read_sealed(file, key), contents_of(course)
    before, after = _digests(course, then), _digests(course, now)
    return Difference(
        changed=tuple(sorted(name for name in before.keys() & after if before[name] != after[name])),
        added=tuple(sorted(after.keys() - before)),
        removed=tuple(sorted(before.keys() - after)),
    )


def write_output(target: Path, content: bytes) -> None:
    """Write what `--output` names, whole or not at all. Raises: UsageError where it cannot be written."""
    try:
        if is_folder(target):
            raise IsADirectoryError(None, "is a folder", str(target))
        write_whole(target, content)
    except OSError as error:
        raise UsageError(
            Text(
                en=f"{show_path(target)}: cannot be written: {error.strerror}.",
                zh=f"{show_path(target)}：无法写入：{error.strerror}。",
            ),
            remedy=Text(en="Name another file with --output.", zh="请用 --output 另指文件。"),
        ) from None


def _digests(course: Course, contents: Contents) -> Mapping[str, str]:
    """Return the digest of everything that is sealed, by its path from the course's root."""
    given, kept = PurePosixPath(course.file.exercises), PurePosixPath(course.file.solutions)
    hidden = {str(kept / name): digest_of(content) for name, content in contents.files.items()}
    return {**hidden, **{str(given / name) if "/" in name else name: sha for name, sha in contents.public.items()}}


def _public(course: Course) -> dict[str, str]:
    found = course_files(course)
    for entry in course.entries:
        found |= entry_files(entry)
        check_size(len(found), 0)
    there = {name: file for name, file in found.items() if os.path.lexists(file)}
    problems = {file: _problem(file, name) for name, file in there.items()}
    told = [
        Text(en=f"{show_path(file)}: {problem.en}", zh=f"{show_path(file)}：{problem.zh}")
        for file, problem in problems.items()
        if problem is not None
    ]
    if told:
        raise UsageError(joined(told, separator="\n"))
    return {name: digest_of(read_bytes(file, max_bytes=MAX_DATA_BYTES)) for name, file in there.items()}


def _problem(path: Path, name: str) -> Text | None:
    if path.is_symlink():
        return Text(en="a link; put the file itself there.", zh="是链接；请放入文件本身。")
    if not is_file(path):
        return Text(en="no file; remove it.", zh="不是文件；请移走。")
    if not is_plain_name(name):
        return Text(
            en=r"a name with \ or : or an unprintable character; rename it.", zh=r"名称含 \、: 或不可见字符；请改名。"
        )
    if path.stat().st_size > MAX_DATA_BYTES:
        mib = MAX_DATA_BYTES // 2**20
        return Text(
            en=f"larger than {mib} MiB; make large data from the seed.", zh=f"超过 {mib} MiB；请由随机种子生成。"
        )
    return None


def _no_solutions(folder: Path) -> UsageError:
    return UsageError(
        Text(
            en=f"{show_path(folder)}: there are no solutions to seal.",
            zh=f"{show_path(folder)}：没有可封存的 solutions。",
        ),
        remedy=Text(
            en="Name the instructor's course with `--course DIR`: the one that holds solutions/.",
            zh="请用 `--course DIR` 指明教师的课程，即含有 solutions/ 的那一份。",
        ),
    )


def listed_changes(found: Difference) -> Text:
    """Return which files differ, a line for each way."""
    parts = []
    for names, en, zh in (
        (found.changed, "changed", "已改动"),
        (found.added, "new", "新增"),
        (found.removed, "gone", "已删除"),
    ):
        if names:
            listed = show_names(list(names))
            parts.append(Text(en=f"{en}: {listed}.", zh=f"{zh}：{listed}。"))
    return joined(parts, separator="\n")
