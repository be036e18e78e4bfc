"""`dlgrade quiz stats`: a quiz in figures, from stored attempts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import choose_language, local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import dress, write_error, write_out
from grader.cli.quiz.options import store_option
from grader.errors import EXIT_FULL_SCORE, AuthorError, UsageError
from grader.records import Language, Text

if TYPE_CHECKING:
    from grader.quiz.authored import Quiz
    from grader.quiz.finding import QuizEntry
    from grader.taking.recorded import RecordedAttempt
    from grader.taking.statistics.figures import QuizFigures

_FORMATS = ("text", "json", "csv", "html")
_LEAST_DIGITS = 6  # of a version that is named by its beginning


@click.command(
    "stats",
    help=local(
        "A quiz in figures, from stored attempts: how hard each question is, how well it tells strong students from "
        "weak ones, which wrong answers are common, and how far the scores can be trusted.",
        "根据存储的作答统计一份测验：各题难度与区分度、常见的错误答案，以及得分的可信程度。",
    ),
)
@click.argument("name", metavar="ID")
@click.option(
    "--attempts",
    "which",
    type=click.Choice(["first", "best", "all"]),
    default="first",
    show_default=True,
    help=local("Which ended attempts of each student count.", "每位学生计入哪些已结束的作答。"),
)
@click.option(
    "--of-version",
    metavar="VERSION",
    help=local(
        "Only attempts at this version: its first digits, or `latest`.", "只计该版本的作答：写出其开头几位，或 latest。"
    ),
)
@click.option(
    "--at-least",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="STUDENTS",
    help=local(
        "Show an unforeseen answer that was typed only if so many gave it.",
        "未预料到的键入答案，至少这么多人给出才显示。",
    ),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="text",
    show_default=True,
    help=local("How the figures are written.", "输出格式。"),
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=local("Write them into this file.", "写入该文件。"),
)
@store_option
@course_option
@language_option
def command(
    *,
    name: str,
    which: str,
    of_version: str | None,
    at_least: int,
    form: str,
    output: Path | None,
    store: str | None,
    course: Path | None,
) -> int:
    """Print the figures, or write them."""
    from grader.cli.quiz.desk import tell_notes
    from grader.cli.quiz.files import write_private
    from grader.exercise import load_course
    from grader.quiz.finding import find_quiz
    from grader.store import course_key, open_store
    from grader.taking.desk import Desk
    from grader.taking.statistics.counting import Asked, figures_of
    from grader.taking.statistics.figures import Which

    found = load_course(course)
    entry = find_quiz(found, name)
    quiz = _read(entry)
    with open_store(store) as opened, Desk(opened, course=course_key(found)) as desk:
        tell_notes(opened)
        attempts = desk.attempts(entry.id)
    if of_version is not None:
        attempts = _of_version(attempts, of_version)
    asked = Asked(
        quiz=entry.id,
        title=quiz.title if quiz else Text(en=entry.name, zh=entry.name),
        which=Which(which),
        least=at_least,
        order=tuple(question.id for question in quiz.questions) if quiz else (),
    )
    figures = figures_of(attempts, asked)
    if output is None:
        _show(figures, form)
    else:
        write_private(output, _written(figures, form).encode("utf-8", "replace"), force=True)
    return EXIT_FULL_SCORE


def _read(entry: QuizEntry) -> Quiz | None:
    """Return the quiz as it is now; None, told, where it is broken: what was stored can be counted all the same."""
    try:
        return entry.read()
    except AuthorError as error:
        write_error(say(error))
        return None


def _of_version(attempts: tuple[RecordedAttempt, ...], wanted: str) -> tuple[RecordedAttempt, ...]:
    """Return the attempts at one version. Raises: UsageError where none, or several, fit."""
    ordered = sorted(attempts, key=lambda one: one.begun_at)
    versions = list(dict.fromkeys(one.version for one in ordered))
    if wanted == "latest":
        fitting = versions[-1:]
    else:
        fitting = [version for version in versions if version.startswith(wanted.lower())]
    if len(fitting) == 1:
        return tuple(one for one in attempts if one.version == fitting[0])
    known = ", ".join(version[:8] for version in versions) or local("none", "无")
    raise UsageError(
        Text(
            en=f'--of-version "{wanted}": {len(fitting)} versions with attempts begin like this.',
            zh=f"--of-version “{wanted}”：有作答的版本中，有 {len(fitting)} 个以此开头。",
        ),
        remedy=Text(en=f"Versions with attempts: {known}.", zh=f"有作答的版本：{known}。"),
    )


def _show(figures: QuizFigures, form: str) -> None:
    if form != "text":
        write_out(_written(figures, form))
        return
    from grader.cli.quiz.stats_text import put_figures
    from grader.quiz.rendering.styled import Paper

    looks = dress()
    paper = Paper(width=min(looks.width, 100), color=looks.color, ascii_only=looks.ascii_only)
    put_figures(paper, figures, Language.EN if looks.ascii_only else choose_language(None))
    write_out(paper.render())


def _written(figures: QuizFigures, form: str) -> str:
    if form == "json":
        from grader.taking.statistics.documents import to_json

        return to_json(figures)
    if form == "csv":
        from grader.taking.statistics.documents import to_csv

        return to_csv(figures)
    if form == "html":
        from grader.taking.statistics.page import to_page

        return to_page(figures, choose_language(None))
    from grader.cli.output import PLAIN_WIDTH
    from grader.cli.quiz.stats_text import put_figures
    from grader.quiz.rendering.styled import Paper

    paper = Paper(width=PLAIN_WIDTH)
    put_figures(paper, figures, choose_language(None))
    return paper.render()
