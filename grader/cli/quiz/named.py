"""The quiz that an author names: by its id in a course, or by its file or folder, wherever that is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.records import Text

if TYPE_CHECKING:
    from grader.quiz.authored import Quiz


def quiz_folder(name: str, course: Path | None) -> Path:
    """Return the folder of a quiz; one that is named by a path needs no course. Raises: UsageError for no such quiz."""
    from grader.exercise import load_course
    from grader.exercise.paths import show_path
    from grader.quiz.finding import find_quiz
    from grader.quiz.reading import QUIZ_FILE

    path = Path(name)
    if path.name == QUIZ_FILE and path.is_file():
        return path.parent.absolute()
    if (path / QUIZ_FILE).is_file():
        return path.absolute()
    if path.suffix in (".yaml", ".yml") or os.sep in name:
        raise UsageError(
            Text(en=f"There is no {QUIZ_FILE} at {show_path(path)}.", zh=f"{show_path(path)} 处没有 {QUIZ_FILE}。"),
            remedy=Text(
                en=f"Name a {QUIZ_FILE} or its folder, or the id of a quiz of the course, such as quiz01.",
                zh=f"请给出 {QUIZ_FILE} 或其所在文件夹，或课程中测验的编号，例如 quiz01。",
            ),
        )
    return find_quiz(load_course(course), name).folder


def named_quiz(name: str, course: Path | None) -> Quiz:
    """Return such a quiz, read. Raises: UsageError; AuthorError with every problem of its files."""
    from grader.quiz.reading import read_quiz

    return read_quiz(quiz_folder(name, course))
