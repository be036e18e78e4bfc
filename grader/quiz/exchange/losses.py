"""What becomes of a question in another format: what is lost, what is only written differently."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grader.quiz.exchange.leaf import Booklet, Leaf
from grader.records import Text


class Weight(StrEnum):
    """How bad a change is. Only what is lost is refused without --lossy."""

    LOST = "lost"  # something that a student would notice: an answer is marked otherwise, a feedback is missing
    CONVERTED = "converted"  # written differently, and marks the same answers
    SETTING = "setting"  # set elsewhere in the other system: number of tries, when feedback is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that a format holds otherwise. `kind` names it for machines: "several-orders", "sig-figs"."""

    question: str  # the leaf's id; with a part "chain/outer"; "" for the whole
    kind: str
    text: Text  # without the question's name: "which of several right orders: one is kept"
    weight: Weight = Weight.LOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A leaf as a format can hold it, and what was changed for that. `leaf` is None where it holds none of it."""

    leaf: Leaf | None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedBooklet:
    """A booklet as a format can hold it, and all that was changed. Writing it loses nothing more."""

    booklet: Booklet
    changes: tuple[Change, ...]

    @property
    def lost(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.weight is Weight.LOST)
