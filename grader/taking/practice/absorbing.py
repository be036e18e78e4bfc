"""Makes cards of what went wrong in attempts that have ended: each question of each attempt is counted once.

A question that was not answered, or that nobody could mark, shows nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import replace

from grader.quiz.authored import Quiz
from grader.store import Transaction
from grader.store.attempts import AttemptRow, Phase, attempts_at
from grader.store.practice import ReviewRow, add_review, card_with, counted_attempts, reviews_of
from grader.store.quizzes import find_quiz
from grader.taking.clerk import Clerk
from grader.taking.practice.cards import memory_of, put_memory
from grader.taking.practice.memory import Outcome, outcome_of, remembered
from grader.taking.recorded import RecordedAttempt, RecordedQuestion
from grader.taking.recording import recorded

_ID_BYTES = 10


def absorb(clerk: Clerk, student: str, quizzes: Iterable[Quiz]) -> None:
    """Take note of what went wrong in a student's attempts at these quizzes, and was not taken note of yet."""
    known = clerk.store.read(lambda tx: counted_attempts(tx, student))
    for quiz in quizzes:
        for row in _attempts(clerk, student, quiz):
            if row.phase is not Phase.OPEN:
                _absorb(clerk, row.quiz, recorded(clerk.sheet(row.id)), known)


def _attempts(clerk: Clerk, student: str, quiz: Quiz) -> tuple[AttemptRow, ...]:
    def work(tx: Transaction) -> tuple[AttemptRow, ...]:
        found = find_quiz(tx, clerk.named(quiz.id))
        return () if found is None else attempts_at(tx, found.id, student=student)

    return clerk.store.read(work)


def _absorb(clerk: Clerk, quiz: int, attempt: RecordedAttempt, known: Collection[tuple[str, str]]) -> None:
    wrong = [
        (question, outcome)
        for question in attempt.questions
        if (attempt.id, question.question) not in known
        if (outcome := _outcome(question)) in (Outcome.WRONG, Outcome.HELPED)
    ]

    def work(tx: Transaction) -> None:
        done = counted_attempts(tx, attempt.student)  # another window may have come first
        for question, outcome in wrong:
            if (attempt.id, question.question) not in done:
                _note(tx, quiz, attempt, question, outcome)

    if wrong:
        clerk.store.write(work)


def _note(tx: Transaction, quiz: int, attempt: RecordedAttempt, question: RecordedQuestion, outcome: Outcome) -> None:
    """Count one question of an attempt. What was practised after the attempt had ended says more, and stands."""
    ended = attempt.ended_at or attempt.begun_at
    student = attempt.student
    before = card_with(tx, quiz, student, question.question, lock=True)
    row = ReviewRow(
        id=secrets.token_hex(_ID_BYTES),
        quiz=quiz,
        student=student,
        question=question.question,
        number=len(reviews_of(tx, quiz, student, question.question)) + 1,
        attempt=attempt.id,
        digest=question.digest,
        begun_at=attempt.begun_at,
        ended_at=ended,
        outcome=outcome,
    )
    rating = None
    if before is None or before.reviewed_at < ended:
        rating = put_memory(tx, row, before, remembered(memory_of(before), outcome, ended), outcome)
    add_review(tx, replace(row, rating=rating))


def _outcome(question: RecordedQuestion) -> Outcome | None:
    """Return what a question of an attempt showed; None where that is nothing."""
    if not question.tries or question.earned is None:
        return None
    verdicts = [one.verdict for one in question.tries]
    return outcome_of(verdicts, hints=question.hints)
