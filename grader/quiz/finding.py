"""The quizzes of a course: `quizNN_slug/` in its solutions, which only the trusted side has.

A quiz holds its answers, so it is looked for where solutions are and nowhere else: not among the exercises that
students get, not in a workspace, never in a submission. Whether one is valid shows when it is read, so that a broken
one hides no other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from grader.errors import UsageError
from grader.exercise import Course
from grader.exercise.entries import below, normal
from grader.exercise.named_folder import NamedFolder
from grader.exercise.paths import is_file, is_folder, names_in, show_path
from grader.exercise.problems import closest
from grader.quiz.authored import Quiz
from grader.quiz.reading import FOLDER_NAME, QUIZ_FILE, read_quiz
from grader.records import Text

_NUMBERED = re.compile(r"(?:quiz|q)?[-_ ]?0*(?P<number>[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class QuizEntry(NamedFolder):
    """One quiz of a course, known by its folder's name."""

    form: ClassVar[re.Pattern[str]] = FOLDER_NAME

    folder: Path

    def read(self) -> Quiz:
        """Return the quiz. Raises: AuthorError with every problem of its files."""
        return read_quiz(self.folder)


def quizzes_of(course: Course) -> tuple[QuizEntry, ...]:
    """Return the quizzes of a course, by their numbers; none where its solutions are not at hand."""
    solutions = below(course.root, course.file.solutions)
    entries = [
        QuizEntry(solutions / name)
        for name in names_in(solutions)
        if FOLDER_NAME.fullmatch(name) or is_file(solutions / name / QUIZ_FILE)
        if is_folder(solutions / name)
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.number is None, entry.number or 0, entry.name)))


def find_quiz(course: Course, name: str) -> QuizEntry:
    """Return the quiz called `name`: an id, a slug, a number, a folder's name, or a unique beginning of these.

    Raises: UsageError for a name that fits none, or several.
    """
    entries = quizzes_of(course)
    wanted = normal(name)
    match = _NUMBERED.fullmatch(wanted)
    spelled = {entry: tuple(map(normal, entry.aliases)) for entry in entries}
    exact = [entry for entry, aliases in spelled.items() if wanted in aliases]
    numbered = [entry for entry in entries if match and entry.number == int(match["number"])]
    begun = [entry for entry, aliases in spelled.items() if wanted and any(one.startswith(wanted) for one in aliases)]
    found = exact or numbered or begun
    if len(found) == 1:
        return found[0]
    if not entries:
        raise _none_here(course)
    labels = ", ".join(entry.label for entry in found or entries)
    if found:
        raise UsageError(
            Text(en=f"{name!r} fits several quizzes: {labels}.", zh=f"{name!r} 对应多份测验：{labels}。"),
            remedy=Text(en="Type more of the name, or the id.", zh="请写得更完整，或用测验编号。"),
        )
    owners = {alias: entry for entry, aliases in spelled.items() for alias in aliases}
    meant = closest(wanted, owners, likeness=0.5)
    raise UsageError(
        Text(en=f"No quiz is called {name!r}.", zh=f"没有名为 {name!r} 的测验。"),
        remedy=Text(
            en=(f"Did you mean {owners[meant].label}? " if meant else "") + f"There are: {labels}.",
            zh=(f"是不是 {owners[meant].label}？" if meant else "") + f"现有测验：{labels}。",
        ),
    )


def _none_here(course: Course) -> UsageError:
    solutions = show_path(below(course.root, course.file.solutions))
    return UsageError(
        Text(en=f"There are no quizzes in {solutions}.", zh=f"{solutions} 中没有测验。"),
        remedy=Text(
            en=f"A quiz is a folder such as quiz01_tensors there, with a {QUIZ_FILE}. Who only has the exercises of "
            "a course has none of its quizzes.",
            zh=f"测验是其中形如 quiz01_tensors 且含有 {QUIZ_FILE} 的文件夹。只拿到练习的人没有测验。",
        ),
    )
