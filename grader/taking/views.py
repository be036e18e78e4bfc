"""What a UI is given of an attempt: all that may be shown now, and nothing else.

No type here holds a key, and none leads to one: what a student may not see yet is not in a view at all, so no UI can
show it by mistake. Texts are the author's Markdown in both languages. Places count from 1, as a student counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from grader.quiz.marking.mark import Reading, Unreadable, Verdict
from grader.quiz.marking.marker import Response
from grader.quiz.model import PublicQuestion, When
from grader.records import Text
from grader.store.attempts import Phase


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
class FeedbackView:
    """One sentence about an answer. `about`: the options of a `multi` that it is said of, or the rows of a `match`, by
    their ids; empty where it is said of the whole answer."""

    text: Text
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """What became of one part of a `multi-part` in one try."""

    part: str
    verdict: Verdict
    share: Fraction | None
    said: tuple[FeedbackView, ...] = ()

    @property
    def feedback(self) -> tuple[Text, ...]:
        """The sentences alone."""
        return tuple(one.text for one in self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class TryView:
    """One answer that was checked.

    `verdict`, `share`, `said` and `parts` are there when the question's rules let them be seen. Verdict.UNDECIDED
    has a `note`: it is unscored until a person has looked, by no fault of the student's.
    """

    number: int  # from 1
    at: datetime
    response: Response
    verdict: Verdict | None = None
    share: Fraction | None = None
    said: tuple[FeedbackView, ...] = ()
    parts: tuple[PartView, ...] = ()
    note: Text | None = None

    @property
    def feedback(self) -> tuple[Text, ...]:
        """The sentences alone."""
        return tuple(one.text for one in self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """The right answer, once it may be seen: `answer` as the response that earns everything, in the ids shown.

    Of an `order` it is one right order of perhaps many (`is_one_of_many`). `others` are further answers that are as
    good. `says`: why an option is right or wrong, by its id; of a `match` by the row's. `parts`: of a `multi-part`, by
    part.
    """

    answer: Response
    is_one_of_many: bool = False
    others: tuple[str, ...] = ()
    explanation: Text | None = None
    says: Mapping[str, Text] = field(default_factory=dict)
    parts: Mapping[str, Revealed] = field(default_factory=dict)


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
class PartReading:
    """How what was typed is understood; `part` is "" but within a `multi-part`. It says nothing of right or wrong."""

    part: str
    reading: Reading[object] | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Whether something may be seen yet, and when it will be."""

    shown: bool
    when: When
    at: datetime | None = None  # of `after-close`, where a time is set


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
