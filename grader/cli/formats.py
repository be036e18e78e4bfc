"""Which formats a report is wanted in, and handing it over in them."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.actions import tell_actions
from grader.cli.delivery import Delivery as Delivery
from grader.cli.delivery import hand_over, plan
from grader.cli.language import local
from grader.cli.output import PLAIN_WIDTH, dress
from grader.cli.setting import setting_of
from grader.records import Language

if TYPE_CHECKING:
    from grader.report import Report, Setting


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


def plan_delivery(formats: str, folder: Path | None) -> Delivery:
    """Return what `--format` and `--output` ask for, with the folder made and tried.

    Raises: UsageError for an unknown format, for one that misses its platform, for several formats without a folder,
        and for a folder that cannot be written to, before an exam is spent on it.
    """
    from grader.report import find_format

    delivery = plan(formats, folder, file_of=lambda name: find_format(name).file_name)
    for name in delivery.formats:
        check = find_format(name).check
        if check is not None:
            check(setting_of())
    return delivery


def deliver(
    report: Report, delivery: Delivery, *, language: Language, verbose: bool, setting: Setting | None = None
) -> None:
    """Write the report's files, show it on stdout, and tell GitHub's Actions. Raises: as `hand_over`."""
    from grader.report import View, find_format

    looks = dress()
    written = View(language=language, verbose=verbose, width=PLAIN_WIDTH, setting=setting or setting_of())
    shown = replace(written, width=looks.width, color=looks.color, ascii_only=looks.ascii_only)
    wanted = [find_format(name) for name in delivery.formats]
    tell_actions((report,), written, formats=delivery.formats)
    hand_over(
        delivery.folder,
        shown=lambda: wanted[0].render(report, shown),
        files={one.file_name: functools.partial(one.render, report, written) for one in wanted},
    )
