"""What marking says: how an answer was read, or why it could not be, what it is worth, and what is known of why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Generic, TypeVar

from grader.quiz.model import ChoiceKey, Key, PartsKey, Wrong
from grader.records import Text

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)

NONE, ALL = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[V_co]):
    """An answer as it was understood. `shown` is put before the student, who may still change it; then it counts."""

    value: V_co
    shown: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An answer that is asked back: it is no answer yet, costs no attempt, and says nothing about the right one."""

    reason: Text
    way_out: Text


class Verdict(StrEnum):
    """What became of an answer."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    BLANK = "blank"
    UNDECIDED = "undecided"  # neither proved nor refuted: a person has to look, and it is no zero until then


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an answer is worth: `share` of the points, before penalties; None while it is undecided.

    `known` are the known wrong answers that were given, by their positions in the question's own list: for `choice`
    and `multi` of its options, for the other types of its `wrong`. A right answer has none. `parts`: the marks of the
    parts of a `multi-part`. `is_form`: an output is wrong by its form alone.
    """

    verdict: Verdict
    share: Fraction | None
    known: tuple[int, ...] = ()
    parts: tuple[Mark, ...] = ()
    is_form: bool = False


RIGHT = Mark(verdict=Verdict.RIGHT, share=ALL)
BLANK = Mark(verdict=Verdict.BLANK, share=NONE)
UNDECIDED = Mark(verdict=Verdict.UNDECIDED, share=None)


def mark_of(share: Fraction, known: tuple[int, ...] = ()) -> Mark:
    """Return the mark that is worth `share`, between 0 and 1; what is right has made no known mistake."""
    if share >= ALL:
        return RIGHT
    verdict = Verdict.PARTLY if share > NONE else Verdict.WRONG
    return Mark(verdict=verdict, share=max(share, NONE), known=known)


def mark_by(right: Sequence[V], known: Sequence[V], is_given: Callable[[V], bool]) -> Mark:
    """Mark all or nothing: right if any of `right` is what was given, else the first of `known` that is."""
    if any(is_given(value) for value in right):
        return RIGHT
    return mark_of(NONE, next(((i,) for i, value in enumerate(known) if is_given(value)), ()))


def mark_parts(marks: Sequence[Mark], weights: Sequence[Fraction]) -> Mark:
    """Return the mark of a question of several parts. One that is undecided leaves the whole undecided."""
    if all(mark.verdict is Verdict.BLANK for mark in marks):
        return replace(BLANK, parts=tuple(marks))
    total, earned = sum(weights, NONE), NONE
    for mark, weight in zip(marks, weights, strict=True):
        if mark.share is None:
            return replace(UNDECIDED, parts=tuple(marks))
        earned += weight * mark.share
    return replace(mark_of(earned / total if total else ALL), parts=tuple(marks))


def made(key: Key, mark: Mark) -> tuple[Wrong, ...]:
    """Return what is known about why an answer is wrong: misconceptions and what to say; of parts, all together."""
    answer = key.answer
    if mark.is_form:
        from grader.quiz.marking.output_form import ONLY_FORM  # loaded later

        return (Wrong(say=ONLY_FORM),)
    if isinstance(answer, PartsKey):
        return tuple(one for part, own in zip(answer.parts, mark.parts, strict=False) for one in made(part, own))
    entries = answer.options if isinstance(answer, ChoiceKey) else answer.wrong
    return tuple(entries[place].wrong for place in mark.known)
