"""`dlgrade report show`: a report that was written as JSON, in any format."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.formats import FormatsOption, deliver, plan_delivery
from grader.cli.language import choose_language, local
from grader.cli.options import language_option


@click.command(
    "show",
    help=local(
        "Show a report that was written as JSON (`--format json`, or a file of `grade --output`) in any format. "
        "It says what the file says; whether that is genuine, `dlgrade report verify` says.",
        "以任意格式显示 JSON 报告（`--format json` 的结果，或 `grade --output` 文件夹中的文件）。"
        "内容以文件为准；真伪请用 `dlgrade report verify` 验证。",
    ),
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--format",
    "formats",
    cls=FormatsOption,
    default="text",
    show_default=True,
    metavar="NAME[,NAME]",
    help=local("Any format of `dlgrade check`.", "`dlgrade check` 的任一格式。"),
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=local("Also write every format into this folder.", "同时把每种格式写入该文件夹。"),
)
@click.option("-v", "--verbose", is_flag=True, help=local("Explain every failed test.", "解释每个未通过的测试。"))
@language_option
def command(*, file: Path, formats: str, output: Path | None, verbose: bool) -> int:
    """Read it, and hand it over as `check` would."""
    from grader.report.reading import read_report

    report = read_report(file)
    delivery = plan_delivery(formats, output)
    deliver(report, delivery, language=choose_language(None), verbose=verbose)
    return 0
