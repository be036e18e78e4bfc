"""`dlgrade report`: what is done with reports that are there already. Each command under it has a module of its own."""

from __future__ import annotations

import click

from grader.cli.language import local
from grader.errors import UsageError
from grader.records import Text

_COMMANDS = {
    "show": local("A report again, in any format.", "以任意格式重新显示报告。"),
    "diff": local("What changed between two reports, and why.", "两份报告有何变化，原因是什么。"),
    "similar": local("Submissions that are suspiciously alike.", "找出可疑的雷同提交。"),
    "stats": local("How a class fared, in figures.", "全班情况统计。"),
    "verify": local("Whether reports are as they were signed.", "验证报告签名是否有效。"),
    "keygen": local("A pair of keys to sign with.", "生成签名用的密钥对。"),
}


class ReportCommands(click.Group):
    """A group that knows its commands' names and help lines without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature, here and below
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        from importlib import import_module

        command = import_module(f"grader.cli.report_{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section(local("Commands", "命令")):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            raise _no_such_command(args[0])
        return super().resolve_command(ctx, args)


def _no_such_command(name: str) -> UsageError:
    from grader.exercise.problems import closest

    near = closest(name, _COMMANDS, likeness=0.5)
    everything = ", ".join(_COMMANDS)
    return UsageError(
        Text(en=f'There is no command "report {name}".', zh=f"没有“report {name}”这个命令。"),
        remedy=Text(
            en=f'Did you mean "report {near}"?' if near else f"There are: {everything}.",
            zh=f"你是想用“report {near}”吗？" if near else f"可用的命令：{everything}。",
        ),
    )


@click.group(
    "report",
    cls=ReportCommands,
    help=local(
        "Reports that are there already: shown, compared, counted, and proven genuine.",
        "处理已有的报告：显示、比较、统计、验证真伪。",
    ),
)
def command() -> None:
    """Parse nothing: every option is one of a command below."""
