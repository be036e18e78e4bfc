"""What `dlgrade quiz` was asked for, and who does it: the list, one sitting, or one JSON document."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import AuthorError, UsageError
from grader.records import Text

if TYPE_CHECKING:
    from grader.exercise import Course
    from grader.quiz.authored import Quiz
    from grader.quiz.finding import QuizEntry
    from grader.quiz.generators import Generators


@dataclass(frozen=True, slots=True, kw_only=True)
class StartArguments:
    """The arguments of one run."""

    quiz: str | None
    json: bool = False
    again: bool = False
    answers: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    submit: bool = False
    student: str | None = None
    store: str | None = None
    course: Path | None = None


def start(asked: StartArguments) -> int:
    """Do what was asked, and return the exit code. Raises: UsageError, AuthorError, GraderFault."""
    _check(asked)
    if asked.quiz is not None:
        return _take(asked, asked.quiz)
    from grader.cli.quiz.desk import open_desk
    from grader.cli.quiz.listing import show_list

    with open_desk(store=asked.store, course=asked.course, student=asked.student) as at:
        return show_list(at, as_json=asked.json)


@contextlib.contextmanager
def _uncollected() -> Iterator[Callable[[], None]]:
    """Collect no garbage until what this gives is called.

    What is made on the way to a first question stays, and looking through it takes a tenth of the way: later
    collections leave it out, too.
    """

    def collect_again() -> None:
        gc.freeze()
        gc.enable()

    gc.disable()
    try:
        yield collect_again
    finally:
        gc.enable()
        gc.unfreeze()  # a caller that goes on, as one in a test does, gets back the collector that it had


def _take(asked: StartArguments, name: str) -> int:
    """Take a quiz. The process that computes answers starts first: it gets ready while the store is imported."""
    with _uncollected() as collect_again:
        from grader.exercise import load_course
        from grader.quiz.generators import Generators

        course = load_course(asked.course)
        quiz = _read(course, name)
        with Generators(quiz) as generators:
            if quiz.is_computed:
                generators.prepare()
            return _at_desk(asked, course, quiz, generators, collect_again)


def _at_desk(
    asked: StartArguments, course: Course, quiz: Quiz, generators: Generators, collect_again: Callable[[], None]
) -> int:
    """Take a quiz that was read; garbage is collected again from when all is loaded that asking needs."""
    from grader.cli.quiz.desk import open_desk

    with open_desk(store=asked.store, course=course, student=asked.student) as at:
        at.desk.adopt(quiz, generators)
        if asked.json:
            from grader.cli.quiz.as_json import answer_json

            collect_again()
            return answer_json(at, quiz, asked)
        from grader.cli.quiz.sitting import Sitting

        collect_again()
        return Sitting(at, quiz, again=asked.again).run()


def _read(course: Course, name: str) -> Quiz:
    """Return the quiz that is called `name`. Raises: UsageError; AuthorError that names no answer."""
    from grader.quiz.kept import cache_folder
    from grader.quiz.reading import read_quiz

    entry = _entry(course, name)
    try:
        return read_quiz(entry.folder, cache=cache_folder())
    except AuthorError:
        from grader.cli.quiz.listing import broken_quiz

        raise broken_quiz(entry.id) from None


def _entry(course: Course, name: str) -> QuizEntry:
    """Return the quiz that is named. Raises: UsageError; what looks like a command gets that as a suggestion."""
    from grader.quiz.finding import find_quiz

    try:
        return find_quiz(course, name)
    except UsageError as error:
        from grader.cli.quiz.group import SUBCOMMANDS
        from grader.exercise.problems import closest

        near = closest(name, SUBCOMMANDS)
        if near is None:
            raise
        remedy = Text(en=f"Did you mean `dlgrade quiz {near}`?", zh=f"你是想用 `dlgrade quiz {near}` 吗？")
        raise UsageError(error.problem, remedy=remedy) from None


def _check(asked: StartArguments) -> None:
    """Refuse what does not go together."""
    acts = asked.answers or asked.drafts or asked.hints or asked.submit
    if acts and not asked.json:
        raise UsageError(
            Text(
                en="--answer, --draft, --hint and --submit are for scripts, together with --json.",
                zh="--answer、--draft、--hint、--submit 供脚本使用，需与 --json 一起使用。",
            ),
            remedy=Text(
                en="Add --json, or leave them out and answer here.", zh="请加上 --json，或去掉它们，直接作答。"
            ),
        )
    if (acts or asked.again) and asked.quiz is None:
        raise UsageError(
            Text(en="Which quiz?", zh="哪一份测验？"),
            remedy=Text(en="Type its id: dlgrade quiz quiz01 …", zh="请写出测验编号：dlgrade quiz quiz01 ……"),
        )
