"""What the course's rules make of a student's attempts: the points of each, and which of them count.

Every moment is compared as an instant, so zones and changes of clocks make no difference, and a day is 24 hours. A
moment that is not known is never late. An untouched stub, and an attempt without a score (the author's or the grader's
fault), use up no attempt. The best never yields to them; where the last or the first counts and has no score, there is
no score yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from grader.batch.rows import Row, Tried
from grader.errors import joined
from grader.exercise.policy import Counting, LateRules, Policy
from grader.records import Award, Text
from grader.report.model import Status

_DAY = timedelta(days=1)
_CENT = Decimal("0.01")
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What one student's attempts at one exercise come to.

    `points` is None where there is no score, which is never a zero. `row` is the attempt that counts; of a mean the
    last that it is made of. `awards` has what the rules make of each attempt that has a score, by its number.
    """

    points: float | None
    row: Row
    awards: dict[int, Award] = field(default_factory=dict)
    unscored: tuple[int, ...] = ()  # attempts whose score is still to come, and may change the result
    reason: Text | None = None  # why it is this attempt; None: there was only one
    tried: tuple[Tried, ...] = ()  # all attempts in the order of time, where there are several
    undated: bool = False  # lateness could matter, but nobody knows when the attempt that counts was handed in


def moment_of(at: str) -> datetime | None:
    """Return the moment that `HandedIn.at` says; None: not known. Raises: ValueError for one without a zone."""
    return _instant(datetime.fromisoformat(at)) if at else None


def award(
    earned: float,
    *,
    at: datetime | None,
    due: datetime | None,
    rules: Policy,
    extended: datetime | None = None,
    nth: int = 1,
) -> Award:
    """Return what the rules leave of the points that were earned.

    `extended` is the student's own due date, which wins over `due`. `nth` counts the attempts that use one up, from 1.
    The points are rounded to hundredths, half up, where the rules took some; they are never more than were earned.
    Raises: ValueError for a moment without a zone.
    """
    due = extended or due
    days = late_days(at=at, due=due, rules=rules.late)
    beyond = rules.attempts.max is not None and nth > rules.attempts.max
    late, again = _late_share(days, rules.late), max(_ONE - (nth - 1) * _exact(rules.attempts.per_attempt), Decimal(0))
    kept = Decimal(0) if beyond else late * again
    unknown = at is None and due is not None and earned > 0 and rules.late.takes
    reasons = [
        _no_time() if unknown else None,
        _late_reason(days, late, rules.late) if days else None,
        _beyond(nth, rules) if beyond else _again_reason(nth, again) if again < 1 else None,
    ]
    return Award(
        points=_points(earned, kept),
        kept=float(kept),
        late_days=days,
        reason=joined(found) if (found := [reason for reason in reasons if reason]) else None,
    )


def late_days(*, at: datetime | None, due: datetime | None, rules: LateRules) -> int:
    """Return how many days after the due date and the grace have begun; 0 where a moment is not known."""
    if at is None or due is None:
        return 0
    late = _instant(at) - _instant(due) - timedelta(minutes=rules.grace_min)
    return max(-(-late // _DAY), 0)


def counted(rows: Iterable[Row], *, due: datetime | None, rules: Policy, extended: datetime | None = None) -> Counted:
    """Return what one student's attempts at one exercise come to, in any order. Raises: ValueError for none at all.

    In the order of time they are the first, second … that use one up; where any time is not known, in that of their
    numbers. An attempt without a score that would be the one to count leaves the result without a score, too: an older
    score would be a guess.
    """
    attempts = _in_order(rows)
    if not attempts:
        raise ValueError("there is no attempt to count")
    nth = _numbers(attempts)
    awards = {
        row.handed_in.attempt: award(
            row.earned,
            at=moment_of(row.handed_in.at),
            due=due,
            extended=extended,
            rules=rules,
            nth=nth[row.handed_in.attempt],
        )
        for row in attempts
        if row.earned is not None
    }
    allowed = rules.attempts.max
    able = [row for row in attempts if row.status is not Status.NOT_STARTED]
    within = [row for row in able if allowed is None or nth[row.handed_in.attempt] <= allowed]
    chosen = _choose(within or attempts[:1], awards, rules.attempts.counts)
    return Counted(
        points=chosen.points,
        row=chosen.row,
        awards=awards,
        unscored=tuple(row.handed_in.attempt for row in within if row.earned is None),
        reason=_counting_reason(chosen.row, attempts, rules) if len(attempts) > 1 else None,
        tried=_tried(attempts, awards, nth, allowed) if len(attempts) > 1 else (),
        undated=not chosen.row.handed_in.at and (rules.late.takes or (extended or due) is not None),
    )


def _tried(
    attempts: Sequence[Row], awards: Mapping[int, Award], nth: Mapping[int, int], allowed: int | None
) -> tuple[Tried, ...]:
    numbers = [row.handed_in.attempt for row in attempts]
    return tuple(
        Tried(
            attempt=number,
            earned=row.earned,
            points=awards[number].points if number in awards else None,
            beyond=allowed is not None and nth[number] > allowed,
        )
        for number, row in zip(numbers, attempts, strict=True)
    )


def _choose(rows: Sequence[Row], awards: dict[int, Award], counts: Counting) -> Counted:
    """Return the points of the attempts that may count, which are in order, and at least one."""
    scored = [row for row in rows if row.handed_in.attempt in awards]
    points = [Decimal(str(awards[row.handed_in.attempt].points)) for row in scored]
    if counts is Counting.BEST and scored:
        best = points.index(max(points))  # the earliest of equals
        return Counted(points=float(points[best]), row=scored[best])
    if counts is Counting.MEAN and len(scored) == len(rows):
        return Counted(points=_rounded(sum(points, Decimal(0)) / len(points)), row=rows[-1])
    row = rows[0] if counts is Counting.FIRST else rows[-1]
    known = counts in (Counting.FIRST, Counting.LAST) and row.handed_in.attempt in awards
    return Counted(points=awards[row.handed_in.attempt].points if known else None, row=row)


def _in_order(rows: Iterable[Row]) -> list[Row]:
    by_number = sorted(rows, key=lambda row: row.handed_in.attempt)
    moments = {row.handed_in.attempt: moment_of(row.handed_in.at) for row in by_number}
    known = {attempt: moment for attempt, moment in moments.items() if moment is not None}
    if len(known) < len(by_number):
        return by_number
    return sorted(by_number, key=lambda row: (known[row.handed_in.attempt], row.handed_in.attempt))


def _numbers(attempts: Sequence[Row]) -> dict[int, int]:
    """Return for each attempt its place, from 1, among those that use one up."""
    numbers: dict[int, int] = {}
    used = 0
    for row in attempts:
        numbers[row.handed_in.attempt] = used + 1
        used += row.status not in (Status.NOT_STARTED, Status.UNSCORED)
    return numbers


def _instant(moment: datetime) -> datetime:
    """Return the moment in UTC: Python subtracts moments of one zone as if its clocks were never changed."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def _late_share(days: int, rules: LateRules) -> Decimal:
    if rules.max_days is not None and days > rules.max_days:
        return Decimal(0)
    return max(_ONE - days * _exact(rules.per_day), min(_exact(rules.floor), _ONE), Decimal(0))


def _exact(share: float) -> Decimal:
    return Decimal(str(share))  # 0.1 as it was written: three times that is 0.3


def _points(earned: float, kept: Decimal) -> float:
    return earned if kept == 1 else min(_rounded(Decimal(str(earned)) * kept), earned)


def _rounded(points: Decimal) -> float:
    return float(points.quantize(_CENT, rounding=ROUND_HALF_UP))


def _percent(share: Decimal) -> str:
    return f"{(100 * share).quantize(_CENT, rounding=ROUND_HALF_UP).normalize():f} %"


def _no_time() -> Text:
    return Text(en="The time of handing in is not known, so it counts as in time.", zh="提交时间未知，按准时计算。")


def _late_reason(days: int, share: Decimal, rules: LateRules) -> Text:
    late = Text(en=f"{days} day{'' if days == 1 else 's'} late", zh=f"迟交 {days} 天")
    if rules.max_days is not None and days > rules.max_days:
        limit = f"{rules.max_days} day{'' if rules.max_days == 1 else 's'}"
        return Text(en=f"{late.en}: after {limit} nothing counts.", zh=f"{late.zh}：超过 {rules.max_days} 天不再计分。")
    if share == 1:
        return Text(en=f"{late.en}: no points are taken.", zh=f"{late.zh}：不扣分。")
    taken = _percent(_ONE - share)
    return Text(en=f"{late.en}: {taken} off.", zh=f"{late.zh}：扣除 {taken}。")


def _again_reason(nth: int, share: Decimal) -> Text:
    taken = _percent(_ONE - share)
    return Text(en=f"Attempt {nth}: {taken} off.", zh=f"第 {nth} 次尝试：扣除 {taken}。")


def _beyond(nth: int, rules: Policy) -> Text:
    most = rules.attempts.max
    return Text(en=f"Attempt {nth}: only the first {most} count.", zh=f"第 {nth} 次尝试：只有前 {most} 次计分。")


def _counting_reason(row: Row, attempts: Sequence[Row], rules: Policy) -> Text:
    number, of = row.handed_in.attempt, len(attempts)
    which = {
        Counting.BEST: Text(
            en=f"Attempt {number} of {of} counts: the best.", zh=f"共 {of} 次，计第 {number} 次：最好的一次。"
        ),
        Counting.LAST: Text(
            en=f"Attempt {number} of {of} counts: the last.", zh=f"共 {of} 次，计第 {number} 次：最后一次。"
        ),
        Counting.FIRST: Text(
            en=f"Attempt {number} of {of} counts: the first.", zh=f"共 {of} 次，计第 {number} 次：第一次。"
        ),
        Counting.MEAN: Text(en=f"The mean of the attempts counts ({of}).", zh=f"取各次尝试的平均分（共 {of} 次）。"),
    }[rules.attempts.counts]
    if row.earned is None:
        return joined((which, Text(en="It has no score yet.", zh="该次尚无得分。")))
    return which
