"""A quiz as lint looks at it: its questions with their places in the file, and findings made at a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from grader.quiz.authored import Pool, Question, Quiz
from grader.quiz.linting.findings import Finding
from grader.quiz.model import (
    ChoiceKey,
    Key,
    MatchBody,
    Option,
    OptionsBody,
    PartsBody,
    PartsKey,
    PublicQuestion,
    Variant,
    Wrong,
)
from grader.quiz.yaml_file import KeyPath, Tree
from grader.records import Severity, Text


@dataclass(frozen=True, slots=True)
class Placed:
    """A question, or a part of one, with its place in the file."""

    question: Question = field(compare=False)  # its place says which it is
    path: KeyPath

    @property
    def label(self) -> str:
        return self.question.label

    @property
    def parts(self) -> tuple[Placed, ...]:
        return tuple(Placed(part, (*self.path, "parts", at)) for at, part in enumerate(self.question.parts))

    @property
    def asked(self) -> tuple[Placed, ...]:
        """What is answered: its parts, or itself where it has none."""
        return self.parts or (self,)


@dataclass(frozen=True, slots=True)
class SeedDraw:
    """What was drawn for one `Placed` with one seed."""

    public: PublicQuestion
    key: Key
    seed: int


class Subject:
    """One quiz under lint."""

    def __init__(self, quiz: Quiz, tree: Tree, mistakes: frozenset[str]) -> None:
        self.quiz = quiz
        self.tree = tree
        self.mistakes = mistakes  # names of the course's exercises' mistakes, as misconceptions are called

    @cached_property
    def wholes(self) -> tuple[Placed, ...]:
        """Every question, those of pools too."""
        return tuple(self._wholes())

    def _wholes(self) -> Iterator[Placed]:
        for place, item in enumerate(self.quiz.items):
            path: KeyPath = ("questions", place)
            if isinstance(item, Pool):
                yield from (Placed(one, (*path, "questions", at)) for at, one in enumerate(item.questions))
            else:
                yield Placed(item, path)

    @property
    def everything(self) -> Iterator[Placed]:
        """Every question, each followed by its parts."""
        for whole in self.wholes:
            yield whole
            yield from whole.parts

    def find(
        self, check: str, severity: Severity, path: KeyPath, problem: Text, remedy: Text, *, question: str = "",
        seed: int | None = None, count: int = 0, of: int = 0,
    ) -> Finding:  # fmt: skip
        """Return a finding at a place of quiz.yaml; where nothing stands there, at what it would stand in."""
        return Finding(
            check=check, severity=severity, question=question, file="quiz.yaml", line=self.tree.line(path),
            problem=problem, remedy=remedy, seed=seed, count=count, of=of,
        )  # fmt: skip


def halves_of(variant: Variant) -> Iterator[tuple[PublicQuestion, Key]]:
    """Yield both halves of each part, or of the variant itself where it has none."""
    body, answer = variant.public.body, variant.key.answer
    if isinstance(body, PartsBody) and isinstance(answer, PartsKey):
        yield from zip(body.parts, answer.parts, strict=True)
    else:
        yield variant.public, variant.key


def options_of(public: PublicQuestion) -> tuple[Option, ...]:
    """Return what is chosen from or put in order; none where an answer is typed."""
    return public.body.options if isinstance(public.body, OptionsBody | MatchBody) else ()


def rows_of(public: PublicQuestion) -> tuple[Option, ...]:
    """Return the rows of a match."""
    return public.body.rows if isinstance(public.body, MatchBody) else ()


def wrongs_of(key: Key) -> Iterator[Wrong]:
    """Yield what a key knows of wrong answers; of a whole with parts, nothing."""
    if isinstance(key.answer, ChoiceKey):
        yield from (option.wrong for option in key.answer.options if not option.right)
    elif not isinstance(key.answer, PartsKey):
        yield from (known.wrong for known in key.answer.wrong)


def drawn_of(placed: Placed, variant: Variant, seed: int) -> Iterator[tuple[Placed, SeedDraw]]:
    """Yield what is answered in a variant, with what was drawn for it."""
    for asked, (public, key) in zip(placed.asked, halves_of(variant), strict=True):
        yield asked, SeedDraw(public, key, seed)
