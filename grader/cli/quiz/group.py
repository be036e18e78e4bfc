"""`dlgrade quiz`: takes a quiz, lists them, and leads to what else is done with them.

`dlgrade quiz ID` takes one, so an id stands where other groups have a command's name. Each command has a module of its
own, which is loaded when it is asked for.
"""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.language import local
from grader.cli.options import course_option, language_option
from grader.cli.quiz.options import store_option, student_option
from grader.errors import UsageError
from grader.records import Text

# By name: the module beside this one, and its line in `dlgrade quiz --help`.
SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "practice": ("practice", local("What went wrong, again.", "复习做错的题。")),
    "stats": ("stats", local("A quiz in figures, for its teacher.", "供教师查看：测验统计。")),
    "extend": ("extend", local("More time for one student.", "给某个学生延长时间。")),
    "regrade": ("regrade", local("Attempts marked again by a mended quiz.", "按改正后的测验重新评分。")),
    "new": ("new", local("A small quiz that works, for you to edit.", "生成一份小测验供你修改。")),
    "preview": ("preview", local("A quiz with its answers, for its teacher.", "供教师查看：测验及其答案。")),
    "lint": ("lint", local("What to mend in quizzes.", "找出测验中需要改正的地方。")),
    "export": ("export", local("A quiz as a file for Moodle and others.", "导出供 Moodle 等系统使用的文件。")),
    "import": ("importing", local("A file of Moodle and others as a quiz.", "导入 Moodle 等系统的文件。")),
}


class QuizCommands(click.Group):
    """A group that knows its commands' names and help lines without importing them, and takes a quiz's id as well."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature, here and below
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in SUBCOMMANDS:
            return None
        from importlib import import_module

        command = import_module(f"grader.cli.quiz.{SUBCOMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] in SUBCOMMANDS:
            return super().parse_args(ctx, args)
        # Past click.Group, which would look for a command: what is left over is the quiz.
        ctx.allow_extra_args = ctx.allow_interspersed_args = True
        return click.Command.parse_args(self, ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return ["[ID | COMMAND]", "[OPTIONS]"]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        if SUBCOMMANDS:
            with formatter.section(local("Commands", "命令")):
                formatter.write_dl([(name, line) for name, (_, line) in SUBCOMMANDS.items()])


@click.group(
    "quiz",
    cls=QuizCommands,
    invoke_without_command=True,
    help=local(
        "Take quiz ID, or go on with it; without an ID, list the quizzes. Ctrl-C loses nothing.",
        "做测验 ID，或接着做；不写 ID 则列出所有测验。按 Ctrl-C 不会丢失任何内容。",
    ),
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help=local("Ask nothing: print where the attempt stands, as JSON.", "不提问，以 JSON 输出当前作答状态。"),
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="PLACE=ANSWER",
    help=local(
        "With --json: answer a question, as typed or as JSON.", "配合 --json：回答一题，内容同键入，或为 JSON。"
    ),
)
@click.option(
    "--draft",
    "drafts",
    multiple=True,
    metavar="PLACE=ANSWER",
    help=local("With --json: keep an answer; it does not count yet.", "配合 --json：保存草稿，暂不计分。"),
)
@click.option(
    "--hint",
    "hints",
    multiple=True,
    metavar="PLACE",
    help=local("With --json: ask for one more hint.", "配合 --json：再要一条提示。"),
)
@click.option("--submit", is_flag=True, help=local("With --json: hand the attempt in.", "配合 --json：交卷。"))
@click.option(
    "--again",
    is_flag=True,
    help=local("Begin a further attempt without being asked.", "不再询问，直接重新开始一次。"),
)
@student_option
@store_option
@course_option
@language_option
@click.pass_context
def command(
    context: click.Context,
    *,
    as_json: bool,
    answers: tuple[str, ...],
    drafts: tuple[str, ...],
    hints: tuple[str, ...],
    submit: bool,
    again: bool,
    student: str | None,
    store: str | None,
    course: Path | None,
) -> int | None:
    """Take a quiz or list them, and return the exit code; None where a command below does the work."""
    if context.invoked_subcommand is not None:
        return None
    named = _one_quiz(context.args)
    from grader.cli.quiz.start import StartArguments, start

    asked = StartArguments(
        quiz=named,
        json=as_json,
        again=again,
        answers=answers,
        drafts=drafts,
        hints=hints,
        submit=submit,
        student=student,
        store=store,
        course=course,
    )
    return start(asked)


def _one_quiz(named: list[str]) -> str | None:
    """Return the one quiz that is named, if any. Raises: UsageError for several."""
    if named and named[0] in SUBCOMMANDS:
        raise UsageError(
            Text(en=f'Options come behind "{named[0]}".', zh=f"选项要写在“{named[0]}”之后。"),
            remedy=Text(en=f"Type: dlgrade quiz {named[0]} …", zh=f"请输入：dlgrade quiz {named[0]} ……"),
        )
    if len(named) > 1:
        shown = ", ".join(named)
        raise UsageError(
            Text(en=f"One quiz at a time, not {shown}.", zh=f"一次只能做一份测验，而不是 {shown}。"),
            remedy=Text(en=f"Type: dlgrade quiz {named[0]}", zh=f"请输入：dlgrade quiz {named[0]}"),
        )
    return named[0] if named else None
