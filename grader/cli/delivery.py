"""Where a command's result goes: to stdout, and into a folder, in the formats that were asked for.

The folder is tried before anything is spent on the result. What fails of the one does not keep back the other, and a
file is written whole or not at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.cli.output import OutputLost, write_out
from grader.errors import UsageError
from grader.plugins import PluginError
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was asked for: the first format goes to stdout, and all of them to `folder` where there is one."""

    formats: tuple[str, ...]
    folder: Path | None


def plan(formats: str, folder: Path | None, *, file_of: Callable[[str], str]) -> Delivery:
    """Return what `--format` and `--output` ask for, with the folder made and tried.

    `file_of` returns the name of a format's file, and raises UsageError for a format that there is none of.
    Raises: UsageError for several formats without a folder (stdout has room for one), and for a folder that cannot be
        written to.
    """
    names = tuple(dict.fromkeys(name.strip().lower() for name in formats.split(",") if name.strip())) or (formats,)
    files = [file_of(name) for name in names]
    if folder is None and len(names) > 1:
        raise UsageError(
            Text(
                en=f'--format "{formats}": stdout has room for one format only.',
                zh=f"--format “{formats}”：标准输出只能容纳一种格式。",
            ),
            remedy=Text(
                en="Add --output DIR: all of them are written there, and the first is shown too.",
                zh="请加上 --output DIR：所有格式都会写入该文件夹，第一种同时显示出来。",
            ),
        )
    if folder is not None:
        _try_folder(folder, files)
    return Delivery(formats=names, folder=folder)


def hand_over(
    folder: Path | None,
    *,
    shown: Callable[[], str],
    files: Mapping[str, Callable[[], str]],
    private: bool = False,
) -> None:
    """Show a result on stdout, and write its files, by their names, into `folder` where there is one.

    `private`: files that only their owner may read.

    Raises: UsageError when a file cannot be written after all, or a platform's format lacks what its platform sets;
        OutputLost when stdout takes nothing; PluginError for a format of a plugin that fails.
    """
    try:
        write_out(shown())
    except OutputLost as error:
        raise OutputLost(error.problem, remedy=_where_it_is(folder)) from None
    finally:
        if folder is not None:
            _write_files(folder, files, private=private)


def _write_files(folder: Path, files: Mapping[str, Callable[[], str]], *, private: bool) -> None:
    failed: PluginError | UsageError | None = None
    for name, text in files.items():
        try:
            content = text()
        except (PluginError, UsageError) as error:  # a platform's format in the wrong place; the others are written
            failed = failed or error
        else:
            _write_file(folder / name, content, private=private)
    if failed is not None:
        raise failed


def _where_it_is(folder: Path | None) -> Text:
    if folder is None:
        return Text(
            en="It is done all the same; run it again with `--output DIR` to have the report in a folder.",
            zh="任务已经完成；请加上 `--output DIR` 再运行一次，把报告写入文件夹。",
        )
    return Text(en=f"The report is in {folder}.", zh=f"报告在 {folder} 中。")


def _try_folder(folder: Path, names: Sequence[str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        occupied = next((name for name in names if (folder / name).is_dir()), None)
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from None
    if occupied is not None:
        raise _unwritable(folder / occupied, "Is a directory")


def _write_file(file: Path, text: str, *, private: bool) -> None:
    from grader.exercise.whole_file import write_whole

    try:
        write_whole(file, text.encode(), private=private)
    except OSError as error:
        raise _unwritable(file, error.strerror or str(error)) from None


def _unwritable(path: Path, reason: str) -> UsageError:
    return UsageError(
        Text(en=f"--output: {path} cannot be written to: {reason}.", zh=f"--output：无法写入 {path}：{reason}。"),
        remedy=Text(en="Name a folder that you may write to.", zh="请给出一个你有写权限的文件夹。"),
    )
