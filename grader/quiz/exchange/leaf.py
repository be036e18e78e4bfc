"""A question as it travels: in one language, its numbers drawn, its answer with it.

Every format is written from leaves and read into leaves, so a round trip is a comparison: what comes back is what
`fit` of that format said it can hold. Places count from 0 and stand for the ids of a variant, which are random and mean
nothing elsewhere. Texts are Markdown with `$maths$`, answers are text that the marker reads, as in `model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.quiz.model import Partial, Precision, QuestionType, Variable
from grader.records import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Why an answer is wrong: a misconception's id, and what to say. Either may be missing."""

    because: str = ""
    say: str = ""


NOTHING = Remark()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of `choice` or `multi`; one of `text` and `code` is empty."""

    text: str = ""
    code: str = ""
    right: bool = False
    last: bool = False  # stays behind the others
    remark: Remark = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Of `choice` and `multi`."""

    options: tuple[Choice, ...]
    shuffle: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A known wrong answer that is typed."""

    value: str
    remark: Remark = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Of what is typed. `rows` and `columns` are those of a `matrix`, whose answer is text too: "[[1, 2], [3, 4]]"."""

    answer: str
    also: tuple[str, ...] = ()
    wrong: tuple[Known, ...] = ()
    precision: Precision | None = None
    unit: str = ""
    whole: bool = False
    variables: tuple[Variable, ...] = ()
    rows: int = 0
    columns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem:
    """One thing to be put in order; `after` are the places of those that must come before it."""

    text: str = ""
    code: str = ""
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """A known wrong order: the places of some items, one after the other."""

    sequence: tuple[int, ...]
    remark: Remark = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Of `order`: every order that keeps to `after` is right. The items stand in one that is right."""

    items: tuple[OrderItem, ...]
    wrong: tuple[KnownOrder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """An option of a `match`."""

    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOption:
    """A known wrong option of a row, by its place."""

    option: int
    remark: Remark = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a `match`; `option` is the place of the one that is right."""

    text: str = ""
    code: str = ""
    option: int
    wrong: tuple[KnownOption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Of `match`."""

    rows: tuple[Row, ...]
    options: tuple[Label, ...]
    shuffle: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Of `multi-part`: leaves whose ids are those of the parts."""

    parts: tuple[Leaf, ...]


Content = Choices | Typed | Order | Match | Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A question as it travels. `id` is its own in the whole file; variants of one are `sgd-step-1`, `sgd-step-2`, …"""

    id: str
    type: QuestionType
    text: str
    code: str = ""
    content: Content
    points: float = 1.0
    attempts: int | None = 1  # None: any number
    penalty: float = 0.0
    partial: Partial = Partial.NONE
    hints: tuple[str, ...] = ()
    explanation: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Leaves of which each attempt gets `pick`: the variants of one question (`pick` is 1), or a pool."""

    id: str
    pick: int
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booklet:
    """A whole quiz as it travels."""

    id: str
    title: str
    about: str = ""
    language: Language
    items: tuple[Leaf | Group, ...]
    time_limit_s: float | None = None
    shuffled: bool = False  # the questions
    topics: Mapping[str, str] = field(default_factory=dict)  # titles by ids

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Every leaf, those of groups too."""
        return tuple(leaf for item in self.items for leaf in (item.leaves if isinstance(item, Group) else (item,)))
