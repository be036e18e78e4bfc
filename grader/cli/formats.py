"""Which formats a report is wanted in, where they go, and proof beforehand that they can go there."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import local
from grader.cli.output import PLAIN_WIDTH, OutputLost, dress, write_out
from grader.errors import UsageError
from grader.plugins import PluginError
from grader.records import Language, Text

if TYPE_CHECKING:
    from grader.report import Report


class FormatsOption(click.Option):
    """An option whose help also names the formats of plugins, which are looked for only when help is asked for."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's two columns of `--help`."""
        from grader.report.plugged import plugged_names

        record, names = super().get_help_record(ctx), ", ".join(plugged_names())
        if record is None or not names:
            return record
        more = local(f"From plugins: {names}.", f"插件提供：{names}。")
        return record[0], f"{record[1]}  {more}"


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
    from grader.report import find_format

    names = tuple(dict.fromkeys(name.strip().lower() for name in formats.split(",") if name.strip()))
    for name in names or (formats,):
        find_format(name)
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
        _try_folder(folder)
    return Delivery(formats=names, folder=folder)


def deliver(report: Report, delivery: Delivery, *, language: Language, verbose: bool) -> None:
    """Write the report's files, and show it on stdout; what fails of the one does not keep back the other.

    Raises: UsageError when a file cannot be written after all, OutputLost when stdout takes nothing, PluginError for a
        format of a plugin that fails.
    """
    from grader.report import View, find_format

    looks = dress()
    shown = View(language=language, verbose=verbose, width=looks.width, color=looks.color, ascii_only=looks.ascii_only)
    try:
        write_out(find_format(delivery.formats[0]).render(report, shown))
    except OutputLost as error:
        raise OutputLost(error.problem, remedy=_where_it_is(delivery.folder)) from None
    finally:
        if delivery.folder is not None:
            _write_files(report, delivery.formats, delivery.folder, language=language, verbose=verbose)


def _write_files(report: Report, names: tuple[str, ...], folder: Path, *, language: Language, verbose: bool) -> None:
    from grader.report import View, find_format

    written = View(language=language, verbose=verbose, width=PLAIN_WIDTH)
    failed: PluginError | None = None
    for name in names:
        wanted = find_format(name)
        try:
            text = wanted.render(report, written)
        except PluginError as error:  # the others are written all the same
            failed = failed or error
        else:
            _write_file(folder / wanted.file_name, text)
    if failed is not None:
        raise failed


def _where_it_is(folder: Path | None) -> Text:
    if folder is None:
        return Text(
            en="The exam took place; run it again with `--output DIR` to have the report in a folder.",
            zh="评分已经完成；请加上 `--output DIR` 再运行一次，把报告写入文件夹。",
        )
    return Text(en=f"The report is in {folder}.", zh=f"报告在 {folder} 中。")


def _try_folder(folder: Path) -> None:
    from grader.report import FORMATS

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        names = (found.file_name for found in FORMATS.values())
        occupied = next((name for name in names if (folder / name).is_dir()), None)
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from None
    if occupied is not None:
        raise _unwritable(folder / occupied, "Is a directory")


def _write_file(file: Path, text: str) -> None:
    from grader.exercise.whole_file import write_whole

    try:
        write_whole(file, text.encode())
    except OSError as error:
        raise _unwritable(file, error.strerror or str(error)) from None


def _unwritable(path: Path, reason: str) -> UsageError:
    return UsageError(
        Text(en=f"--output: {path} cannot be written to: {reason}.", zh=f"--output：无法写入 {path}：{reason}。"),
        remedy=Text(en="Name a folder that you may write to.", zh="请给出一个你有写权限的文件夹。"),
    )
