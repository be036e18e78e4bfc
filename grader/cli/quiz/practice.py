"""`dlgrade quiz practice`: questions that went wrong come back, with other numbers, later and later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import write_error
from grader.cli.quiz.options import store_option, student_option
from grader.errors import AuthorError, UsageError
from grader.records import Text

if TYPE_CHECKING:
    from grader.exercise import Course
    from grader.quiz.authored import Quiz


@click.command(
    "practice",
    help=local(
        "Practise what went wrong, in these quizzes or in all of them. A question comes back with other numbers, later "
        "and later as you know it. It counts for no score, and Ctrl-C loses nothing.",
        "练习做错的题：可指定测验，默认为全部。题目会换一组数字再出现，掌握得越好间隔越长。"
        "不计成绩，按 Ctrl-C 不会丢失任何内容。",
    ),
)
@click.argument("names", nargs=-1, metavar="[ID]...")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help=local("Ask so many questions at most.", "最多练习这么多题。"),
)
@click.option(
    "--new",
    "new",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help=local("Also ask so many questions that were never practised.", "另加这么多道从未练习过的题。"),
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help=local("Ask nothing: print what is due, as JSON.", "不提问，以 JSON 输出待练习的题。"),
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="ID/QUESTION=ANSWER",
    help=local(
        "With --json: answer a question, as typed or as JSON.", "配合 --json：回答一题，内容同键入，或为 JSON。"
    ),
)
@click.option(
    "--hint",
    "hints",
    multiple=True,
    metavar="ID/QUESTION",
    help=local("With --json: ask for one more hint.", "配合 --json：再要一条提示。"),
)
@student_option
@store_option
@course_option
@language_option
def command(
    *,
    names: tuple[str, ...],
    limit: int,
    new: int,
    as_json: bool,
    answers: tuple[str, ...],
    hints: tuple[str, ...],
    student: str | None,
    store: str | None,
    course: Path | None,
) -> int:
    """Practise, or print what is due, and return the exit code."""
    if (answers or hints) and not as_json:
        raise UsageError(
            Text(
                en="--answer and --hint are for scripts, together with --json.",
                zh="--answer、--hint 供脚本使用，需与 --json 一起使用。",
            ),
            remedy=Text(
                en="Add --json, or leave them out and answer here.", zh="请加上 --json，或去掉它们，直接作答。"
            ),
        )
    from grader.cli.quiz.desk import open_desk
    from grader.taking.practice.practice import Practice

    with open_desk(store=store, course=course, student=student) as at:
        practice = Practice(at.desk, at.student, quizzes_named(at.course, names))
        if as_json:
            from grader.cli.quiz.practice_json import answer_json

            return answer_json(practice, answers=answers, hints=hints, new=new)
        from grader.cli.quiz.practice_sitting import PracticeSitting

        return PracticeSitting(practice, limit=limit, new=new).run()


def quizzes_named(course: Course, names: tuple[str, ...]) -> tuple[Quiz, ...]:
    """Return the quizzes that are named, or all; a broken one is told, and hides no other. Raises: UsageError."""
    from grader.cli.quiz.listing import broken_quiz
    from grader.quiz.finding import find_quiz, quizzes_of
    from grader.quiz.kept import cache_folder
    from grader.quiz.reading import read_quiz

    entries = tuple(dict.fromkeys(find_quiz(course, name) for name in names)) or quizzes_of(course)
    quizzes = []
    for entry in entries:
        try:
            quizzes.append(read_quiz(entry.folder, cache=cache_folder()))
        except AuthorError:  # not shown here: it may quote an answer
            write_error(say(broken_quiz(entry.label)))
    return tuple(quizzes)
