"""Which formats a report is wanted in, where they go, and proof beforehand that they can go there."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.output import PLAIN_WIDTH, dress, write_out
from grader.exercise.failure import BilingualUsageError
from grader.records import Language, Text

if TYPE_CHECKING:
    from grader.report import Report

FILE_NAMES = {"text": "report.txt", "json": "report.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was asked for: the first format goes to stdout, and all of them to `folder` where there is one."""

    formats: tuple[str, ...]
    folder: Path | None


def plan_delivery(formats: str, folder: Path | None) -> Delivery:
    """Return what `--format` and `--output` ask for, with the folder made and tried.

    Raises: UsageError for an unknown format, for several formats without a folder (stdout has room for one),
        and for a folder that cannot be written to, before an exam is spent on it.
    """
    names = tuple(dict.fromkeys(name.strip().lower() for name in formats.split(",") if name.strip()))
    known = ", ".join(FILE_NAMES)
    if not names or any(name not in FILE_NAMES for name in names):
        raise BilingualUsageError(
            Text(en=f'--format "{formats}": there is no such format.', zh=f"--format “{formats}”：没有这种格式。"),
            remedy=Text(
                en=f"There are: {known}. Several are joined by commas.", zh=f"可用的格式：{known}。多个格式用逗号连接。"
            ),
        )
    if folder is None and len(names) > 1:
        raise BilingualUsageError(
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
        _try_folder(folder)
    return Delivery(formats=names, folder=folder)


def deliver(report: Report, delivery: Delivery, *, language: Language, verbose: bool) -> None:
    """Show the report on stdout, and write its files.

    Raises: UsageError when a file cannot be written after all; the report has been shown by then.
    """
    from grader.report import View, render

    looks = dress()
    shown = View(language=language, verbose=verbose, width=looks.width, color=looks.color, ascii_only=looks.ascii_only)
    write_out(render(report, format_name=delivery.formats[0], view=shown))
    if delivery.folder is not None:
        written = View(language=language, verbose=verbose, width=PLAIN_WIDTH)
        for name in delivery.formats:
            _write_file(delivery.folder / FILE_NAMES[name], render(report, format_name=name, view=written))


def _try_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        occupied = next((name for name in FILE_NAMES.values() if (folder / name).is_dir()), None)
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from None
    if occupied is not None:
        raise _unwritable(folder / occupied, "Is a directory")


def _write_file(file: Path, text: str) -> None:
    # A reader of the folder sees the old report or the new one, never half of one.
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _unwritable(file, error.strerror or str(error)) from None


def _unwritable(path: Path, reason: str) -> BilingualUsageError:
    return BilingualUsageError(
        Text(en=f"--output: {path} cannot be written to: {reason}.", zh=f"--output：无法写入 {path}：{reason}。"),
        remedy=Text(en="Name a folder that you may write to.", zh="请给出一个你有写权限的文件夹。"),
    )
