"""Quizzes for tests: written into a folder, read and drawn as the product does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent, indent

from grader.quiz.authored import Quiz
from grader.quiz.drawing import Drawing
from grader.quiz.generators import Generators
from grader.quiz.reading import read_quiz
from grader.quiz.seeds import Seeds

HEAD = "dlgrade: quiz/1\nid: quiz01\ntitle: {en: A quiz, zh: 测验}\n"
KEY = b"a key of the store, for tests only"


def write_quiz(folder: Path, questions: str, code: str | None = None, *, head: str = HEAD) -> Path:
    """Write a quiz into `folder`/quiz01_test and return that folder; `questions` is the list below `questions:`."""
    place = folder / "quiz01_test"
    place.mkdir(parents=True, exist_ok=True)
    body = head + "questions:\n" + indent(dedent(questions).strip("\n"), "  ") + "\n"
    (place / "quiz.yaml").write_text(body, encoding="utf-8")
    if code is not None:
        (place / "quiz.py").write_text(dedent(code), encoding="utf-8")
    return place


def quiz_in(folder: Path, questions: str, code: str | None = None, *, head: str = HEAD) -> Quiz:
    """Return such a quiz, read."""
    return read_quiz(write_quiz(folder, questions, code, head=head))


def drawing(
    quiz: Quiz, generators: Generators, *, student: str = "ada", attempt: int = 1, version: str = ""
) -> Drawing:
    """Return what draws this student's attempt."""
    seeds = Seeds(key=KEY, version=version or quiz.version, student=student, attempt=attempt)
    return Drawing(quiz=quiz, seeds=seeds, generators=generators)


@contextmanager
def drawing_of(quiz: Quiz, *, student: str = "ada", attempt: int = 1, version: str = "") -> Iterator[Drawing]:
    """Draw within, with a child that ends with it; it starts only if a function of quiz.py is called."""
    with Generators(quiz) as generators:
        yield drawing(quiz, generators, student=student, attempt=attempt, version=version)
