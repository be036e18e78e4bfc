"""The course's five quizzes, read and drawn as for a student."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from grader.quiz.authored import Computed, Question, Quiz
from grader.quiz.drawing import Drawing, draw
from grader.quiz.generators import Generators
from grader.quiz.model import Key, PartsBody, PartsKey, PublicQuestion
from grader.quiz.reading import read_quiz
from grader.quiz.seeds import Seeds

F = nn.functional
SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, or one part of a question, as it was drawn for one student."""

    label: str  # quiz02/updates/mini
    public: PublicQuestion
    key: Key
    program: str  # that is shown with it; "": none


@cache
def quizzes() -> tuple[Quiz, ...]:
    return tuple(read_quiz(folder) for folder in sorted(SOLUTIONS.glob("quiz[0-9]*")))


def questions() -> Iterator[tuple[str, Question]]:
    """Every question and every part of one, with its label; a whole of several parts is not among them."""
    for quiz in quizzes():
        for question in quiz.questions:
            for one in question.parts or (question,):
                yield f"{quiz.id}/{one.label}", one


def computed_labels() -> list[str]:
    return [label for label, question in questions() if isinstance(question.answer, Computed)]


def question_at(label: str) -> Question:
    return dict(questions())[label]


def drawn(students: int) -> dict[str, list[Asked]]:
    """Every question of the bank, by its label, as each of so many students gets it."""
    found: dict[str, list[Asked]] = {}
    for quiz in quizzes():
        with Generators(quiz) as generators:
            for student in range(students):
                seeds = Seeds(key=b"a key of the tests", version=quiz.version, student=f"student{student}", attempt=1)
                drawing = Drawing(quiz=quiz, seeds=seeds, generators=generators)
                for question in quiz.questions:
                    variant = draw(drawing, question)
                    for asked in _asked(quiz.id, variant.public, variant.key):
                        found.setdefault(asked.label, []).append(asked)
    return found


def _asked(quiz: str, public: PublicQuestion, key: Key) -> Iterator[Asked]:
    label = f"{quiz}/{public.id}"
    if not isinstance(public.body, PartsBody):
        yield Asked(label=label, public=public, key=key, program=public.code)
        return
    assert isinstance(key.answer, PartsKey)
    for part, part_key in zip(public.body.parts, key.answer.parts, strict=True):
        yield Asked(label=f"{label}/{part.part}", public=part, key=part_key, program=part.code or public.code)


def names() -> dict[str, Any]:
    """What every program and option of the bank may use."""
    return {"torch": torch, "nn": nn, "F": F, "np": np}


def printed(program: str) -> str:
    """What a program prints."""
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen):
        exec(program, names())
    return screen.getvalue().strip()
