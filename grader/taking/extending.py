"""Gives one student more time, a later end or further attempts than the others have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.errors import UsageError
from grader.quiz.authored import Quiz
from grader.records import Text
from grader.store import Transaction
from grader.store.attempts import Phase, attempts_at
from grader.store.grants import Grant, add_grant, hold_grants
from grader.taking.beginning import schedule_of
from grader.taking.clerk import Clerk
from grader.taking.overviews import sheets_at

MAX_EXTRA = timedelta(days=366)
MAX_ATTEMPTS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What is granted, in all and not on top of what was before; None leaves that as it was."""

    until: datetime | None = None
    extra: timedelta | None = None
    attempts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """What a student has now. `was_over`: the quiz had closed for everybody, so others may have seen the answers."""

    student: str
    until: datetime | None
    extra: timedelta
    attempts: int
    closes: datetime | None
    deadline: datetime | None  # of the open attempt
    has_begun: bool  # whether anybody of that name ever began this quiz
    was_over: bool


def extend(clerk: Clerk, quiz: Quiz, student: str, more: More, *, by: str) -> Extended:
    """Grant a student more, and return what there is now. An attempt whose time was over stays ended.

    Raises: UsageError where it would change nothing, or is out of bounds.
    """
    kept, now = clerk.note(quiz), clerk.clock()
    _check(quiz, more, now)
    sheets_at(clerk, kept.id, student)  # ends what is over: more time does not bring it back

    def work(tx: Transaction) -> Extended:
        hold_grants(tx, kept.id)
        was = schedule_of(tx, kept, quiz, student)
        grant = _granted(student, more, was.grant, now=now, by=by)
        add_grant(tx, kept.id, grant)
        schedule = schedule_of(tx, kept, quiz, student)
        attempts = attempts_at(tx, kept.id, student=student)
        going = next((row for row in attempts if row.phase is Phase.OPEN), None)
        return Extended(
            student=student,
            until=grant.until,
            extra=timedelta(seconds=grant.extra_s),
            attempts=grant.attempts,
            closes=schedule.closes,
            deadline=schedule.deadline(going) if going else None,
            has_begun=bool(attempts),
            was_over=was.is_closed_for_all(now),
        )

    return clerk.store.write(work)


def _granted(student: str, more: More, before: Grant | None, *, now: datetime, by: str) -> Grant:
    extra_s = before.extra_s if before else 0.0
    attempts = before.attempts if before else 0
    return Grant(
        student=student,
        until=more.until or (before.until if before else None),
        extra_s=extra_s if more.extra is None else more.extra.total_seconds(),
        attempts=attempts if more.attempts is None else more.attempts,
        granted_at=now,
        granted_by=by,
    )


def _check(quiz: Quiz, more: More, now: datetime) -> None:
    """Refuse what would change nothing. Raises: UsageError."""
    if more.until is None and more.extra is None and more.attempts is None:
        raise UsageError(
            Text(en="Nothing was granted.", zh="没有给出要增加的内容。"),
            remedy=Text(
                en="Say what: --until 2026-12-08T18:00+01:00, --minutes 10 or --attempts 1.",
                zh="请说明：--until 2026-12-08T18:00+08:00、--minutes 10 或 --attempts 1。",
            ),
        )
    if more.until is not None:
        _check_until(quiz, more.until, now)
    if more.extra is not None:
        if not timedelta(0) <= more.extra <= MAX_EXTRA:
            raise _out_of_bounds("--minutes", int(MAX_EXTRA.total_seconds()) // 60)
        if quiz.closes is None and quiz.time_limit_s is None:
            raise _nothing_to_extend(quiz, "time-limit", "closes")
    if more.attempts is not None:
        if not 0 <= more.attempts <= MAX_ATTEMPTS:
            raise _out_of_bounds("--attempts", MAX_ATTEMPTS)
        if quiz.retakes is None:
            raise _nothing_to_extend(quiz, "retakes")


def _check_until(quiz: Quiz, until: datetime, now: datetime) -> None:
    if quiz.closes is None:
        raise _nothing_to_extend(quiz, "closes")
    if until <= max(quiz.closes, now):
        shown = f"{max(quiz.closes, now):%Y-%m-%d %H:%M %z}"
        raise UsageError(
            Text(en=f"--until must be later than {shown}.", zh=f"--until 必须晚于 {shown}。"),
            remedy=Text(
                en="To let nobody in any more, change `closes` in quiz.yaml.",
                zh="若要提前关闭，请修改 quiz.yaml 中的 `closes`。",
            ),
        )


def _nothing_to_extend(quiz: Quiz, *keys: str) -> UsageError:
    named = [f"`{key}`" for key in keys]
    return UsageError(
        Text(
            en=f"{quiz.id} sets no {' and no '.join(named)}, so there is nothing to give more of.",
            zh=f"{quiz.id} 没有设置 {' 和 '.join(named)}，无需增加。",
        ),
        remedy=Text(en="Leave that option out.", zh="请去掉该选项。"),
    )


def _out_of_bounds(option: str, most: int) -> UsageError:
    return UsageError(
        Text(en=f"{option} must be 0 to {most}.", zh=f"{option} 必须在 0 到 {most} 之间。"),
        remedy=Text(en="0 takes back what was granted.", zh="0 表示收回之前的增加。"),
    )
