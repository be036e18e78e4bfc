"""Which of a student's entries for an exercise is which attempt.

Two that nothing orders are a question, no guess; and a student may hand in two on purpose, so it costs nobody else a
grade: the student has one entry then, which waits for whoever grades to say what is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader.batch.handed import Doubt, Found
from grader.batch.matching import Match
from grader.batch.table import quoted
from grader.errors import SubmissionError
from grader.exercise.paths import show_name
from grader.records import Exercise, Text
from grader.submission.names import wanted_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A thing that was found, whose it is, what for, and when it came."""

    found: Found
    match: Match
    exercise: Exercise
    path: Path
    at: str = ""
    commit: str = ""
    is_head: bool = False  # nobody named the commit
    attempt: int = 1
    undated: Doubt | None = None  # why the time that it says is none; another source may know it
    is_one_of_several: bool = False  # in doubt, for nothing says which of several is meant, or came first
    doubt: Doubt | None = None
    refused: SubmissionError | None = None  # why nothing was looked for in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One student's attempts at one exercise, the first first, and files beside the exercise's own, left out."""

    attempts: tuple[Claim, ...]
    left_out: tuple[Claim, ...] = ()


def in_order(claims: Sequence[Claim]) -> Ordered:
    """Return one student's entries for one exercise as attempts; as one in doubt, where nothing orders them."""
    own = [claim for claim in claims if claim.found.group in wanted_names(claim.exercise)]
    kept = own or list(claims)  # a platform took a submission apart: the exercise's file, not what lay beside it
    left_out = tuple(claim for claim in claims if claim not in kept)
    return Ordered(attempts=_numbered_as_it_can_be(kept), left_out=left_out)


def _numbered_as_it_can_be(kept: Sequence[Claim]) -> tuple[Claim, ...]:
    if len(kept) == 1:
        return (replace(kept[0], attempt=kept[0].found.attempt or 1),)
    given = [claim.found.attempt for claim in kept]
    if None not in given and len(set(given)) == len(given):
        return tuple(sorted((replace(claim, attempt=claim.found.attempt or 1) for claim in kept), key=_attempt))
    orders = [claim.found.order for claim in kept]
    if None not in orders and len(set(orders)) == len(orders) and len({claim.found.group for claim in kept}) == 1:
        return _numbered(sorted(kept, key=lambda claim: claim.found.order or 0))
    moments = [datetime.fromisoformat(claim.at) for claim in kept if claim.at]
    if len(moments) == len(kept) == len(set(moments)):
        return _numbered(sorted(kept, key=lambda claim: datetime.fromisoformat(claim.at)))
    return (replace(kept[0], attempt=1, at="", doubt=_two_entries(kept), is_one_of_several=True),)


def _attempt(claim: Claim) -> int:
    return claim.attempt


def _numbered(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    return tuple(replace(claim, attempt=number) for number, claim in enumerate(claims, start=1))


def _two_entries(claims: Sequence[Claim]) -> Doubt:
    first, second = (show_name(claim.found.entry) for claim in claims[:2])
    student, exercise = quoted(claims[0].match.student), claims[0].exercise.name
    same = [claim for claim in claims[1:] if claim.found.attempt and claim.found.attempt == claims[0].found.attempt]
    as_attempt = f" (attempt {claims[0].found.attempt})" if same else ""
    zh_attempt = f"（第 {claims[0].found.attempt} 次）" if same else ""
    more = len(claims) - 2
    twice = _same_time(claims)
    en_time = f" Two have the same time, {twice}, which orders nothing." if twice else ""
    zh_time = f"其中两份的时间相同（{twice}），无法分出先后。" if twice else ""
    return Doubt(
        problem=Text(
            en=f"{student} has {'two' if not more else len(claims)} entries for {exercise}{as_attempt}: "
            f"{first} and {second}{f' … (+{more})' if more else ''}. Which one is meant?{en_time}",
            zh=f"{student} 的 {exercise}{zh_attempt} 有 {len(claims)} 份提交：{first} 和 {second}"
            f"{f' …（另有 {more} 份）' if more else ''}。以哪一份为准？{zh_time}",
        ),
        remedy=_CHOOSE_ONE if twice else _CHOOSE_OR_ORDER,
    )


def _same_time(claims: Sequence[Claim]) -> str:
    """Return the time that two have, where all have one: then times were asked for, and say nothing."""
    moments = [datetime.fromisoformat(claim.at) for claim in claims if claim.at]
    same = [claim.at for claim in claims if claim.at and moments.count(datetime.fromisoformat(claim.at)) > 1]
    return same[0] if same and len(moments) == len(claims) else ""


_BY_NAMES = Text(
    en=" Where both count, as attempts, begin anew with {attempt} or {time} in --names.",
    zh="若都算作提交次数，请在 --names 中写 {attempt} 或 {time} 重新开始。",
)
_CHOOSE_ONE = Text(
    en="Whoever grades: remove the others, or write the one that counts beside its student into the roster's column "
    f"entry (--roster), then go on with --resume.{_BY_NAMES.en}",
    zh="请评分的老师删去其余的，或在名单（--roster）的 entry 列中该学生一行写明以哪一份为准，然后用 --resume 继续。"
    f"{_BY_NAMES.zh}",
)
_CHOOSE_OR_ORDER = Text(
    en="Whoever grades: remove the others, or write the one that counts beside its student into the roster's column "
    "entry (--roster), or say which came first with --times git or mtime, then go on with --resume."
    f"{_BY_NAMES.en}",
    zh="请评分的老师删去其余的，或在名单（--roster）的 entry 列中该学生一行写明以哪一份为准，"
    f"或用 --times git 或 mtime 指明先后，然后用 --resume 继续。{_BY_NAMES.zh}",
)
