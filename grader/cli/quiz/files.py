"""Files that quizzes come and go in: which format, read within bounds, written for their owner alone."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError, both
from grader.exercise.paths import show_path
from grader.exercise.whole_file import write_whole
from grader.records import Text

if TYPE_CHECKING:
    from grader.quiz.exchange.formats import FormatName

FORMATS = ("moodle", "gift", "qti")  # as in exchange.formats, without loading it
_BY_SUFFIX = {".xml": "moodle", ".gift": "gift", ".txt": "gift", ".zip": "qti"}


def format_of(named: str | None, file: Path) -> FormatName:
    """Return the format that is named, or that a file's name ends with. Raises: UsageError."""
    from grader.quiz.exchange.formats import FormatName

    found = named or _BY_SUFFIX.get(file.suffix.lower())
    if found is None:
        raise UsageError(
            Text(en=f"{show_path(file)}: its name tells no format.", zh=f"{show_path(file)}：从文件名看不出格式。"),
            remedy=Text(en=f"Add --format: {', '.join(FORMATS)}.", zh=f"请加上 --format：{'、'.join(FORMATS)}。"),
        )
    return FormatName(found)


def recognised(named: str | None, file: Path, content: bytes) -> FormatName:
    """Return the format of a file: the one named, else the first that its content looks like. Raises: UsageError."""
    from grader.quiz.exchange.formats import FORMATS as FOUND

    if named is not None:
        return format_of(named, file)
    alike = [one.name for one in FOUND.values() if one.codec.recognises(content)]
    return alike[0] if len(alike) == 1 else format_of(None, file)


def read_file(file: Path) -> bytes:
    """Return what a file holds, if it is not larger than any of questions. Raises: UsageError."""
    from grader.quiz.exchange.formats import MAX_BYTES
    from grader.quiz.exchange.incoming import check_size

    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            Text(
                en=f"{show_path(file)}: cannot be read: {error.strerror}.",
                zh=f"{show_path(file)}：无法读取：{error.strerror}。",
            ),
            remedy=Text(en="Name a file that another system has exported.", zh="请给出其他系统导出的文件。"),
        ) from None
    check_size(content, show_path(file))
    return content


def write_private(target: Path, content: bytes, *, force: bool) -> None:
    """Write a file that only its owner may read, whole or not at all; one that is there is kept unless `force`.

    Raises: UsageError.
    """
    if not force and (target.exists() or target.is_symlink()):
        raise UsageError(
            Text(en=f"--output: {show_path(target)} is there already.", zh=f"--output：{show_path(target)} 已存在。"),
            remedy=Text(en="Name another, or add --force to replace it.", zh="请换个名称，或加上 --force 覆盖。"),
        )
    check_parent(target)
    try:
        write_whole(target, content, private=True)
    except OSError as error:
        raise _unwritable(target, error) from None


def check_parent(target: Path) -> None:
    """Refuse a place in a folder that is not there. Raises: UsageError."""
    parent = target.absolute().parent
    if not parent.is_dir():
        shown = show_path(parent)
        raise UsageError(
            Text(en=f"--output: there is no folder {shown}.", zh=f"--output：没有文件夹 {shown}。"),
            remedy=Text(
                en=f"Make it first (mkdir -p {shlex.quote(shown)}), or name one that is there.",
                zh=f"请先新建（mkdir -p {shlex.quote(shown)}），或给出已有的文件夹。",
            ),
        )


def make_folder(folder: Path, name: str, content: bytes) -> None:
    """Make a folder with one file in it; nothing that is there is touched. Raises: UsageError."""
    try:
        folder.mkdir()
        (folder / name).write_bytes(content)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(path: Path, error: OSError) -> UsageError:
    why = both(error.strerror or str(error))
    return UsageError(
        Text(
            en=f"--output: {show_path(path)} cannot be written: {why.en}.",
            zh=f"--output：无法写入 {show_path(path)}：{why.zh}。",
        ),
        remedy=Text(en="Name a place that you may write to.", zh="请给出一个你有写权限的位置。"),
    )
