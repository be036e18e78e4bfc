"""What a UI is given of one answer: how it was read, what it came to, the right one; as in `views`, what may be shown.

Apart from `views`, which names these types and loads none: a student's first question has no answer yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from grader.quiz.marking.mark import Reading, Unreadable, Verdict
from grader.quiz.marking.responses import Response
from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReading:
    """How what was typed is understood; `part` is "" but within a `multi-part`. It says nothing of right or wrong."""

    part: str
    reading: Reading[object] | Unreadable


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
