"""Reads how a student stands with a quiz, for practice; nothing is written, and an attempt is only looked at."""

from __future__ import annotations

from grader.quiz.authored import Quiz
from grader.store.attempts import Phase, attempts_at
from grader.store.quizzes import find_quiz
from grader.taking.beginning import schedule_of
from grader.taking.clerk import Clerk
from grader.taking.practice.allowed import Standing
from grader.taking.practice.varying import Varying
from grader.taking.schedule import Schedule


def standing_of(clerk: Clerk, student: str, quiz: Quiz, varying: Varying) -> Standing:
    """Return how a student stands with a quiz now."""
    named, now = clerk.named(quiz.id), clerk.clock()
    found = clerk.store.read(lambda tx: find_quiz(tx, named))
    if found is None:
        schedule = Schedule(quiz=quiz, grant=None, grants=())
        return Standing(quiz=quiz, schedule=schedule, open=None, begun=0, now=now, varying=varying)
    schedule = clerk.store.read(lambda tx: schedule_of(tx, found, quiz, student))
    rows = clerk.store.read(lambda tx: attempts_at(tx, found.id, student=student))
    sheets = (clerk.sheet(row.id, at=now) for row in rows if row.phase is Phase.OPEN)
    going = next((sheet for sheet in sheets if sheet.is_open), None)
    return Standing(quiz=quiz, schedule=schedule, open=going, begun=len(rows), now=now, varying=varying)
