"""Whether quiz.py returns the same for the same seed: in another process, at another time, in another order.

A variant is stored when it is drawn, so nobody's question changes. But a preview shows another one than the student
has, a seed that a report names shows nothing, and a regrade compares with what was never asked. So some seeds are drawn
once more by a second child: backwards, and with another order of sets. Whatever is not of the function's arguments
(the module `random`, a clock, `os.urandom`, `hash` of a text, what an earlier call left behind) comes out otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from grader.errors import AuthorError
from grader.quiz.authored import Computed, Question
from grader.quiz.drawing import Drawing, draw_many
from grader.quiz.generators import Generators
from grader.quiz.linting.draws import Draws
from grader.quiz.linting.findings import Finding
from grader.quiz.linting.subject import Subject
from grader.quiz.model import Variant
from grader.quiz.seeds import numbered_seeds
from grader.records import Severity, Text

HASH_SEED = 1  # of the second child; see `sandbox.fresh`
_REPEATED = 8  # seeds: what is one of two things agrees by chance once in 256 quizzes


def is_computed(question: Question) -> bool:
    """Return whether a function of quiz.py draws any of a question."""
    sources = (param.source for param in question.params)
    return (
        bool(question.computed)
        or any(isinstance(source, Computed) for source in sources)
        or any(map(is_computed, question.parts))
    )


def of_repeats(subject: Subject, draws: Draws, again: Generators) -> Iterator[Finding]:
    """Yield an error if a question comes out otherwise when it is drawn again. Raises: CannotLoad, GraderFault."""
    if not is_computed(draws.placed.question):
        return
    seeds = sorted(chain(draws.variants, draws.failed))[:_REPEATED][::-1]
    drawings = [Drawing(quiz=subject.quiz, seeds=numbered_seeds(seed), generators=again) for seed in seeds]
    second = draw_many(drawings, draws.placed.question) if drawings else []
    other = [seed for seed, one in zip(seeds, second, strict=True) if not _is_same(draws, seed, one)]
    if other:
        yield subject.find(
            "draw.not-repeatable", Severity.ERROR, draws.placed.path, _PROBLEM, _REMEDY, question=draws.placed.label,
            seed=min(other), count=len(other), of=len(seeds),
        )  # fmt: skip


def _is_same(draws: Draws, seed: int, again: Variant | AuthorError) -> bool:
    if isinstance(again, Variant):
        return draws.variants.get(seed) == again
    return seed in draws.failed


_PROBLEM = Text(
    en="quiz.py returns something else when the same seed is drawn again",
    zh="同一个种子再次抽取时，quiz.py 返回的结果不同",
)
_REMEDY = Text(
    en="Draw with `rng`, the second argument, alone: not with the module random, torch, NumPy, a clock, or the order "
    "of a set; and keep nothing between calls.",
    zh="只用第二个参数 `rng` 来抽取：不要用 random 模块、torch、NumPy、时钟或集合的顺序，"
    "也不要在多次调用之间保留状态。",
)
