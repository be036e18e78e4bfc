"""What was recorded of attempts, for whoever marks and counts them: the trusted side, never a student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from grader.quiz.marking.mark import Verdict
from grader.quiz.marking.responses import Response
from grader.quiz.model import PublicQuestion, QuestionType, Wrong
from grader.store.attempts import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPart:
    """What one part of a `multi-part` was worth in one try."""

    part: str
    verdict: Verdict
    share: Fraction | None
    made: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTry:
    """One answer with its mark. `chosen`: of options, the author's names, the same in every attempt (of `match`
    "row=option"); of what is typed the text itself. `made`: known mistakes, by misconception and what is said of it."""

    number: int
    at: datetime
    response: Response
    chosen: tuple[str, ...]
    verdict: Verdict  # UNDECIDED too where it could not be marked at all: `fault` says why
    share: Fraction | None
    made: tuple[Wrong, ...] = ()
    parts: tuple[RecordedPart, ...] = ()
    fault: str = ""
    regraded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedQuestion:
    """One question of one attempt. `public` is None while nobody has looked at it; `digest` is one of what its author
    wrote, so that questions of two versions are the same question when it is."""

    place: int
    question: str
    type: QuestionType
    topics: tuple[str, ...]
    digest: str
    points: Fraction
    public: PublicQuestion | None
    tries: tuple[RecordedTry, ...]
    hints: int
    earned: Fraction | None  # of the points; None: undecided
    is_dropped: bool = False  # undecided, and left out of the total


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAttempt:
    """One attempt of one student. An attempt whose time is over has ended, and its drafts are among the tries."""

    id: str
    student: str
    number: int
    version: str
    phase: Phase
    begun_at: datetime
    ended_at: datetime | None
    points: Fraction  # without what is dropped
    score: Fraction | None  # None: an answer is undecided
    questions: tuple[RecordedQuestion, ...]
