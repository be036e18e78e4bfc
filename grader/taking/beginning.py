"""Begins an attempt, or goes on with the one that is open: of two windows that begin at once, both get the same."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.quiz import drawing
from grader.quiz.authored import Quiz
from grader.store import Transaction
from grader.store.attempts import AttemptRow, Phase, add_attempt, attempts_at
from grader.store.grants import grants_of
from grader.store.quizzes import KeptQuiz
from grader.taking import refusals
from grader.taking.clerk import Clerk
from grader.taking.schedule import Schedule
from grader.taking.sheet import Sheet

_ID_BYTES = 10  # nobody guesses another one's


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The attempt that there is now, and whether it was begun just now."""

    sheet: Sheet
    is_new: bool


def begin(clerk: Clerk, quiz: Quiz, student: str) -> Begun:
    """Return the student's open attempt, or begin one. Raises: Refused where none can be begun."""
    kept, now = clerk.note(quiz), clerk.clock()
    before = clerk.store.read(lambda tx: attempts_at(tx, kept.id, student=student))
    found = _open(clerk, before, now)
    if found is not None:
        return Begun(sheet=found, is_new=False)
    clerk.key()
    new = secrets.token_hex(_ID_BYTES)
    attempt = clerk.store.write(lambda tx: _begin(tx, clerk, quiz, kept, student, now, new))
    return Begun(sheet=clerk.sheet(attempt), is_new=attempt == new)


def schedule_of(tx: Transaction, kept: KeptQuiz, quiz: Quiz, student: str) -> Schedule:
    """Return the times of a quiz for one student."""
    grants = grants_of(tx, kept.id)
    return Schedule(quiz=quiz, grant=grants.get(student), grants=tuple(grants.values()))


def _open(clerk: Clerk, attempts: Sequence[AttemptRow], now: datetime) -> Sheet | None:
    """Return the attempt that can be gone on with; one whose time is over is ended by asking."""
    sheets = (clerk.sheet(row.id, at=now) for row in attempts if row.phase is Phase.OPEN)
    return next((sheet for sheet in sheets if sheet.is_open), None)


def _begin(tx: Transaction, clerk: Clerk, quiz: Quiz, kept: KeptQuiz, student: str, now: datetime, new: str) -> str:
    """Begin the attempt `new`, and return it; or the open one that is there. Raises: Refused."""
    before = attempts_at(tx, kept.id, student=student)
    found = next((row.id for row in before if row.phase is Phase.OPEN), None)  # of another window, just now
    if found is not None:
        return found
    schedule = schedule_of(tx, kept, quiz, student)
    if quiz.opens is not None and now < quiz.opens:
        raise refusals.not_open_yet(quiz.id, _shown(quiz.opens))
    if schedule.is_closed(now) and schedule.closes is not None:
        raise refusals.closed(quiz.id, _shown(schedule.closes))
    if schedule.attempts is not None and len(before) >= schedule.attempts:
        raise refusals.no_attempts_left(quiz.id, schedule.attempts)
    row = AttemptRow(
        id=new,
        quiz=kept.id,
        version=kept.version,
        student=student,
        number=len(before) + 1,
        phase=Phase.OPEN,
        begun_at=now,
        ended_at=None,
        time_limit_s=quiz.time_limit_s,
    )
    questions = drawing.chosen(quiz, clerk.seeds(row, quiz.version))
    add_attempt(tx, row, [question.id for question in questions])
    return new


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %z").strip()
