"""What a UI is given of an attempt as a whole: its score, by question, by topic and by misconception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from grader.records import Text
from grader.taking.answer_views import PartReading
from grader.taking.views import AttemptView, Disclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """What one question earned. `earned` is None where it may not be seen yet, or nobody could decide it."""

    place: int
    question: str
    topics: tuple[str, ...]
    points: Fraction
    earned: Fraction | None
    is_answered: bool
    is_undecided: bool = False
    is_dropped: bool = False  # left out of the total: nobody could decide it, by no fault of the student's


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicResult:
    """What the questions of one topic earned together; `read`, where something was lost, is what to read again."""

    topic: str
    title: Text
    points: Fraction
    earned: Fraction | None
    read: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """A known mistake that was made, with the places where; only of questions whose feedback may be seen.

    `about`: the ids of the options or rows that showed it, by place; of a question that has none, nothing.
    """

    id: str
    says: tuple[Text, ...]
    places: tuple[int, ...]
    about: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadDraft:
    """Parts of a draft that could not be read when the attempt ended, and so counted as blank; "": the whole."""

    place: int
    parts: tuple[PartReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an attempt came to, as far as its student may know.

    `score` is None while it may not be seen (`scores.shown` is False), or while an answer is undecided (`undecided`).
    Neither it nor `points` counts a question that is dropped.
    """

    attempt: AttemptView
    score: Fraction | None
    points: Fraction
    scores: Disclosure
    answers: Disclosure
    questions: tuple[QuestionResult, ...]
    topics: tuple[TopicResult, ...]
    misconceptions: tuple[Misconception, ...]
    undecided: tuple[int, ...] = ()  # places
    left_out: tuple[UnreadDraft, ...] = ()
    best: Fraction | None = None  # over all ended attempts whose scores are shown: it is the one that counts
