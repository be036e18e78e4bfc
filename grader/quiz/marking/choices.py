"""Marking what is chosen: one option, every right option, or an option for each row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.quiz.marking import wording
from grader.quiz.marking.mark import BLANK, RIGHT, Mark, Unreadable, mark_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosable:
    """One option, by its id in this attempt."""

    id: str
    right: bool


def mark_choice(options: Sequence[Choosable], chosen: str) -> Mark | Unreadable:
    """Mark the one option that was chosen. A wrong one is known by its position."""
    if not chosen:
        return BLANK
    for i, option in enumerate(options):
        if option.id == chosen:
            return RIGHT if option.right else mark_of(Fraction(0), (i,))
    return wording.unknown_option(chosen)


def mark_multi(options: Sequence[Choosable], ticked: Collection[str], *, partial: bool) -> Mark | Unreadable:
    """Mark which options are ticked. Wrong ticks are known by their positions, also in a partly right answer.

    `partial`: each right tick earns its share; each wrong tick takes back as much, and where there are fewer wrong
    options than right ones as much more as it takes for ticking everything to earn nothing. Never below 0.
    """
    known_ids = {option.id for option in options}
    strange = next((identifier for identifier in ticked if identifier not in known_ids), None)
    if strange is not None:
        return wording.unknown_option(strange)
    right = {option.id for option in options if option.right}
    chosen = set(ticked)
    if chosen == right:
        return RIGHT
    if not chosen:
        return BLANK
    wrong = tuple(i for i, option in enumerate(options) if option.id in chosen and not option.right)
    if not partial or not right:
        return mark_of(Fraction(0), wrong)
    cost = Fraction(1, min(len(right), max(len(known_ids) - len(right), 1)))
    return mark_of(max(Fraction(len(chosen & right), len(right)) - len(wrong) * cost, Fraction(0)), wrong)


@dataclass(frozen=True, slots=True)
class Pair:
    """A row with an option for it, by their ids."""

    row: str
    option: str


def mark_match(
    right: Sequence[Pair],
    options: Collection[str],
    chosen: Mapping[str, str],
    known: Sequence[Pair] = (),
    *,
    partial: bool,
) -> Mark | Unreadable:
    """Mark which option was chosen for each row; "" and a missing row are left open. Known wrong pairs are named.

    `partial`: each right row earns its share.
    """
    rows = {pair.row for pair in right}
    filled = {row: option for row, option in chosen.items() if option}
    strange = [row for row in filled if row not in rows] + [o for o in filled.values() if o not in options]
    if strange:
        return wording.unknown_option(strange[0])
    if not filled:
        return BLANK
    count = sum(filled.get(pair.row) == pair.option for pair in right)
    made = tuple(i for i, pair in enumerate(known) if filled.get(pair.row) == pair.option)
    if count == len(right):
        return RIGHT
    return mark_of(Fraction(count, len(right)) if partial else Fraction(0), made)
