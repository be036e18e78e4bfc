"""Makes a submission of functions that live in a kernel, after looking whether they are what the exercise asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import AuthorError, SubmissionError, UsageError
from grader.exercise.digest import digest
from grader.exercise.paths import show_path
from grader.exercise.problems import closest
from grader.jupyter.gather import gather
from grader.jupyter.kernel import Cells, Shell
from grader.records import Exercise, SourceFile, Submission, Text
from grader.submission import MAX_FILE_BYTES
from grader.submission.asked import names_in_stub


def asked_names(exercise: Exercise) -> tuple[str, ...]:
    """Return the functions and classes that the exercise's stub asks for. Raises: AuthorError, UsageError."""
    if len(exercise.files) > 1:
        raise _several_files(exercise)
    try:
        return names_in_stub(exercise, exercise.files[0])
    except (OSError, SyntaxError, ValueError) as error:
        stub = Path(exercise.folder) / exercise.files[0]
        raise AuthorError(
            Text(
                en=f"{show_path(stub)}: the stub cannot be read: {error}.",
                zh=f"{show_path(stub)}：无法读取模板：{error}。",
            ),
            remedy=Text(en="Restore it, or reinstall the course.", zh="请恢复该文件，或重新安装课程。"),
        ) from None


def defined_names(exercise: Exercise, cells: Cells) -> dict[str, object]:
    """Return what the exercise asks for and the notebook itself defines, by name. Raises: UsageError for nothing."""
    asked = asked_names(exercise)
    space = cells.namespace
    found = {name: space[name] for name in asked if callable(space.get(name)) and cells.defines(name)}
    if not found:
        raise _nothing(exercise, asked, [name for name in space if not name.startswith("_") and cells.defines(name)])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class FromKernel:
    """A submission, and what its student should know of how it came about."""

    submission: Submission
    notes: tuple[Text, ...]


def submission_of(exercise: Exercise, given: Mapping[str, object], cells: Cells) -> FromKernel:
    """Return the submission that these functions and all that they need make.

    Raises: UsageError for a name that the exercise does not ask for, and for what cannot be carried.
    """
    asked = asked_names(exercise)
    for name in given:
        if name not in asked:
            raise _unknown(exercise, name, asked)
    module = gather(given, cells)
    raw = module.text.encode("utf-8", "backslashreplace")
    if len(raw) > MAX_FILE_BYTES:
        raise SubmissionError(
            Text(
                en=f"The cells that are needed hold {len(raw):,} bytes; at most {MAX_FILE_BYTES:,} are taken.",
                zh=f"所需的单元格共 {len(raw):,} 字节；最多接受 {MAX_FILE_BYTES:,} 字节。",
            ),
            remedy=Text(en="Take data out of them.", zh="请从中移除数据。"),
        )
    file = exercise.files[0]
    submission = Submission(
        files=(SourceFile(name=file, text=raw.decode(), cells=module.cells),),
        origin="notebook",
        sha256=digest({file: raw}),
        untouched=False,
    )
    return FromKernel(submission=submission, notes=(*_missing(given, asked), *module.notes))


def ways_to_give(exercise: Exercise, shell: Shell | None) -> Text:
    """Return how code for this exercise is given to `grader.check`, where it lies in no workspace."""
    several = len(exercise.files) > 1
    file = f'`grader.check("{exercise.id}", "{"FOLDER" if several else exercise.files[0]}")`'
    work = Text(
        en="run `dlgrade start DIR` to get the exercises into a folder and work there",
        zh="运行 `dlgrade start DIR` 把练习放入一个文件夹并在其中作答",
    )
    if several or shell is None:
        return Text(en=f"Give your code, {file}, or {work.en}.", zh=f"请给出代码：{file}，或{work.zh}。")
    functions = ", ".join(f"{name}={name}" for name in asked_names(exercise))
    call = f'`grader.check("{exercise.id}", {functions})`'
    return Text(
        en=f"Give your functions, {call}, or a file, {file}, or {work.en}.",
        zh=f"请给出函数：{call}，或文件：{file}，或{work.zh}。",
    )


def _missing(given: Mapping[str, object], asked: tuple[str, ...]) -> tuple[Text, ...]:
    missing = [name for name in asked if name not in given]
    if not missing:
        return ()
    there, absent = ", ".join(given), ", ".join(missing)
    note = Text(
        en=f"Not given: {absent}. Graded was {there} alone.",
        zh=f"没有给出：{absent}。只评了 {there}。",
    )
    return (note,)


def _several_files(exercise: Exercise) -> UsageError:
    files = ", ".join(exercise.files)
    return UsageError(
        Text(
            en=f"{exercise.name} has {len(exercise.files)} files ({files}): functions of a notebook make one.",
            zh=f"{exercise.name} 有 {len(exercise.files)} 个文件（{files}）：笔记本中的函数只能组成一个文件。",
        ),
        remedy=Text(
            en=f'Save them in a folder, and give that: grader.check("{exercise.id}", "FOLDER").',
            zh=f'请保存到一个文件夹，并给出它：grader.check("{exercise.id}", "FOLDER")。',
        ),
    )


def _unknown(exercise: Exercise, name: str, asked: tuple[str, ...]) -> UsageError:
    near = closest(name, asked)
    known = ", ".join(asked)
    return UsageError(
        Text(en=f"{exercise.name} does not ask for {name!r}.", zh=f"{exercise.name} 没有要求 {name!r}。"),
        remedy=Text(
            en=(f"Did you mean {near}? " if near else "")
            + f"It asks for: {known}. Helpers are found by themselves and need not be given.",
            zh=(f"是不是 {near}？" if near else "") + f"它要求：{known}。辅助函数会自动找到，无需给出。",
        ),
    )


def _nothing(exercise: Exercise, asked: tuple[str, ...], own: list[str]) -> UsageError:
    known = ", ".join(asked)
    near = next((other for name in asked if (other := closest(name, own))), None)
    return UsageError(
        Text(
            en=f"The notebook defines nothing that {exercise.name} asks for: {known}.",
            zh=f"笔记本中没有定义 {exercise.name} 所要求的内容：{known}。",
        ),
        remedy=Text(
            en=(f"Is {near} one of them under another name? " if near else "")
            + "Define it in a cell, run the cell, and try again.",
            zh=(f"{near} 是不是换了名称？" if near else "") + "请在单元格中定义，运行后再试。",
        ),
    )
