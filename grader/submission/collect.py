"""Takes in what a student handed in: the exercise's own files, by an allow-list, and nothing else of the folder."""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader.errors import AuthorError, GraderError, SubmissionError, UsageError
from grader.exercise.digest import digest
from grader.exercise.paths import MAX_SHOWN_NAMES, names_in, show_name, show_names, show_path
from grader.records import Exercise, SourceFile, Submission, Text
from grader.submission.read import MAX_FILE_BYTES, Source, read_source, refuse_kind, unreadable

MAX_LISTED = 1000  # entries of a folder that a message looks at
# What browsers and file managers make of a name: "softmax (1).py", "softmax.py.txt", "softmax - Copy.py".
_DECORATION = re.compile(r"( ?\(\d+\)| ?- ?(copy|副本|复制)|_copy|\.txt|\.py)", re.IGNORECASE)


def collect(exercise: Exercise, path: Path, *, max_bytes: int = MAX_FILE_BYTES) -> Submission:
    """Return the submission at `path`: a folder with the exercise's files, or, of a one-file exercise, that file.

    A single file may have any name. Newlines become `\\n`, so that line numbers agree everywhere; `sha256` is over
    the names and the bytes as they came. `untouched`: equal to the stubs but for white space at line ends, and
    blank lines at the end.
    Raises: UsageError when `path` does not exist; SubmissionError for what cannot be taken, with the way out.
    """
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise _no_such_path(path) from None
    except OSError as error:
        raise unreadable(error, show_path(path)) from None
    if stat.S_ISDIR(mode):
        sources = _from_folder(exercise, path, max_bytes=max_bytes)
    elif len(exercise.files) == 1:
        sources = {exercise.files[0]: _from_file(path, max_bytes=max_bytes)}
    else:
        raise _file_for_folder(exercise, path)
    return Submission(
        files=tuple(SourceFile(name=name, text=sources[name].text) for name in exercise.files),
        origin=show_name(str(path)),
        sha256=digest({name: source.raw for name, source in sources.items()}),
        untouched=all(_same_code(sources[name].text, _stub(exercise, name)) for name in exercise.files),
    )


def _from_file(path: Path, *, max_bytes: int) -> Source:
    try:
        return read_source(path, shown=show_path(path), max_bytes=max_bytes)
    except FileNotFoundError:  # removed since it was looked at
        raise _no_such_path(path) from None


def _from_folder(exercise: Exercise, folder: Path, *, max_bytes: int) -> Mapping[str, Source]:
    sources = {}
    with _opened(folder) as dir_fd:
        for name in exercise.files:
            try:
                shown = show_path(folder / name)
                path = folder / name if dir_fd is None else Path(name)
                sources[name] = read_source(path, dir_fd=dir_fd, shown=shown, max_bytes=max_bytes)
            except FileNotFoundError:
                raise _missing(exercise, folder, name) from None
    return sources


@contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    """Hold the folder open, so that all files come from the same one, whatever its name leads to by then.

    None where the system cannot open files relative to a folder (Windows).
    """
    if os.open not in os.supports_dir_fd:
        yield None
        return
    try:
        dir_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise unreadable(error, show_path(folder)) from None
    try:
        yield dir_fd
    finally:
        os.close(dir_fd)


def _stub(exercise: Exercise, name: str) -> str:
    file = Path(exercise.folder) / name
    try:
        return file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AuthorError(
            Text(
                en=f"{show_path(file)}: the stub cannot be read as UTF-8 text: {error}.",
                zh=f"{show_path(file)}：模板无法作为 UTF-8 文本读取：{error}。",
            ),
            remedy=Text(en="Restore it, or reinstall the course.", zh="请恢复该文件，或重新安装课程。"),
        ) from None


def _same_code(text: str, stub: str) -> bool:
    return _lines(text) == _lines(stub)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in re.split(r"\r\n|\r|\n", text.rstrip())]


def _no_such_path(path: Path) -> GraderError:
    near = difflib.get_close_matches(path.name, names_in(path.parent)[:MAX_LISTED], n=1)
    meant = show_path(path.parent / near[0]) if near else ""
    return UsageError(
        Text(en=f"{show_path(path)}: no such file or folder.", zh=f"{show_path(path)}：没有这个文件或文件夹。"),
        remedy=Text(
            en=f"Did you mean {meant}?" if near else "Name your file, or the folder that holds it.",
            zh=f"是不是 {meant}？" if near else "请给出你的文件，或它所在的文件夹。",
        ),
    )


def _file_for_folder(exercise: Exercise, path: Path) -> SubmissionError:
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        return refuse_kind(mode, show_path(path), link=str(path.readlink()) if stat.S_ISLNK(mode) else "")
    names = ", ".join(exercise.files)
    return SubmissionError(
        Text(
            en=f"{show_path(path)} is one file; {exercise.name} has {len(exercise.files)}: {names}.",
            zh=f"{show_path(path)} 只是一个文件；{exercise.name} 需要 {len(exercise.files)} 个：{names}。",
        ),
        remedy=Text(
            en=f"Give the folder that holds them, such as {show_path(path.parent)}. Zip archives are not taken yet.",
            zh=f"请给出它们所在的文件夹，例如 {show_path(path.parent)}。目前还不接受压缩包。",
        ),
    )


def _missing(exercise: Exercise, folder: Path, name: str) -> SubmissionError:
    there = names_in(folder)[:MAX_LISTED]
    held = Text(en=f"There is: {show_names(there)}.", zh=f"其中有：{show_names(there)}。")
    if not there:
        held = Text(en="The folder is empty.", zh="文件夹是空的。")
    return SubmissionError(
        Text(
            en=f"{show_path(folder)}: {name} is missing; {exercise.name} needs {', '.join(exercise.files)}. {held.en}",
            zh=f"{show_path(folder)}：缺少 {name}；{exercise.name} 需要 {'、'.join(exercise.files)}。{held.zh}",
        ),
        remedy=_likely_place(exercise, folder, name, there),
    )


def _likely_place(exercise: Exercise, folder: Path, name: str, there: list[str]) -> Text:
    """Say where the missing file probably is: under another name, or one folder further down."""
    below = next((sub for sub in there[:100] if _is_regular(folder / sub / name)), None)
    if below is not None:
        place = show_path(folder / below)
        return Text(en=f"Did you mean the folder {place}?", zh=f"是不是文件夹 {place}？")
    bare = _DECORATION.sub("", name).casefold()
    near = next((other for other in there if _DECORATION.sub("", other).casefold() == bare), None)
    near = near or next(iter(difflib.get_close_matches(name, there, n=1)), None)
    if near is not None and near not in exercise.files:
        return Text(
            en=f"Did you mean {show_name(near)}? Rename it to {name}.",
            zh=f"是不是 {show_name(near)}？请改名为 {name}。",
        )
    archives = [other for other in there[:MAX_SHOWN_NAMES] if other.lower().endswith((".zip", ".ipynb"))]
    if archives:
        return Text(
            en=f"{show_name(archives[0])} is not taken yet: unpack it, or export it as {name}.",
            zh=f"目前还不接受 {show_name(archives[0])}：请先解压，或导出为 {name}。",
        )
    return Text(
        en=f"Start from the course's own {name}, and keep its name.",
        zh=f"请从课程提供的 {name} 开始，并保持文件名不变。",
    )


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False
