"""How a student stands with a quiz as a whole: what can be done now, and what the best attempt came to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from grader.quiz.authored import Pool, Quiz
from grader.store.attempts import attempts_at
from grader.store.quizzes import KeptQuiz
from grader.taking.beginning import schedule_of
from grader.taking.clerk import Clerk
from grader.taking.schedule import Schedule
from grader.taking.scoring import exact
from grader.taking.sheet import Sheet, best_of
from grader.taking.viewing import is_answered
from grader.taking.views import Availability, QuizOverview


def sheets_at(clerk: Clerk, quiz: int, student: str | None) -> tuple[Sheet, ...]:
    """Return every attempt at a quiz, of one student or of all, each as it stands now."""
    rows = clerk.store.read(lambda tx: attempts_at(tx, quiz, student=student))
    return tuple(clerk.sheet(row.id) for row in rows)


def overview(clerk: Clerk, student: str, quiz: Quiz) -> QuizOverview:
    """Return how a student stands with a quiz. Its dates count from now on, if anybody has begun it before."""
    known, now = clerk.known(quiz), clerk.clock()
    if known is None:
        return _overview(quiz, Schedule(quiz=quiz, grant=None, grants=()), (), now)
    kept = clerk.note(quiz, known)
    schedule = _schedule(clerk, kept, quiz, student)
    return _overview(quiz, schedule, sheets_at(clerk, kept.id, student), now)


def _schedule(clerk: Clerk, kept: KeptQuiz, quiz: Quiz, student: str) -> Schedule:
    return clerk.store.read(lambda tx: schedule_of(tx, kept, quiz, student))


def _overview(quiz: Quiz, schedule: Schedule, sheets: Sequence[Sheet], now: datetime) -> QuizOverview:
    going = next((sheet for sheet in sheets if sheet.is_open), None)
    best = best_of(sheets)
    shown = going or best or (sheets[-1] if sheets else None)
    left = None if schedule.attempts is None else max(schedule.attempts - len(sheets), 0)
    return QuizOverview(
        quiz=quiz.id,
        title=quiz.title,
        questions=len(shown.places) if shown else _count(quiz),
        points=shown.points if shown else _points(quiz),
        availability=_availability(schedule, sheets, now, is_open=going is not None),
        answered=sum(is_answered(place) for place in going.places) if going else 0,
        attempts=len(sheets),
        attempts_left=left,
        best=best.score if best else None,
        best_points=best.points if best else None,
        opens=quiz.opens,
        closes=schedule.closes,
        deadline=schedule.deadline(going.attempt) if going else None,
        time_limit_s=schedule.limit_s(quiz.time_limit_s),
        last=sheets[-1].attempt.id if sheets else None,
    )


def _availability(schedule: Schedule, sheets: Sequence[Sheet], now: datetime, *, is_open: bool) -> Availability:
    quiz = schedule.quiz
    if is_open:
        return Availability.OPEN
    if quiz.opens is not None and now < quiz.opens:
        return Availability.NOT_YET
    if schedule.is_closed(now):
        return Availability.CLOSED
    if not sheets:
        return Availability.NEW
    is_allowed = schedule.attempts is None or len(sheets) < schedule.attempts
    return Availability.AGAIN if is_allowed else Availability.TAKEN


def _count(quiz: Quiz) -> int:
    return sum(item.pick if isinstance(item, Pool) else 1 for item in quiz.items)


def _points(quiz: Quiz) -> Fraction:
    """Return what an attempt is worth; where the questions of a pool count differently, what it is worth on average."""
    total = Fraction(0)
    for item in quiz.items:
        questions = item.questions if isinstance(item, Pool) else (item,)
        picked = item.pick if isinstance(item, Pool) else 1
        total += picked * sum((exact(one.rules.points) for one in questions), Fraction(0)) / len(questions)
    return total
