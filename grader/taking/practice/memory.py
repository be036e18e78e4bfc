"""When a question comes back: FSRS (free spaced repetition scheduler) fed with what a review showed.

The rating is made from the outcome alone. How long an answer took says little, as nobody knows who was interrupted;
and that a right answer was *easy* no outcome shows, so `Easy` is never given: rated `Good` again and again, a
question stays away longer and longer all the same. Intervals are not varied by chance: who asks twice when something is
due gets the same answer.
Source: the `fsrs` library with its published parameters (FSRS-6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache

from fsrs import Card, Rating, Scheduler, State

from grader.quiz.marking.mark import Verdict

AGAIN_AFTER = timedelta(minutes=10)  # a question that went wrong comes back within the same sitting
RETENTION = 0.9  # the share of questions that should be known when they come back
LONGEST_DAYS = 365


class Outcome(StrEnum):
    """What a review came to."""

    RIGHT = "right"  # at once, without a hint
    HELPED = "helped"  # right, but behind a wrong try or a hint
    WRONG = "wrong"
    UNDECIDED = "undecided"  # nobody could mark it: the question comes again as if it had not been asked
    DROPPED = "dropped"  # its author changed the question before it was answered


RATINGS = {Outcome.RIGHT: Rating.Good, Outcome.HELPED: Rating.Hard, Outcome.WRONG: Rating.Again}


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the scheduler remembers of one question."""

    state: int
    step: int | None
    stability: float
    difficulty: float
    reviewed_at: datetime
    due_at: datetime


def outcome_of(verdicts: Sequence[Verdict], *, hints: int) -> Outcome:
    """Return what a review with these tries came to. Partly right is not known yet."""
    if verdicts and verdicts[-1] is Verdict.UNDECIDED:
        return Outcome.UNDECIDED
    if Verdict.RIGHT not in verdicts:
        return Outcome.UNDECIDED if Verdict.UNDECIDED in verdicts else Outcome.WRONG
    return Outcome.RIGHT if verdicts[0] is Verdict.RIGHT and not hints else Outcome.HELPED


def remembered(before: Memory | None, outcome: Outcome, at: datetime) -> Memory | None:
    """Return what is remembered after a review; as before where it showed nothing.

    Time only goes forward: a review that a clock puts before the one before it counts as of that one's moment.
    """
    rating = RATINGS.get(outcome)
    if rating is None:
        return before
    moment = at.astimezone(UTC)
    if before is not None:
        moment = max(moment, before.reviewed_at.astimezone(UTC))
    card, _ = _scheduler().review_card(_card(before, moment), rating, moment)
    assert card.stability is not None and card.difficulty is not None, "a card that was reviewed has both"
    return Memory(
        state=int(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        reviewed_at=moment,
        due_at=card.due,
    )


def _card(memory: Memory | None, moment: datetime) -> Card:
    if memory is None:
        return Card(card_id=0, due=moment)
    return Card(
        card_id=0,
        state=State(memory.state),
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due_at.astimezone(UTC),
        last_review=memory.reviewed_at.astimezone(UTC),
    )


@cache
def _scheduler() -> Scheduler:
    return Scheduler(
        desired_retention=RETENTION,
        learning_steps=(AGAIN_AFTER,),
        relearning_steps=(AGAIN_AFTER,),
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )
