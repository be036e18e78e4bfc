"""The table of commands, and the one place where failures become exit codes."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass

import click

from grader import __version__
from grader.cli.language import local
from grader.cli.output import (
    accept_every_character,
    cannot_write,
    discard_stdout,
    occupy_standard_descriptors,
    write_error,
)
from grader.cli.stopped import EXIT_INTERRUPTED, EXIT_TERMINATED, Terminated, hear_sigterm
from grader.errors import EXIT_GRADER_FAULT, EXIT_USAGE, GraderError, UsageError
from grader.plugins import PluginError
from grader.records import Fault, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where a command lives, and its line in `dlgrade --help`."""

    module: str  # under grader.cli
    help: str


COMMANDS = {
    "list": Entry(module="listing", help=local("The exercises, and how far you are.", "列出所有练习和你的进度。")),
    "start": Entry(module="start", help=local("Make a folder of your own to work in.", "创建你自己的学习文件夹。")),
    "check": Entry(module="check", help=local("Grade a submission and say why.", "评分并解释原因。")),
    "watch": Entry(module="watch", help=local("Grade again on every save.", "每次保存后自动重新评分。")),
    "hint": Entry(module="hint", help=local("One more hint for an exercise.", "再给一条提示。")),
    "quiz": Entry(module="quiz.group", help=local("Take a quiz, and work with quizzes.", "做测验，管理测验。")),
    "grade": Entry(module="grade", help=local("Grade what a class handed in.", "给全班的提交评分。")),
    "new": Entry(module="new", help=local("A complete exercise, for you to edit.", "生成一个完整的练习供你修改。")),
    "verify": Entry(module="verify", help=local("Prove that exercises work.", "验证练习确实可用。")),
    "pack": Entry(module="pack", help=local("What students get, as one bundle.", "打包发给学生的内容。")),
    "seal": Entry(module="seal", help=local("Encrypt solutions/ for a CI.", "加密封存 solutions/，供 CI 使用。")),
    "report": Entry(
        module="report", help=local("Reports again: show, compare, verify.", "处理已有报告：显示、比较、验证。")
    ),
    "doctor": Entry(module="doctor", help=local("What this machine offers.", "检查这台机器具备哪些条件。")),
}


class Commands(click.Group):
    """A group that knows its commands' names and help lines without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature, here and below
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        from importlib import import_module

        command = import_module(f"grader.cli.{entry.module}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section(local("Commands", "命令")):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise _no_such_command(args[0])
        return super().resolve_command(ctx, args)


def _no_such_command(name: str) -> UsageError:
    from grader.exercise.problems import closest

    near = closest(name, COMMANDS, likeness=0.5)
    everything = ", ".join(COMMANDS)
    en = f'There is no command "{name}". ' + (f'Did you mean "{near}"?' if near else f"There are: {everything}.")
    zh = f"没有“{name}”这个命令。" + (f"你是想用“{near}”吗？" if near else f"可用的命令：{everything}。")
    return UsageError(Text(en=en, zh=zh))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=local(
        "Grade deep-learning exercises, and say why a tensor is wrong.",
        "给深度学习练习评分，并解释张量错在哪里。",
    ),
    epilog=local(
        "Exit codes: 0 full score; 1 graded, not full; 2 wrong usage or a broken exercise; 3 the grader's own fault.",
        "退出码：0 满分；1 已评分但未满分；2 用法错误或练习本身有误；3 评分程序自身故障。",
    ),
)
@click.version_option(__version__, "--version", prog_name="dlgrade", message="%(prog)s %(version)s")
def app() -> None:
    """Parse the options that come before a command; there are no others than --help and --version."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; nothing is raised, and every failure says whose fault it is."""
    occupy_standard_descriptors()
    accept_every_character()
    hear_sigterm()
    try:
        result = app.main(args=list(arguments), prog_name="dlgrade", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except GraderError as error:
        return _explain(error)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        write_error(shown.getvalue().rstrip("\n"))  # it quotes arguments, and a glob's are names of a stranger's files
        return EXIT_USAGE
    except (KeyboardInterrupt, click.Abort):
        write_error(local("Stopped.", "已停止。"))
        return EXIT_INTERRUPTED
    except Terminated:
        write_error(local("Stopped.", "已停止。"))
        return EXIT_TERMINATED
    except BrokenPipeError:  # click's own --help into a closed pipe
        discard_stdout()
        return 0
    except OSError as error:  # click's own --help onto a full disk
        if error.errno != errno.ENOSPC or error.filename is not None:
            return _own_fault(error)
        discard_stdout()
        return _explain(cannot_write(error))
    except Exception as error:  # noqa: BLE001 — the last stop: a bug of ours must not look like a grade
        return _own_fault(error)


def _explain(error: GraderError) -> int:
    whose = {
        Fault.AUTHOR: Text(en="Exercise error", zh="练习本身有误"),
        Fault.GRADER: Text(en="Grader error (no score was given)", zh="评分程序故障（没有给分）"),
        Fault.STUDENT: Text(en="Error", zh="错误"),
    }[error.fault]
    if isinstance(error, PluginError):
        whose = Text(en="Plugin error (not your fault)", zh="插件故障（与你的代码无关）")
    write_error(local(f"{whose.en}: {error.text.en}", f"{whose.zh}：{error.text.zh}"))
    return error.exit_code


def _own_fault(error: Exception) -> int:
    import traceback

    if os.environ.get("DLGRADE_DEBUG"):
        write_error("".join(traceback.format_exception(error)))
    place = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}:{place.lineno})"  # noqa: PTH119
    write_error(
        local(
            f"Grader error (no score was given): {what}. This is a bug of dlgrade, not of your code. "
            "Please report it with the output of DLGRADE_DEBUG=1.",
            f"评分程序故障（没有给分）：{what}。这是 dlgrade 的错误，与你的代码无关。"
            "请附上 DLGRADE_DEBUG=1 的输出进行反馈。",
        )
    )
    return EXIT_GRADER_FAULT
