"""Which of a student's entries for an exercise is which attempt. Two that nothing orders are a question, no guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from grader.batch.handed import Found
from grader.batch.matching import Match
from grader.batch.table import quoted
from grader.errors import UsageError
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
    attempt: int = 1


def in_order(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return one student's entries for one exercise as attempts, the first first.

    Raises: UsageError that names two which nothing orders.
    """
    own = [claim for claim in claims if claim.found.group in wanted_names(claim.exercise)]
    kept = own or list(claims)  # a platform took a submission apart: the exercise's file, not what lay beside it
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
    raise _two_entries(kept)


def _attempt(claim: Claim) -> int:
    return claim.attempt


def _numbered(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    return tuple(replace(claim, attempt=number) for number, claim in enumerate(claims, start=1))


def _two_entries(claims: Sequence[Claim]) -> UsageError:
    first, second = (show_name(claim.found.entry) for claim in claims[:2])
    student, exercise = quoted(claims[0].match.student), claims[0].exercise.name
    same = [claim for claim in claims[1:] if claim.found.attempt and claim.found.attempt == claims[0].found.attempt]
    as_attempt = f" (attempt {claims[0].found.attempt})" if same else ""
    zh_attempt = f"（第 {claims[0].found.attempt} 次）" if same else ""
    return UsageError(
        Text(
            en=f"{student} has two entries for {exercise}{as_attempt}: {first} and {second}.",
            zh=f"{student} 的 {exercise}{zh_attempt} 有两份提交：{first} 和 {second}。",
        ),
        remedy=Text(
            en="Remove one; or, where both are attempts, say which came first: {attempt} or {time} in --names, "
            "or --times git or mtime.",
            zh="请删去其中一份；若都是提交，请指明先后：在 --names 中写 {attempt} 或 {time}，"
            "或用 --times git 或 mtime。",
        ),
    )
