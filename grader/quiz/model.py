"""The two halves of a variant: the question as a student gets it, and its key.

No type of the public half has a field that could hold an answer, a feedback, a misconception, a generator or a seed,
and none of them leads to a type of the key: what renders a question takes a `PublicQuestion` and can reach no more.
Both halves are plain data that `stored` turns into JSON and back; a variant is stored when it is drawn, and marked as
it was stored. What an author writes is in `authored`.

Answers and known wrong answers that a student would type are kept as text ("0.1", "[1, 24]", "error", "inf"), so
that the marker reads them as it reads a student's: a model answer cannot be read otherwise than a student's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.records import Text

Plain = bool | int | float | str | list["Plain"]  # the value of a parameter: finite, as JSON holds it


class QuestionType(StrEnum):
    """What is asked for."""

    CHOICE = "choice"  # one option
    MULTI = "multi"  # every option that is right
    NUMBER = "number"
    SHAPE = "shape"  # of a tensor, or "error"
    ORDER = "order"  # of items, by a graph of what must come before what
    MATCH = "match"  # one option for each row; several rows may share one
    EXPRESSION = "expression"  # a formula
    CODE_OUTPUT = "code-output"  # what a program prints
    MATRIX = "matrix"  # a table of numbers, cell by cell
    MULTI_PART = "multi-part"  # several questions about one matter


TYPED = frozenset({QuestionType.NUMBER, QuestionType.SHAPE, QuestionType.EXPRESSION, QuestionType.CODE_OUTPUT,
                   QuestionType.MATRIX})  # fmt: skip


class When(StrEnum):
    """When a student is shown something, each later than the one before."""

    AFTER_ATTEMPT = "after-attempt"  # at once, when an answer is checked
    AFTER_SUBMIT = "after-submit"  # when the whole quiz is handed in
    AFTER_CLOSE = "after-close"  # when nobody can start or resume it any more
    NEVER = "never"


class Partial(StrEnum):
    """How a partly right answer counts."""

    NONE = "none"  # all or nothing
    EACH = "each"  # each row, cell or tick by itself; a wrong tick takes back a right one, never below 0
    LCS = "lcs"  # the longest common subsequence with the nearest right order


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How near a number must come: by significant figures, else by tolerances, else exactly.

    A tolerance is text ("1e-3"), so that it means the decimal number which its author wrote. With both, either is
    enough.
    """

    sig_figs: int | None = None
    relative: str | None = None
    absolute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one question counts and how often it may be answered."""

    points: float = 1.0
    attempts: int | None = 1  # answers that are checked; None: any number
    penalty: float = 0.0  # share of the points that each wrong attempt costs
    feedback: When = When.AFTER_ATTEMPT
    partial: Partial = Partial.NONE


# ---------------------------------------------------------------------------------------------- the public half


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to choose, to put in order or to match. `id` is random in every attempt and says nothing else."""

    id: str
    text: Text | None = None  # Markdown
    code: str = ""  # Python, in the place of text


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionsBody:
    """Of `choice`, `multi` and `order`: the options, in the order in which they are shown."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchBody:
    """Of `match`: for each of `rows`, one of `options` is chosen."""

    rows: tuple[Option, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedBody:
    """Of `number`, `shape`, `expression`, `code-output` and `matrix`: what to type, and how exactly."""

    precision: Precision | None = None  # of `number` and `matrix`
    unit: Text | None = None  # that the number is asked in
    whole: bool = False  # a whole number is asked for
    variables: tuple[str, ...] = ()  # that an `expression` may use
    rows: int = 0  # of a `matrix`
    columns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsBody:
    """Of `multi-part`: the parts, each a question of its own."""

    parts: tuple[PublicQuestion, ...]


Body = OptionsBody | MatchBody | TypedBody | PartsBody


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicQuestion:
    """One question as one student gets it in one attempt: all that a renderer, a page or an export is given."""

    id: str
    part: str = ""  # its id within a `multi-part`; "": the question itself
    type: QuestionType
    text: Text  # Markdown with $maths$
    code: str = ""  # Python that the question is about
    body: Body
    points: float
    attempts: int | None
    penalty: float
    hints: int = 0  # how many there are: a hint is given when it is asked for, by whoever has the key
    topics: tuple[str, ...] = ()


# ------------------------------------------------------------------------------------------------------ the key


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Why an answer is wrong: a misconception by its id, and what to say of it. Either may be missing."""

    because: str = ""
    say: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionKey:
    """What one option is. `name` is what its author calls it, the same in every attempt: statistics count by it."""

    id: str
    name: str
    right: bool
    wrong: Wrong = field(default_factory=Wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceKey:
    """Of `choice` and `multi`."""

    options: tuple[OptionKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKey:
    """One item of an `order`: `after` are the ids of those that must come before it."""

    id: str
    name: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongOrder:
    """A known wrong order: some items, by their ids, one after the other, others between them or not."""

    sequence: tuple[str, ...]
    wrong: Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKey:
    """Of `order`: any order is right in which every item comes after those that it must come after."""

    items: tuple[ItemKey, ...]
    wrong: tuple[WrongOrder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairKey:
    """A row of a `match` with the option that is right for it, by their ids; the names are the author's."""

    row: str
    option: str
    row_name: str
    option_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPair:
    """A known wrong option for a row, by their ids."""

    row: str
    option: str
    wrong: Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchKey:
    """Of `match`. `names` are the author's names of options by their ids, also of those that are right nowhere."""

    pairs: tuple[PairKey, ...]
    names: Mapping[str, str]
    wrong: tuple[WrongPair, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable of an expression, and the interval in which it is tried with numbers; `whole`: with whole ones."""

    name: str
    low: float = 0.5
    high: float = 2.0
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongValue:
    """A known wrong answer, as text that a student might type."""

    value: str
    wrong: Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedKey:
    """Of what is typed: the answer as text, others that are as good, and known wrong ones."""

    answer: str
    also: tuple[str, ...] = ()
    wrong: tuple[WrongValue, ...] = ()
    precision: Precision | None = None
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsKey:
    """Of `multi-part`: the keys of its parts, in their order."""

    parts: tuple[Key, ...]


Answer = ChoiceKey | OrderKey | MatchKey | TypedKey | PartsKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """All that marks a question and explains it; it leaves the trusted side as a verdict and a feedback only."""

    id: str
    part: str = ""
    type: QuestionType
    answer: Answer
    rules: Rules
    hints: tuple[Text, ...] = ()
    explanation: Text | None = None  # shown with the answer
    params: Mapping[str, Plain] = field(default_factory=dict)
    version: str  # of the quiz: see `versions`
    seed: str  # hexadecimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One question drawn for one student in one attempt. The halves are stored apart."""

    public: PublicQuestion
    key: Key
    redrawn: int = 0  # how often it was drawn anew, as a wrong answer came out like the right one; for lint


def body_type(kind: QuestionType) -> type[Body]:
    """Return the type of the public body of a question."""
    if kind in TYPED:
        return TypedBody
    if kind is QuestionType.MULTI_PART:
        return PartsBody
    return MatchBody if kind is QuestionType.MATCH else OptionsBody


def answer_type(kind: QuestionType) -> type[Answer]:
    """Return the type of the answer in a question's key."""
    if kind in TYPED:
        return TypedKey
    if kind in (QuestionType.CHOICE, QuestionType.MULTI):
        return ChoiceKey
    return {QuestionType.ORDER: OrderKey, QuestionType.MATCH: MatchKey, QuestionType.MULTI_PART: PartsKey}[kind]
