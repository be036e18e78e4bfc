"""The desk of practice: wrong answers become cards, cards come back when they are due, each time with other numbers.

Theory of operation. A review is stored before it is shown, with its variant; every try and hint is stored before it
is answered. So a review that was left is gone on with, and of two windows that answer it at once one finds that a try
was taken. The variant is drawn from a secret of its own: no number in practice is that of an attempt, past or coming.
Attempts are only read. What they show is counted once each, in the transaction that changes the card.

Whether a question may be practised is asked again with every call (`allowed`), as an attempt can be begun in between.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from grader.errors import AuthorError, GraderFault
from grader.quiz.authored import Question, Quiz
from grader.quiz.drawing import Drawing, draw
from grader.quiz.marking.mark import Unreadable, Verdict
from grader.quiz.marking.marker import Response, is_blank
from grader.quiz.marking.readable import readings
from grader.quiz.model import PublicQuestion, When
from grader.quiz.seeds import Seeds
from grader.quiz.stored import key_document, public_document, read_key, read_public
from grader.store import Transaction
from grader.store import practice as kept
from grader.store.answers import DraftRow, TryRow
from grader.store.attempts import Halves
from grader.store.practice import PracticeDraft, PracticeTry, Practised, ReviewRow
from grader.taking import refusals
from grader.taking.desk import Desk
from grader.taking.documents import read_mark, read_response, response_text
from grader.taking.practice import absorbing, refused
from grader.taking.practice.allowed import Standing
from grader.taking.practice.cards import memory_of, put_memory
from grader.taking.practice.memory import Outcome, outcome_of, remembered
from grader.taking.practice.plan import DueCard, Item, Plan, Reviewed, Step
from grader.taking.practice.standing import standing_of
from grader.taking.recording import question_digest
from grader.taking.sheet import Drawn, Place, Try
from grader.taking.solutions import revealed
from grader.taking.viewing import checked_try
from grader.taking.views import Answered, PartReading, QuestionView, Taken

TRIES = 2  # of one review: the second one with what the first has taught
_ID_BYTES = 10


class Practice:
    """Practice of one student with these quizzes of the course. Threads may share it."""

    def __init__(self, desk: Desk, student: str, quizzes: Iterable[Quiz]) -> None:
        self._clerk = desk.clerk
        self._student = refusals.checked_name(student)
        self._quizzes = {quiz.id: quiz for quiz in quizzes}

    # ------------------------------------------------------------------------------------------------ the plan

    def plan(self) -> Plan:
        """Return what can be practised now. What went wrong in attempts since is among it."""
        clerk, student = self._clerk, self._student
        absorbing.absorb(clerk, student, self._quizzes.values())
        names = clerk.store.read(lambda tx: kept.quiz_names(tx, clerk.course))
        cards = [card for card in clerk.store.read(lambda tx: kept.cards_of(tx, student)) if card.quiz in names]
        digests = clerk.store.read(lambda tx: kept.latest_digests(tx, student))
        now = clerk.clock()
        standings = {name: standing_of(clerk, student, quiz) for name, quiz in self._quizzes.items()}
        due: list[DueCard] = []
        later: list[datetime] = []
        gone: list[Item] = []
        known: set[Item] = set()
        for card in cards:
            item = Item(quiz=names[card.quiz], question=card.question)
            known.add(item)
            quiz = self._quizzes.get(item.quiz)
            question = _question_of(quiz, item.question)
            if quiz is None:
                continue
            if question is None:
                gone.append(item)
            elif standings[item.quiz].held_question(question) is None:
                if card.due_at > now:
                    later.append(card.due_at)
                    continue
                is_changed = digests.get((card.quiz, card.question)) != question_digest(quiz, question)
                due.append(DueCard(item=item, due_at=card.due_at, is_changed=is_changed))
        return Plan(
            now=now,
            due=tuple(due),
            later=len(later),
            next_at=min(later, default=None),
            new=tuple(item for item in self._practicable(standings) if item not in known),
            held={name: held for name, standing in standings.items() if (held := standing.held()) is not None},
            gone=tuple(gone),
        )

    def _practicable(self, standings: dict[str, Standing]) -> Iterable[Item]:
        for name, quiz in self._quizzes.items():
            for question in quiz.questions:
                if standings[name].held_question(question) is None:
                    yield Item(quiz=name, question=question.id)

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
        halves = self._drawn(quiz, question, row.number)

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
        return self._view(found, _place(found, self._asked(found)))

    def reading(self, review: str, response: Response) -> tuple[PartReading, ...]:
        """Return how each typed part is understood; it costs nothing, and says nothing of right or wrong."""
        response_text(response)
        found = readings(read_public(self._found(review).halves.public), response)
        return tuple(PartReading(part=part, reading=one) for part, one in found.items())

    def save(self, review: str, response: Response) -> QuestionView:
        """Keep a draft in place of the one before; a blank one clears it. Raises: Refused."""
        now, text = self._clerk.clock(), response_text(response)
        draft = None if is_blank(response) else PracticeDraft(response=text, saved_at=now)

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
            if found.hints >= len(read_key(found.halves.key).hints):
                raise refusals.no_hint(1)
            kept.add_practice_hint(tx, review, found.hints + 1, now=now)

        self._clerk.store.write(work)
        return self.view(review)

    def answer(self, review: str, response: Response, *, after: int) -> Answered:
        """Take an answer, and mark it. `after`: how many tries were shown; where there are more, nothing is taken.

        Raises: Refused.
        """
        clerk, now, text = self._clerk, self._clerk.clock(), response_text(response)
        found = self._found(review)
        place = _place(found, self._asked(found))
        unreadable = tuple(one for one in self.reading(review, response) if isinstance(one.reading, Unreadable))
        if unreadable:
            return Answered(taken=Taken.UNREADABLE, question=self._view(found, place), unreadable=unreadable)
        one = clerk.marked(place, TryRow(place=1, number=after + 1, at=now, response=text), now=now)

        def work(tx: Transaction) -> Taken:
            before = self._locked(tx, review)
            if len(before.tries) != after:
                return Taken.OVERTAKEN
            if before.review.ended_at is not None:
                raise refusals.is_done(1)
            tried = PracticeTry(number=after + 1, at=now, response=text, mark=one.mark, fault=one.fault)
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
            step=Step.OPEN if row.ended_at is None else Step.ENDED,
            outcome=None if row.outcome is None else Outcome(row.outcome),
            due_at=card.due_at if card is not None and row.ended_at is not None else None,
        )

    # ------------------------------------------------------------------------------------------------ within

    def _allowed(self, item: Item) -> tuple[Quiz, Question]:
        quiz = self._quizzes.get(item.quiz)
        question = _question_of(quiz, item.question)
        if quiz is None or question is None:
            raise refused.gone(item)
        held = standing_of(self._clerk, self._student, quiz).held_question(question)
        if held is not None:
            raise refused.held(item, held)
        return quiz, question

    def _asked(self, found: Practised) -> Question:
        """Return the question of a review. Raises: Refused where it may not be practised any more."""
        return self._allowed(self._item(found.review))[1]

    def _item(self, row: ReviewRow) -> Item:
        names = self._clerk.store.read(lambda tx: kept.quiz_names(tx, self._clerk.course))
        return Item(quiz=names.get(row.quiz, ""), question=row.question)

    def _drawn(self, quiz: Quiz, question: Question, number: int) -> Halves:
        key = hmac.new(self._clerk.store.seed_key(), b"dlgrade practice", hashlib.sha256).digest()
        seeds = Seeds(key=key, version=quiz.version, student=self._student, attempt=number)
        drawing = Drawing(quiz=quiz, seeds=seeds, generators=self._clerk.shelf.generators(quiz))
        try:
            variant = draw(drawing, question)
        except (AuthorError, GraderFault) as error:  # its words may quote what is secret
            raise refused.cannot_draw(Item(quiz=quiz.id, question=question.id), error) from None
        rules = replace(variant.key.rules, attempts=TRIES, penalty=0.0, feedback=When.AFTER_ATTEMPT)
        return Halves(
            public=public_document(_without_points(variant.public)),
            key=key_document(replace(variant.key, rules=rules)),
        )

    def _found(self, review: str) -> Practised:
        found = self._clerk.store.read(lambda tx: kept.practised(tx, review))
        if found is None or found.review.student != self._student:
            raise refused.no_such_review()
        return found

    def _locked(self, tx: Transaction, review: str) -> Practised:
        """Return a review within a transaction that changes it. Raises: Refused."""
        found = kept.practised(tx, review, lock=True)
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
        place, row = _place(found, question), found.review
        if not place.is_done:
            return
        outcome = outcome_of([_verdict(one) for one in place.tries], hints=found.hints)
        before = kept.card_with(tx, row.quiz, row.student, row.question)
        after = remembered(memory_of(before), outcome, now)
        rating = put_memory(tx, row, before, after, outcome)
        kept.end_review(tx, row.id, at=now, outcome=outcome, rating=rating)

    def _view(self, found: Practised, place: Place) -> QuestionView:
        drawn = place.drawn
        assert drawn is not None
        is_done = found.review.ended_at is not None
        shows = is_done and standing_of(self._clerk, self._student, self._quizzes[self._item(found.review).quiz])
        return QuestionView(
            attempt=found.review.id,
            place=1,
            public=drawn.public,
            feedback=When.AFTER_ATTEMPT,
            tries=tuple(checked_try(one, drawn.key) for one in place.tries),
            tries_left=0 if is_done else place.tries_left,
            draft=None if place.draft is None else read_response(place.draft.response),
            hints=drawn.key.hints[: place.hints],
            hints_left=max(len(drawn.key.hints) - place.hints, 0),
            done=is_done,
            worth=Fraction(0) if is_done else place.share_left,
            revealed=revealed(drawn.key) if shows and shows.shows_answers else None,
        )


def _question_of(quiz: Quiz | None, name: str) -> Question | None:
    return None if quiz is None else next((one for one in quiz.questions if one.id == name), None)


def _open_of(rows: Sequence[ReviewRow]) -> ReviewRow | None:
    return next((row for row in rows if row.ended_at is None and row.attempt is None), None)


def _place(found: Practised, question: Question) -> Place:
    """Return a review as a place of an attempt is: it goes by the same rules."""
    draft = found.draft
    return Place(
        place=1,
        question=question,
        fault=None,
        drawn=Drawn(public=read_public(found.halves.public), key=read_key(found.halves.key)),
        draft=None if draft is None else DraftRow(place=1, response=draft.response, saved_at=draft.saved_at),
        tries=tuple(_try(one) for one in found.tries),
        hints=found.hints,
    )


def _try(one: PracticeTry) -> Try:
    row = TryRow(place=1, number=one.number, at=one.at, response=one.response, mark=one.mark, fault=one.fault)
    return Try(row=row, mark=None if one.mark is None else read_mark(one.mark))


def _verdict(one: Try) -> Verdict:
    return Verdict.UNDECIDED if one.mark is None else one.mark.verdict


def _without_points(public: PublicQuestion) -> PublicQuestion:
    """Return a question as it is practised: for nothing, twice."""
    return replace(public, points=0.0, penalty=0.0, attempts=TRIES)
