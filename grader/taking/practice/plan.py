"""What a student can practise now: cards that are due, when the next one is, and questions that are new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from grader.taking.practice.allowed import Held
from grader.taking.practice.memory import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question of a quiz."""

    quiz: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCard:
    """A question that was wrong before and is due again. `is_changed`: its author has changed it since."""

    item: Item
    due_at: datetime
    is_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What can be practised at `now`. Cards that may not be practised are in `held` alone, without their number:
    that a question became a card tells that it was wrong, and its student may not know yet."""

    now: datetime
    begun: tuple[Item, ...]  # questions that were shown and left, to be gone on with; due or not
    due: tuple[DueCard, ...]  # the one that has waited longest first
    later: int  # cards that are not due yet
    next_at: datetime | None  # when the first of these is
    new: tuple[Item, ...]  # questions without a card, in the order of the quizzes
    held: Mapping[str, Held] = field(default_factory=dict)  # quizzes of which nothing is practised now, and why
    gone: tuple[Item, ...] = ()  # cards whose question is not in the course any more; they are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """How a review stands, and when the question comes again; both None while it is open."""

    item: Item
    outcome: Outcome | None
    due_at: datetime | None
