"""What may be practised now: nothing of which practice would tell an answer that still counts.

Practice says at once whether an answer is right, so it must never be a way around the rules of the graded attempts:

- a question whose feedback is not due yet is not practised, and one whose feedback never comes never is;
- what an open attempt still asks is not practised, and of a quiz that is being taken against the clock nothing is;
- a question whose answer is the same each time (`varying`): where its student can still take the quiz, but only so
  many times more, trying its options here would cost nothing there: it waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from grader.quiz.authored import Question, Quiz
from grader.quiz.model import When
from grader.taking.practice.varying import Varying
from grader.taking.schedule import Schedule
from grader.taking.sheet import Sheet


class Held(StrEnum):
    """Why something is not practised now."""

    NOT_OPEN = "not-open"  # the quiz opens later
    TIMED = "timed"  # an attempt is open, and its clock runs
    ASKED_NOW = "asked-now"  # an open attempt still asks it
    FEEDBACK = "feedback"  # its feedback comes when the quiz has closed, or never
    COUNTED = "counted"  # its answer is the same each time, and attempts that count are left


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a student stands with a quiz, as far as practice depends on it."""

    quiz: Quiz  # as it is now
    schedule: Schedule
    open: Sheet | None  # the attempt that can be gone on with
    begun: int  # attempts so far
    now: datetime
    varying: Varying

    @property
    def is_closed(self) -> bool:
        """Whether nobody can begin or go on any more."""
        return self.schedule.is_closed_for_all(self.now)

    @property
    def shows_answers(self) -> bool:
        """Whether the right answer may be shown behind a review."""
        when = self.quiz.reveal.answers
        return when in (When.AFTER_ATTEMPT, When.AFTER_SUBMIT) or (when is When.AFTER_CLOSE and self.is_closed)

    def held(self) -> Held | None:
        """Return why nothing of the quiz is practised now; None: it may be."""
        if self.quiz.opens is not None and self.now < self.quiz.opens:
            return Held.NOT_OPEN
        is_timed = self.open is not None and self.open.attempt.time_limit_s is not None
        return Held.TIMED if is_timed else None

    def held_question(self, question: Question) -> Held | None:
        """Return why a question is not practised now; None: it may be."""
        whole = self.held()
        if whole is not None:
            return whole
        asked = self.open.places if self.open is not None else ()
        if any(place.question.id == question.id and not place.is_done for place in asked):
            return Held.ASKED_NOW
        feedback = question.rules.feedback
        if feedback is When.NEVER or (feedback is When.AFTER_CLOSE and not self.is_closed):
            return Held.FEEDBACK
        return Held.COUNTED if self._counts_on() and not self.varying.of(self.quiz, question) else None

    def _counts_on(self) -> bool:
        """Whether the student can still take the quiz, but not any number of times."""
        allowed = self.schedule.attempts
        return allowed is not None and self.begun < allowed and not self.schedule.is_closed(self.now)
