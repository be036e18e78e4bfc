"""The desk of practice: wrong answers become cards, cards come back when they are due, each time with other numbers.

Theory of operation. A review is stored before it is shown, with its variant; every try and hint is stored before it
is answered. So a review that was left is gone on with, and of two windows that answer it at once one finds that a try
was taken. The variant is drawn from a secret of its own (`variants`).
Attempts are only read. What they show is counted once each, in the transaction that changes the card.

Whether a question may be practised is asked again with every call (`allowed`), as an attempt can be begun in between.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from grader.quiz.authored import Question, Quiz
from grader.quiz.hints import hints_of
from grader.quiz.marking.readable import readings
from grader.quiz.marking.responses import Response, is_blank
from grader.quiz.stored import read_key, read_public
from grader.store import Transaction
from grader.store import practice as kept
from grader.store.answers import TryRow
from grader.store.practice import PracticeDraft, PracticeTry, Practised, ReviewRow
from grader.taking import refusals
from grader.taking.answer_views import PartReading
from grader.taking.desk import Desk
from grader.taking.documents import response_text
from grader.taking.fitting import fitted, unreadable
from grader.taking.practice import refused
from grader.taking.practice.cards import memory_of, put_memory
from grader.taking.practice.memory import Outcome, outcome_of, remembered
from grader.taking.practice.plan import Item, Plan, Reviewed
from grader.taking.practice.planning import plan_for, question_of
from grader.taking.practice.showing import review_place, review_view, verdicts_of
from grader.taking.practice.standing import standing_of
from grader.taking.practice.variants import drawn_for
from grader.taking.practice.varying import Varying
from grader.taking.recording import question_digest
from grader.taking.refusals import is_id
from grader.taking.sheet import Place
from grader.taking.views import Answered, QuestionView, Taken

_ID_BYTES = 10


class Practice:
    """Practice of one student with these quizzes of the course. Threads may share it."""

    def __init__(self, desk: Desk, student: str, quizzes: Iterable[Quiz]) -> None:
        self._clerk = desk.clerk
        self._student = refusals.checked_name(student)
        self._quizzes = {quiz.id: quiz for quiz in quizzes}
        self._varying = Varying(desk.clerk.shelf)

    # ------------------------------------------------------------------------------------------------ the plan

    def plan(self) -> Plan:
        """Return what can be practised now. What went wrong in attempts since is among it."""
        return plan_for(self._clerk, self._student, self._quizzes, self._varying)

    def now(self) -> datetime:
        """Return what time it is by the clock that counts."""
        return self._clerk.clock()

    # ------------------------------------------------------------------------------------------------ a review

    def start(self, item: Item) -> str:
        """Return the review of a question that was left open, or begin one.

        Raises: Refused where it may not be practised now; AuthorError where it cannot be drawn.
        """
        clerk, student = self._clerk, self._student
        quiz, question = self._allowed(item)
        number = clerk.note(quiz).id
        digest = question_digest(quiz, question)
        before = clerk.store.read(lambda tx: kept.reviews_of(tx, number, student, item.question))
        left = _open_of(before)
        if left is not None and left.digest == digest:
            return left.id
        row = ReviewRow(
            id=secrets.token_hex(_ID_BYTES),
            quiz=number,
            student=student,
            question=item.question,
            number=len(before) + 1,
            attempt=None,
            digest=digest,
            begun_at=clerk.clock(),
        )
        halves = drawn_for(clerk, quiz, question, student, row.number)

        def work(tx: Transaction) -> str:
            found = _open_of(kept.reviews_of(tx, number, student, item.question))
            if found is not None and found.digest == digest:  # of another window, just now
                return found.id
            if found is not None:
                kept.end_review(tx, found.id, at=row.begun_at, outcome=Outcome.DROPPED, rating=None)
            count = len(kept.reviews_of(tx, number, student, item.question))
            kept.add_review(tx, replace(row, number=count + 1), halves)
            return row.id

        return clerk.store.write(work)

    def view(self, review: str) -> QuestionView:
        """Return a question that is practised. Raises: Refused."""
        found = self._found(review)
        return self._view(found, review_place(found, self._asked(found)))

    def reading(self, review: str, response: Response) -> tuple[PartReading, ...]:
        """Return how each typed part is understood; it costs nothing, and says nothing of right or wrong."""
        question = read_public(self._found(review).halves.public)
        found = readings(question, fitted(question, response))
        return tuple(PartReading(part=part, reading=one) for part, one in found.items())

    def save(self, review: str, response: Response) -> QuestionView:
        """Keep a draft in place of the one before; a blank one clears it. Raises: Refused."""
        now = self._clerk.clock()
        answer = fitted(read_public(self._found(review).halves.public), response)
        draft = None if is_blank(answer) else PracticeDraft(response=response_text(answer), saved_at=now)

        def work(tx: Transaction) -> None:
            self._open(tx, review)
            kept.put_practice_draft(tx, review, draft)

        self._clerk.store.write(work)
        return self.view(review)

    def hint(self, review: str) -> QuestionView:
        """Give one more hint, and return the question with it. Raises: Refused."""
        now = self._clerk.clock()
        self._asked(self._found(review))

        def work(tx: Transaction) -> None:
            found = self._open(tx, review)
            if found.hints >= len(hints_of(read_key(found.halves.key))):
                raise refusals.no_hint(1, given=found.hints)
            kept.add_practice_hint(tx, review, found.hints + 1, now=now)

        self._clerk.store.write(work)
        return self.view(review)

    def answer(self, review: str, response: Response, *, after: int) -> Answered:
        """Take an answer, and mark it. `after`: how many tries were shown; where there are more, nothing is taken.

        Raises: Refused.
        """
        clerk, now = self._clerk, self._clerk.clock()
        found = self._found(review)
        place = review_place(found, self._asked(found))
        question = read_public(found.halves.public)
        answer = fitted(question, response)
        refused = unreadable(question, answer)
        if refused:
            return Answered(taken=Taken.UNREADABLE, question=self._view(found, place), unreadable=refused)
        text = response_text(answer)
        one = clerk.marked(place, TryRow(place=1, number=len(found.tries) + 1, at=now, response=text), now=now)

        def work(tx: Transaction) -> Taken:
            before = self._locked(tx, review)
            if len(before.tries) != after:
                return Taken.OVERTAKEN
            if before.review.ended_at is not None:
                raise refusals.is_done(1)
            tried = PracticeTry(number=len(before.tries) + 1, at=now, response=text, mark=one.mark, fault=one.fault)
            kept.add_practice_try(tx, review, tried)
            kept.put_practice_draft(tx, review, None)
            self._end_if_done(tx, replace(before, tries=(*before.tries, tried)), place.question, now)
            return Taken.CHECKED

        return Answered(taken=clerk.store.write(work), question=self.view(review))

    def reviewed(self, review: str) -> Reviewed:
        """Return how a review stands."""
        row = self._found(review).review
        item = self._item(row)
        card = self._clerk.store.read(lambda tx: kept.card_with(tx, row.quiz, row.student, row.question))
        return Reviewed(
            item=item,
            outcome=None if row.outcome is None else Outcome(row.outcome),
            due_at=card.due_at if card is not None and row.ended_at is not None else None,
        )

    # ------------------------------------------------------------------------------------------------ within

    def _allowed(self, item: Item) -> tuple[Quiz, Question]:
        quiz = self._quizzes.get(item.quiz)
        question = question_of(quiz, item.question)
        if quiz is None or question is None:
            raise refused.gone(item)
        held = standing_of(self._clerk, self._student, quiz, self._varying).held_question(question)
        if held is not None:
            raise refused.held(item, held)
        return quiz, question

    def _asked(self, found: Practised) -> Question:
        """Return the question of a review. Raises: Refused where it may not be practised any more."""
        return self._allowed(self._item(found.review))[1]

    def _item(self, row: ReviewRow) -> Item:
        names = self._clerk.store.read(lambda tx: kept.quiz_names(tx, self._clerk.course))
        return Item(quiz=names.get(row.quiz, ""), question=row.question)

    def _found(self, review: str) -> Practised:
        found = self._clerk.store.read(lambda tx: kept.practised(tx, review)) if is_id(review) else None
        if found is None or found.review.student != self._student:
            raise refused.no_such_review()
        return found

    def _locked(self, tx: Transaction, review: str) -> Practised:
        """Return a review within a transaction that changes it. Raises: Refused."""
        found = kept.practised(tx, review, lock=True) if is_id(review) else None
        if found is None or found.review.student != self._student:
            raise refused.no_such_review()
        return found

    def _open(self, tx: Transaction, review: str) -> Practised:
        """Return a review that takes something, within a transaction. Raises: Refused."""
        found = self._locked(tx, review)
        if found.review.ended_at is not None:
            raise refusals.is_done(1)
        return found

    def _end_if_done(self, tx: Transaction, found: Practised, question: Question, now: datetime) -> None:
        place, row = review_place(found, question), found.review
        if not place.is_done:
            return
        outcome = outcome_of(verdicts_of(place), hints=found.hints)
        before = kept.card_with(tx, row.quiz, row.student, row.question, lock=True)
        after = remembered(memory_of(before), outcome, now)
        rating = put_memory(tx, row, before, after, outcome)
        kept.end_review(tx, row.id, at=now, outcome=outcome, rating=rating)

    def _view(self, found: Practised, place: Place) -> QuestionView:
        quiz = self._quizzes[self._item(found.review).quiz]
        is_done = found.review.ended_at is not None
        shows = is_done and standing_of(self._clerk, self._student, quiz, self._varying).shows_answers
        return review_view(found, place, shows_answer=shows)


def _open_of(rows: Sequence[ReviewRow]) -> ReviewRow | None:
    return next((row for row in rows if row.ended_at is None and row.attempt is None), None)
