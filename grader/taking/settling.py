"""Which questions of an attempt a regrade leaves out of its total, so that no score hangs for ever on a fault.

Two kinds are: a question that could not be shown while its attempt was open, as nobody can answer it any more; and,
where a teacher says so, one whose answer nobody could decide. Only what is undecided is left out, and only as long as
it is: who got a verdict keeps it, and a verdict that comes later counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from grader.errors import UsageError
from grader.exercise.problems import closest
from grader.plaintext import printable
from grader.records import Text
from grader.taking.sheet import Place, Sheet


class DropReason(StrEnum):
    """Why a question is left out of the total of an attempt."""

    NOT_SHOWN = "not-shown"  # it could not be drawn while the attempt was open
    ASKED_FOR = "asked-for"  # a teacher dropped it


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where in the class something happened."""

    student: str
    attempt: int
    place: int
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A question that is left out of the total of an attempt from now on."""

    where: Spot
    why: DropReason


def spot(sheet: Sheet, place: Place) -> Spot:
    """Return where in the class a question of an attempt is."""
    attempt = sheet.attempt
    return Spot(student=attempt.student, attempt=attempt.number, place=place.place, question=place.question.id)


def to_drop(sheet: Sheet, drop: Collection[str]) -> tuple[Dropped, ...]:
    """Return what is to be left out of an attempt that was not yet; `drop`: the questions that a teacher named."""
    found = []
    for place in _undecided(sheet):
        if place.question.id in drop:
            found.append(Dropped(where=spot(sheet, place), why=DropReason.ASKED_FOR))
        elif not place.tries and not sheet.is_open:
            found.append(Dropped(where=spot(sheet, place), why=DropReason.NOT_SHOWN))
    return tuple(found)


def hanging(sheet: Sheet, dropped: Collection[Dropped]) -> tuple[Spot, ...]:
    """Return what still keeps an attempt that has ended from having a score."""
    left_out = {one.where for one in dropped}
    spots = () if sheet.is_open else tuple(spot(sheet, place) for place in _undecided(sheet))
    return tuple(one for one in spots if one not in left_out)


def check_names(drop: Iterable[str], asked: Collection[str]) -> None:
    """Refuse to drop what no attempt has. Raises: UsageError."""
    for name in drop:
        if name not in asked:
            near = closest(name, asked)
            shown, names = printable(name, limit=40), ", ".join(sorted(asked)) or "—"
            meant = Text(en=f"Did you mean {near}?", zh=f"你是指 {near} 吗？") if near else Text(en="", zh="")
            raise UsageError(
                Text(en=f"No attempt was asked a question {shown!r}.", zh=f"没有任何作答包含题目 {shown!r}。"),
                remedy=Text(
                    en=f"{meant.en} Those that were asked: {names}.".strip(),
                    zh=f"{meant.zh}作答中出现过的题目：{names}。",
                ),
            )


def _undecided(sheet: Sheet) -> Iterable[Place]:
    return (place for place in sheet.places if place.earned is None and not place.was_dropped)
