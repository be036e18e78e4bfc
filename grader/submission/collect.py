"""Takes in what a student handed in: the exercise's own files, by an allow-list, and nothing else.

Theory of operation. A submission is a file, a folder, a zip, a tar or a notebook, told by its content, or a git
repository at a commit that a person names. It is read once, in this process, into memory: nothing is written to disk,
no link is followed, nothing of it is run or imported, and every size is capped while it is read. Each way leads to the
same `Submission`: the same source has the same `sha256`.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import AuthorError, SubmissionError
from grader.exercise.digest import digest
from grader.exercise.paths import show_name, show_names, show_path
from grader.exercise.problems import closest
from grader.records import Exercise, SourceFile, Submission, Text
from grader.submission.absent import no_such_path
from grader.submission.folder import below, read_folder
from grader.submission.kinds import PACKED_SUFFIX, Kind
from grader.submission.limits import MAX_FILE_BYTES, Limits
from grader.submission.names import Picker, WantedFile
from grader.submission.read import SAVE_AS_TEXT, RawFile, Source, read_file, source_of, unreadable
from grader.submission.refusals import shown_name
from grader.submission.unwritten import is_unwritten

# What browsers and file managers make of a name: "softmax (1).py", "softmax.py.txt", "softmax - Copy.py".
_DECORATION = re.compile(r"( ?\(\d+\)| ?- ?(copy|副本|复制)|_copy|\.txt|\.py)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _HandedIn:
    """The exercise's files as they were handed in, and how many others were beside them."""

    sources: Mapping[str, Source]
    ignored: int = 0


def collect(
    exercise: Exercise, path: Path, *, commit: str = "", shown: str = "", max_bytes: int = MAX_FILE_BYTES
) -> Submission:
    """Return the submission at `path`: a folder, a zip or a tar with the exercise's files, or, of a one-file exercise,
    that file or a notebook.

    A single file may have any name. Newlines become `\\n`, so that line numbers agree everywhere; `sha256` is over
    the names and the bytes as they came (of a notebook, over the module made of it). `untouched`: equal to the stubs
    but for white space at line ends and blank lines at the end, and not written yet. `max_bytes` caps each source file.
    With a `commit` (a hash, a tag, a branch, HEAD), `path` is a git repository, and only that commit's files count.
    `shown` is how messages name what was handed in, else by its path.
    Raises: UsageError when `path` does not exist; SubmissionError for what cannot be taken, with the way out;
        RepositoryError, which is nobody's zero, where there is no such commit.
    """
    limits, shown = Limits(file=max_bytes), shown or show_path(path)
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
        raise no_such_path(path, otherwise=_NAME_IT) from None
    except OSError as error:
        raise unreadable(error, shown) from None
    if commit:
        handed_in = _from_commit(exercise, path, commit, shown, limits)
    elif stat.S_ISDIR(mode):
        handed_in = _from_folder(exercise, path, shown, limits)
    else:
        handed_in = _from_file(exercise, path, shown, limits)
    sources = handed_in.sources
    return Submission(
        files=tuple(
            SourceFile(name=name, text=sources[name].text, cells=sources[name].cells) for name in exercise.files
        ),
        origin=show_name(f"{path} @ {commit}" if commit else str(path)),
        sha256=digest({name: source.raw for name, source in sources.items()}),
        untouched=_is_untouched(exercise, {name: sources[name].text for name in exercise.files}, path),
        ignored=handed_in.ignored,
    )


def _from_file(exercise: Exercise, path: Path, shown: str, limits: Limits) -> _HandedIn:
    try:
        file = read_file(path, shown=shown, limits=limits)
    except FileNotFoundError:  # removed since it was looked at
        raise no_such_path(path, otherwise=_NAME_IT) from None
    if file.kind not in (Kind.SOURCE, Kind.NOTEBOOK):
        return _from_archive(exercise, file, shown, limits)
    if len(exercise.files) > 1:
        raise _file_for_folder(exercise, shown)
    asked = WantedFile(file=exercise.files[0], name=path.name, notebook=file.kind is Kind.NOTEBOOK)
    return _HandedIn(sources={asked.file: _source(exercise, asked, file.raw, shown, limits)})


def _from_folder(exercise: Exercise, folder: Path, shown: str, limits: Limits) -> _HandedIn:
    found = read_folder(exercise, folder, limits, shown=shown)
    if found.missing is not None:
        remedy = _likely_place(exercise, found.shown, found.missing, list(found.names))
        raise _missing(exercise, found.shown, found.missing, list(found.names), remedy)
    sources = {
        asked.file: _source(exercise, asked, file.raw, below(found.shown, asked.name), limits)
        for asked, file in found.files.items()
    }
    return _HandedIn(sources=sources, ignored=found.ignored)


def _from_archive(exercise: Exercise, file: RawFile, shown: str, limits: Limits) -> _HandedIn:
    from grader.submission.packed import read_archive  # a plain file pays for no format but its own

    packed = read_archive(exercise, file, shown=shown, limits=limits)
    return _picked(exercise, packed.picker, packed.files, shown, limits)


def _from_commit(exercise: Exercise, path: Path, commit: str, shown: str, limits: Limits) -> _HandedIn:
    from grader.submission.repository import read_commit

    taken = read_commit(exercise, path, commit, limits, shown=shown)
    return _picked(exercise, taken.picker, taken.files, taken.shown, limits, aside=taken.submodules)


def _picked(
    exercise: Exercise,
    picker: Picker,
    taken: Mapping[WantedFile, bytes],
    shown: str,
    limits: Limits,
    *,
    aside: Sequence[str] = (),
) -> _HandedIn:
    """Make sources of what was taken; `aside` are folders in which it may lie, and which are not looked into."""
    picker.finish()
    missing = picker.missing()
    if missing is not None:
        if _OFFICE in picker.names:
            raise _document(shown)
        near = _near_name(exercise, missing, picker.names)
        remedy = near or (_in_a_submodule(aside) if aside else _keep_the_name(missing))
        raise _missing(exercise, shown, missing, picker.names, remedy)
    sources = {
        asked.file: _source(exercise, asked, raw, f"{shown}: {shown_name(asked.name)}", limits)
        for asked, raw in taken.items()
    }
    return _HandedIn(sources=sources, ignored=picker.ignored)


def _source(exercise: Exercise, asked: WantedFile, raw: bytes, shown: str, limits: Limits) -> Source:
    if asked.notebook:
        from grader.submission.notebook import module_of

        return module_of(raw, exercise, asked.file, shown=shown, max_bytes=limits.file)
    return source_of(raw, shown=shown)


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


def _is_untouched(exercise: Exercise, texts: Mapping[str, str], path: Path) -> bool:
    if not all(_same_code(text, _stub(exercise, name)) for name, text in texts.items()):
        return False
    in_place = path.resolve().is_relative_to(Path(exercise.folder).resolve())  # then they were compared with themselves
    shown = show_path(path)
    written = [text for text in texts.values() if not is_unwritten(text, wholly=in_place, shown=shown)]
    return not written if in_place else len(written) < len(texts)


def _same_code(text: str, stub: str) -> bool:
    return _lines(text) == _lines(stub)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in re.split(r"\r\n|\r|\n", text.rstrip())]


def _file_for_folder(exercise: Exercise, shown: str) -> SubmissionError:
    names, folder = ", ".join(exercise.files), shown.rpartition("/")[0] or "."
    return SubmissionError(
        Text(
            en=f"{shown} is one file; {exercise.name} has {len(exercise.files)}: {names}.",
            zh=f"{shown} 只是一个文件；{exercise.name} 需要 {len(exercise.files)} 个：{names}。",
        ),
        remedy=Text(
            en=f"Give the folder that holds them, such as {folder}, or a zip of it.",
            zh=f"请给出它们所在的文件夹，例如 {folder}，或该文件夹的 zip 压缩包。",
        ),
    )


def _missing(exercise: Exercise, shown: str, name: str, there: list[str], remedy: Text) -> SubmissionError:
    held = Text(en=f"There is: {show_names(there)}.", zh=f"其中有：{show_names(there)}。")
    if not there:
        held = Text(en="It is empty.", zh="其中没有任何文件。")
    needed = Text(en=", ".join(exercise.files), zh="、".join(exercise.files))
    missing = Text(
        en=f"{shown}: {name} is missing; {exercise.name} needs {needed.en}.",
        zh=f"{shown}：缺少 {name}；{exercise.name} 需要 {needed.zh}。",
    )
    if exercise.files == (name,):
        missing = Text(
            en=f"{shown}: {name} is missing, which {exercise.name} needs.",
            zh=f"{shown}：缺少 {exercise.name} 需要的 {name}。",
        )
    return SubmissionError(Text(en=f"{missing.en} {held.en}", zh=f"{missing.zh}{held.zh}"), remedy=remedy)


def _likely_place(exercise: Exercise, shown: str, name: str, there: list[str]) -> Text:
    """Say where the missing file probably is: under another name, or in an archive."""
    near = _near_name(exercise, name, there)
    if near is not None:
        return near
    packed = next((other for other in there if _PACKED.search(other)), None)
    if packed is not None:
        place = below(shown, packed)
        return Text(en=f"Did you mean {place}?", zh=f"是不是 {place}？")
    return _keep_the_name(name)


_NAME_IT = Text(en="Name your file, or the folder that holds it.", zh="请给出你的文件，或它所在的文件夹。")
_OFFICE = "[Content_Types].xml"  # in every document of an office program, which is a zip
_PROSE = re.compile(r"\.(docx?|odt|pages|rtf|pdf)$", re.IGNORECASE)
_FOREIGN = re.compile(r"\.(rar|7z)$", re.IGNORECASE)
_PACKED = re.compile(rf"(\.ipynb|{PACKED_SUFFIX})$", re.IGNORECASE)


def _near_name(exercise: Exercise, name: str, there: list[str]) -> Text | None:
    """Return the advice to rename the file that `name` seems to have become; None where there is none."""
    bare = _DECORATION.sub("", name).casefold()
    near = next((other for other in there if _bare(other) == bare), None)
    near = near or closest(name, [one for one in there if len(one) < 200])
    if near is None and not any(other.endswith((".py", ".ipynb")) for other in there):
        near = next((other for other in there if _PROSE.search(other)), None)
    if near is None or near in exercise.files:
        return None
    if _PROSE.search(near):
        return Text(
            en=f"Did you mean {shown_name(near)}? It is a document, no code. {SAVE_AS_TEXT.en}",
            zh=f"是不是 {shown_name(near)}？它是文档，不是代码。{SAVE_AS_TEXT.zh}",
        )
    if _FOREIGN.search(near):
        return Text(
            en=f"Did you mean {shown_name(near)}? Of archives, zip and tar (.tar.gz) are taken: pack it as one.",
            zh=f"是不是 {shown_name(near)}？压缩包只接受 zip 和 tar（.tar.gz）：请改用其中一种打包。",
        )
    if near.replace("\\", "/").rsplit("/", 1)[-1] == name:  # too deep, or in a folder that a program keeps
        return Text(
            en=f"Did you mean {shown_name(near)}? It is not looked for there: put {name} at the top.",
            zh=f"是不是 {shown_name(near)}？不会在那里查找：请把 {name} 放在最上层。",
        )
    return Text(
        en=f"Did you mean {shown_name(near)}? Rename it to {name}.",
        zh=f"是不是 {shown_name(near)}？请改名为 {name}。",
    )


def _document(shown: str) -> SubmissionError:
    return SubmissionError(
        Text(
            en=f"{shown}: this is a document of a word processor; expected the source code of a Python module.",
            zh=f"{shown}：这是文字处理软件的文档；应为 Python 模块的源代码。",
        ),
        remedy=SAVE_AS_TEXT,
    )


def _bare(name: str) -> str:
    last = name.rsplit("/", 1)[-1]
    return _DECORATION.sub("", _FOREIGN.sub("", _PROSE.sub("", last))).casefold()


def _in_a_submodule(names: Sequence[str]) -> Text:
    shown = show_names(list(names))
    return Text(
        en=f"Submodules are not looked into ({shown}): commit the file itself.",
        zh=f"不会查看子模块（{shown}）：请提交文件本身。",
    )


def _keep_the_name(name: str) -> Text:
    return Text(
        en=f"Start from the course's own {name}, and keep its name.",
        zh=f"请从课程提供的 {name} 开始，并保持文件名不变。",
    )
