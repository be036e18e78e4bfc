"""quiz-marking: a thousand answers to the questions of the bank, read and marked, but for formulas."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median, milliseconds
from benchmarks.workload import ROOT
from grader.exercise import load_course
from grader.quiz.drawing import Drawing, draw
from grader.quiz.finding import quizzes_of
from grader.quiz.generators import Generators
from grader.quiz.marking import Algebra, Mark, Marker, Response, read
from grader.quiz.marking.model_answer import model_answer
from grader.quiz.marking.reader import _read_own
from grader.quiz.model import Key, PartsBody, PartsKey, PublicQuestion, QuestionType, TypedKey
from grader.quiz.seeds import numbered_seeds

ANSWERS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer that a student gives."""

    public: PublicQuestion
    key: Key
    response: Response


def measure(runs: int) -> list[Figure]:
    """Time reading, as it is shown before it counts, and marking; drawing has read the keys, so that is forgotten."""
    given = answers()
    times = [_marked(given[at * ANSWERS : (at + 1) * ANSWERS]) for at in range(min(runs, len(given) // ANSWERS))]
    return [median(f"{ANSWERS:,} answers read, shown and marked", milliseconds(times), "ms", Target(limit=1_000))]


def answers() -> list[Given]:
    """Return right and known wrong answers to every question of the bank that needs no sympy, of several students."""
    found: list[Given] = []
    for entry in quizzes_of(load_course(ROOT)):
        quiz = entry.read()
        with Generators(quiz) as generators:
            for seed in range(1, 40):
                drawing = Drawing(quiz=quiz, seeds=numbered_seeds(seed), generators=generators)
                for question in quiz.questions:
                    variant = draw(drawing, question)
                    for public, key in _asked(variant.public, variant.key):
                        found += _given(public, key)
    found.sort(key=lambda one: (one.key.seed, one.key.id))  # every thousand has all types
    return found


def _asked(public: PublicQuestion, key: Key) -> Iterator[tuple[PublicQuestion, Key]]:
    if isinstance(public.body, PartsBody) and isinstance(key.answer, PartsKey):
        yield from zip(public.body.parts, key.answer.parts, strict=True)
    else:
        yield public, key


def _given(public: PublicQuestion, key: Key) -> Iterator[Given]:
    if public.type is QuestionType.EXPRESSION:
        return
    yield Given(public=public, key=key, response=model_answer(key))
    if isinstance(key.answer, TypedKey):
        for wrong in key.answer.wrong:
            yield Given(public=public, key=key, response=wrong.value)


def _marked(given: list[Given]) -> float:
    """Units: seconds. Raises BenchmarkFailed where an answer is asked back."""
    with Algebra() as algebra:
        marker = Marker(algebra)
        _read_own.cache_clear()
        began = time.perf_counter()
        for one in given:
            read(one.public, one.response)
            if not isinstance(marker.mark(one.public, one.key, one.response), Mark):
                raise BenchmarkFailed(f"{one.public.id}: {one.response!r} was asked back")
        return time.perf_counter() - began
