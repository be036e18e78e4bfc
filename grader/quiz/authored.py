"""A quiz as its author wrote it, checked: what variants are drawn from. It holds every answer.

Texts are templates: `{{name}}` in them stands for a parameter (`interpolation`). The types here never leave the
trusted side; what does is in `model`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from grader.quiz.model import Plain, Precision, QuestionType, Rules, Variable, When, Wrong
from grader.records import Language, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where something stands in quiz.yaml, for messages: `questions[2].answer`, line 31."""

    line: int  # from 1
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A function of quiz.py that is called as `name(p, rng)`."""

    name: str
    where: Where


# ------------------------------------------------------------------------------------------------- parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class IntRange:
    """A whole number from `low` to `high`, both included, in steps from `low`."""

    low: int
    high: int
    step: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatRange:
    """One of the decimal numbers `low`, `low + step`, … up to `high`; text, so that 0.1 is a tenth."""

    low: str
    high: str
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """One of these values, each as likely."""

    values: tuple[Plain, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter of a question; a computed one is given those above it as `p`."""

    name: str
    source: IntRange | FloatRange | OneOf | Computed
    where: Where


# --------------------------------------------------------------------------------------------------- questions


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredOption:
    """A choice, an item to be put in order, or one side of a match."""

    name: str  # its id in the file, or its place among the others: "c2"
    text: Text | None
    code: str = ""
    right: bool = False
    wrong: Wrong = field(default_factory=Wrong)
    after: tuple[str, ...] = ()  # of an item: names of those that must come before it
    to: str = ""  # of a row: the name of the option that is right for it
    last: bool = False  # stays behind the others: "none of these"
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredWrong:
    """A known wrong answer: a value as text; or a sequence of items; or a row and an option."""

    value: str = ""
    sequence: tuple[str, ...] = ()
    pair: tuple[str, str] | None = None
    wrong: Wrong
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. Which fields matter depends on its type."""

    id: str
    part: str = ""  # within a `multi-part`, its id there; `id` is then the whole's
    type: QuestionType
    text: Text
    code: str = ""
    rules: Rules
    shuffle: bool = True
    hints: tuple[Text, ...] = ()
    explanation: Text | None = None
    topics: tuple[str, ...] = ()
    params: tuple[Param, ...] = ()
    answer: str | Computed | None = None  # as text; None where options or parts hold it
    also: tuple[str, ...] = ()
    precision: Precision | None = None
    unit: Text | None = None
    whole: bool = False  # a whole number is asked for
    variables: tuple[Variable, ...] = ()
    options: tuple[AuthoredOption, ...] = ()
    rows: tuple[AuthoredOption, ...] = ()
    pick: int | None = None  # how many options are shown: the right ones, and wrong ones drawn; None: all
    said: Mapping[str, Text] = field(default_factory=dict)  # of misconceptions, the quiz's included
    wrong: tuple[AuthoredWrong, ...] = ()
    parts: tuple[Question, ...] = ()
    where: Where

    @property
    def label(self) -> str:
        """How a message names it: `sgd-step`, or `sgd-step/loss` for a part."""
        return f"{self.id}/{self.part}" if self.part else self.id

    @property
    def computed(self) -> tuple[Computed, ...]:
        """The functions of quiz.py that a variant of it calls, those of its parts not included."""
        found = [param.source for param in self.params if isinstance(param.source, Computed)]
        return (*found, self.answer) if isinstance(self.answer, Computed) else tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Questions of which each student gets `pick`, drawn anew in each attempt."""

    id: str
    pick: int
    questions: tuple[Question, ...]
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a group of questions is about, and what to read again."""

    id: str
    title: Text
    read: Text | None = None  # Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """When a student learns the score, and when the answers."""

    score: When = When.AFTER_SUBMIT
    answers: When = When.AFTER_CLOSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A text that lacks a language; with none, one text that stands for all of them. For lint."""

    languages: tuple[Language, ...]
    text: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """A whole quiz. `version` is a digest of its files: who changes one has another quiz (`versions`)."""

    id: str
    slug: str
    folder: str  # where it was read, for messages
    version: str
    source: str = field(repr=False)  # the text of quiz.py; "": there is none
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # by name, as read: `version` is their digest
    functions: Mapping[str, int] = field(default_factory=dict)  # of quiz.py, with their lines
    title: Text
    about: Text | None = None
    languages: tuple[Language, ...]
    items: tuple[Question | Pool, ...]  # in the order of the file
    shuffled: bool = False  # whether each student gets the questions in an order of their own
    reveal: Reveal
    time_limit_s: float | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    retakes: int | None = None  # how often the whole may be taken again; None: any number
    topics: tuple[Topic, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, those of pools too, parts not."""
        return tuple(self._questions())

    @property
    def is_computed(self) -> bool:
        """Whether any question calls a function of quiz.py."""
        return any(one.computed for question in self.questions for one in (question, *question.parts))

    def _questions(self) -> Iterator[Question]:
        for item in self.items:
            if isinstance(item, Pool):
                yield from item.questions
            else:
                yield item

    def question(self, name: str) -> Question:
        """Return the question with this id. Raises: KeyError."""
        return next((one for one in self.questions if one.id == name), None) or _no_question(name)


def _no_question(name: str) -> Question:
    raise KeyError(name)
