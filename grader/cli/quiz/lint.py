"""`dlgrade quiz lint`: what to mend in quizzes before a student meets them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.findings import FindingsCommand
from grader.cli.language import local
from grader.cli.options import course_option, language_option
from grader.cli.output import Progress

if TYPE_CHECKING:
    from grader.cli.delivery import Delivery
    from grader.quiz.linting import QuizReport

_SEEDS = 1_000
_FINDINGS = FindingsCommand(stem="quiz-lint", quotes_answers=True)


@click.command(
    "lint",
    help=local(
        "Find what to mend in each QUIZ (an id, a folder, or a quiz.yaml), all of the course without a name: every "
        "generator on many seeds, every answer marked, texts, feedback, languages, names.",
        "找出每个 QUIZ（编号、文件夹或 quiz.yaml）中需要改正的地方；不写则检查整门课程：用大量种子运行每个生成函数，"
        "为每个答案评分，并检查文本、反馈、语言和名称。",
    ),
)
@click.argument("quizzes", nargs=-1, metavar="[QUIZ]…")
@click.option(
    "--seeds",
    type=click.IntRange(1, 100_000),
    default=_SEEDS,
    show_default=True,
    metavar="N",
    help=local("With how many seeds a question is drawn.", "每道题用多少个种子抽取。"),
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help=local("Processes side by side; else one a core.", "同时运行的进程数；默认每个核一个。"),
)
@click.option("--strict", is_flag=True, help=local("Warnings count as errors.", "警告也算作错误。"))
@_FINDINGS.options
@course_option
@language_option
def command(
    quizzes: tuple[str, ...],
    *,
    seeds: int,
    jobs: int | None,
    strict: bool,
    formats: str,
    output: Path | None,
    course: Path | None,
) -> int:
    """Lint, show, and return the exit code: 2 where anything is an error."""
    from grader.quiz.linting import Settings, exit_code, lint

    delivery = _FINDINGS.plan(formats, output)
    folders = _chosen(quizzes, course)
    with Progress() as line:

        def tell(done: int, of: int) -> None:
            line.say(local(f"Linting quizzes … {100 * done // of}%", f"正在检查测验…… {100 * done // of}%"))

        tell(0, 1)
        reports = lint(folders, Settings(seeds=seeds, jobs=jobs), tell=tell)
    _deliver(reports, delivery, strict=strict)
    return exit_code(reports, strict=strict)


def _chosen(names: tuple[str, ...], course: Path | None) -> tuple[Path, ...]:
    """Return the folders of the quizzes that are named; of all, where none is. Raises: UsageError."""
    from grader.cli.quiz.named import quiz_folder
    from grader.exercise import load_course
    from grader.quiz.finding import find_quiz, quizzes_of

    if names:
        return tuple(dict.fromkeys(quiz_folder(name, course) for name in names))
    found = load_course(course)
    folders = tuple(entry.folder for entry in quizzes_of(found))
    if not folders:
        find_quiz(found, "")  # says that there is none
    return folders


def _deliver(reports: tuple[QuizReport, ...], delivery: Delivery, *, strict: bool) -> None:
    from grader.cli.quiz.lint_pages import LintLook, rendered

    _FINDINGS.deliver(
        delivery,
        look=functools.partial(LintLook, strict=strict),
        rendered=functools.partial(rendered, reports),
    )
