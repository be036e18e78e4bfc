"""What a UI is given of an attempt: all that may be shown now, and nothing else.

No type here holds a key, and none leads to one: what a student may not see yet is not in a view at all, so no UI can
show it by mistake. Texts are the author's Markdown in both languages. Places count from 1, as a student counts.

What is said of an answer is in `answer_views`, what an attempt comes to in `result_views`: a student's first question
waits for neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.quiz.marking.mark import Verdict
from grader.quiz.marking.responses import Response
from grader.quiz.model import PublicQuestion, When
from grader.records import Text
from grader.store.attempts import Phase

if TYPE_CHECKING:
    from grader.taking.answer_views import PartReading, Revealed, TryView


class PlaceState(StrEnum):
    """How far one question of an attempt is."""

    UNSEEN = "unseen"
    SEEN = "seen"  # shown, nothing typed
    DRAFT = "draft"  # something is kept that has not been checked; where verdicts come later, that is the answer
    TRIED = "tried"  # checked, not right, tries are left
    DONE = "done"  # right, or no try is left, or the attempt has ended


class Availability(StrEnum):
    """Whether a student can take a quiz now."""

    NOT_YET = "not-yet"  # it opens later
    NEW = "new"  # never begun
    OPEN = "open"  # an attempt can be gone on with
    AGAIN = "again"  # taken, and can be taken again
    TAKEN = "taken"  # taken as often as allowed
    CLOSED = "closed"  # nobody, or not this student, can start it any more


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """One line of an attempt's list of questions. `verdict` is that of the last try, where it may be shown."""

    place: int  # from 1
    question: str  # its id
    points: Fraction
    state: PlaceState
    tries: int = 0
    tries_left: int | None = None  # None: any number
    verdict: Verdict | None = None
    earned: Fraction | None = None  # of its points, once nothing more is taken, where the verdict may be shown


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One attempt as its student sees it. `now` is the clock that counts: time left is `deadline - now`."""

    id: str
    quiz: str
    student: str
    title: Text
    about: Text | None
    number: int  # of this student's attempts at this quiz, from 1
    phase: Phase
    begun_at: datetime
    ended_at: datetime | None
    deadline: datetime | None  # None: there is none
    now: datetime
    points: Fraction  # that the whole is worth
    places: tuple[PlaceView, ...]
    attempts_left: int | None  # further ones after this; None: any number
    is_new: bool = False  # begun by this very call, not gone on with
    is_outdated: bool = False  # the quiz was changed since; a further attempt gets the new one

    @property
    def is_open(self) -> bool:
        """Whether it can be gone on with."""
        return self.phase is Phase.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """One question of an attempt, with all that its student did about it and may know.

    `feedback` says when a verdict comes. `after-attempt`: `answer` costs a try and gets its verdict at once. Anything
    later: `answer` keeps the answer as `draft`, which can be changed until the attempt ends and is marked then.
    """

    place: int
    public: PublicQuestion
    feedback: When
    tries: tuple[TryView, ...] = ()
    tries_left: int | None = None  # None: any number
    draft: Response | None = None  # what was saved last and is not among the tries
    hints: tuple[Text, ...] = ()  # that were asked for
    hints_left: int = 0
    done: bool = False  # nothing more is taken
    worth: Fraction = Fraction(1)  # share of the points that a right answer would earn now, penalties taken off
    revealed: Revealed | None = None
    left_out: tuple[PartReading, ...] = ()  # of the last draft, once the attempt has ended: what could not be read
    answers: Disclosure | None = None  # when the right answer may be seen; None where that is not known

    @property
    def is_checked_at_once(self) -> bool:
        """Whether `answer` costs a try and gets its verdict."""
        return self.feedback is When.AFTER_ATTEMPT


class Taken(StrEnum):
    """What `answer` did."""

    CHECKED = "checked"  # it cost a try
    KEPT = "kept"  # as the answer that is marked when the attempt ends
    UNREADABLE = "unreadable"  # nothing was taken: ask it back
    OVERTAKEN = "overtaken"  # nothing was taken: another window has used a try that this one has not seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What `answer` did, and the question after it."""

    taken: Taken
    question: QuestionView
    unreadable: tuple[PartReading, ...] = ()  # which parts to ask back, with Taken.UNREADABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Whether something may be seen yet, and when it will be."""

    shown: bool
    when: When
    at: datetime | None = None  # of `after-close`, where a time is set


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizOverview:
    """How a student stands with one quiz."""

    quiz: str
    title: Text
    questions: int
    points: Fraction
    availability: Availability
    answered: int  # of the open attempt
    attempts: int  # begun so far
    attempts_left: int | None  # to begin, the open one not counted; None: any number
    best: Fraction | None  # score, where one may be seen
    best_points: Fraction | None = None  # that the best attempt was out of: pools may count differently each time
    opens: datetime | None
    closes: datetime | None  # for this student
    deadline: datetime | None  # of the open attempt
    time_limit_s: float | None  # for this student
    last: str | None = None  # id of the latest attempt, for its result
