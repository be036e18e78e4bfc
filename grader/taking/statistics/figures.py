"""The figures of a quiz, as plain data: what is counted, over which attempts. Shares are from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from grader.quiz.model import QuestionType
from grader.records import Text

STABLE = 30  # attempts, below which discrimination, alpha and error change much with every further student
BINS = 10


class Which(StrEnum):
    """Which ended attempts of each student count."""

    FIRST = "first"  # as in Moodle: later ones are of students who know the questions
    BEST = "best"  # the one with the highest score; of equals the earliest
    ALL = "all"  # a student may count several times


class Ending(StrEnum):
    """What became of a question in an attempt, after all its tries."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    BLANK = "blank"
    UNDECIDED = "undecided"  # unscored: it counts in no facility


class Undefined(StrEnum):
    """Why there is no alpha."""

    FEW_ATTEMPTS = "few-attempts"  # fewer than two that are scored
    FEW_QUESTIONS = "few-questions"  # fewer than two that every counted attempt had
    ALL_EQUAL = "all-equal"  # every attempt earned the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How the scores lie, as shares of the points. `deviation` is that of a sample; None of one attempt."""

    n: int
    mean: float
    deviation: float | None
    lower: float  # the first quartile
    median: float
    upper: float
    histogram: tuple[int, ...]  # ten bins; a full score lies in the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How far the scores can be trusted. `questions` of `of` were in every attempt, and alpha is of these alone.

    `error` is the standard error of measurement as a share of the points; None too where alpha is not of all questions.
    """

    n: int
    questions: int
    of: int
    alpha: float | None
    error: float | None
    undefined: Undefined | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A known wrong answer: the misconception behind it, and what is said of it. Either may be missing."""

    because: str
    say: Text | None
    students: int
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAnswer:
    """A wrong answer that its author did not foresee."""

    answer: str
    students: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFigures:
    """One question, in one wording: a question that was changed between two versions is two of these.

    `endings` add up to `attempts`. `discrimination` is the correlation with the rest of the quiz, over `pairs` attempts
    that are scored in full.
    """

    question: str
    type: QuestionType
    points: float
    attempts: int  # that had this question
    endings: Mapping[Ending, int]
    facility: float | None  # mean share of the points that it earned, penalties taken off; None: nobody is scored
    right_at_once: int  # attempts whose first try was right
    discrimination: float | None
    pairs: int
    tries: float  # the mean
    hinted: int  # attempts that asked for a hint
    hints: int  # that were asked for in all
    mistakes: tuple[Mistake, ...]  # the most common first
    others: tuple[OtherAnswer, ...]  # the most common first
    more: int  # further unforeseen answers that are not listed, as there are too many
    rare: int  # students whose unforeseen answers too few gave to be shown
    regraded: int  # tries whose mark was changed by a regrade
    edition: int = 1  # of its wordings, the first is 1
    editions: int = 1
    everywhere: bool = True  # every counted attempt had it


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFigures:
    """One version of the quiz, and how many counted attempts are of it."""

    version: str
    since: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizFigures:
    """A quiz in figures."""

    quiz: str
    title: Text
    which: Which
    least: int  # students who must have given an unforeseen answer for it to be shown
    students: int
    attempts: int  # that are counted
    undecided: int  # of these: not scored yet, so in none of the scores
    open: int  # not ended, so not counted
    left_out: int  # ended, and not counted by `which`
    versions: tuple[VersionFigures, ...]  # the oldest first
    scores: Scores | None
    reliability: Reliability
    questions: tuple[QuestionFigures, ...]  # in the order of the quiz
    mistakes: tuple[Mistake, ...]  # over all questions, by misconception; the most common first

    @property
    def is_unstable(self) -> bool:
        """Whether there are too few scored attempts to build on correlations."""
        return 0 < self.attempts - self.undecided < STABLE
