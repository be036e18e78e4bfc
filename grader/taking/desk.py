"""The desk: the only way in for whatever shows quizzes to students, in a terminal now and on pages later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from grader.quiz.authored import Quiz
from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.marker import Response, is_blank
from grader.quiz.marking.readable import readings
from grader.store import Store, Transaction
from grader.store.answers import DraftRow, TryRow, add_hint, add_try, drop_draft, put_draft
from grader.store.quizzes import find_quiz
from grader.store.regrades import regrades_of
from grader.taking import refusals
from grader.taking.beginning import begin
from grader.taking.clerk import Clerk, Clock
from grader.taking.documents import response_text
from grader.taking.overviews import overview, sheets_at
from grader.taking.sheet import Drawn, Place, Sheet
from grader.taking.summing import best_of, result_of
from grader.taking.viewing import attempt_view, question_view
from grader.taking.views import (
    Answered,
    AttemptView,
    PartReading,
    Phase,
    QuestionView,
    QuizOverview,
    Result,
    Taken,
)

if TYPE_CHECKING:
    from grader.quiz.generators import Generators
    from grader.taking.extending import Extended, More
    from grader.taking.recorded import RecordedAttempt
    from grader.taking.regrading import Regraded


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """Gives out quizzes and takes answers. A context manager: its end ends its child processes. Threads may share it.

    `course` tells the quizzes of several courses in one store apart (`store.course_key`); `clock` is what counts.
    """

    def __init__(self, store: Store, *, course: str = "", clock: Clock = _utc_now) -> None:
        self.clerk = Clerk(store, course=course, clock=clock)

    def prepare(self, quiz: Quiz) -> None:
        """Start what drawing a question will need, and go on: call it early, then read and show something else."""
        if quiz.is_computed:
            self.clerk.shelf.generators(quiz).prepare()

    def adopt(self, quiz: Quiz, generators: Generators) -> None:
        """Use a child that was started before this desk was opened: it gets ready while a store is opened."""
        self.clerk.shelf.adopt(quiz, generators)

    def overview(self, student: str, quizzes: Iterable[Quiz]) -> tuple[QuizOverview, ...]:
        """Return how a student stands with each quiz, in the order given. Raises: Refused."""
        name = refusals.checked_name(student)
        return tuple(overview(self.clerk, name, quiz) for quiz in quizzes)

    def begin(self, quiz: Quiz, student: str) -> AttemptView:
        """Return the student's open attempt, or a new one. Raises: Refused where none can be started."""
        begun = begin(self.clerk, quiz, refusals.checked_name(student))
        return attempt_view(self.clerk.sheet(begun.attempt), is_new=begun.is_new)

    def attempt(self, attempt: str) -> AttemptView:
        """Return how an attempt stands; one whose time is over has ended. Raises: Refused."""
        return attempt_view(self.clerk.sheet(attempt))

    def question(self, attempt: str, place: int) -> QuestionView:
        """Return a question, drawn and stored when it is first looked at.

        Raises: Refused; AuthorError where it cannot be drawn: go on with the others, it is unscored, never a zero.
        """
        return _view(*self._at(attempt, place))

    def reading(self, attempt: str, place: int, response: Response) -> tuple[PartReading, ...]:
        """Return how each typed part that is not blank is understood, and whatever cannot be.

        It costs nothing, and says nothing of right or wrong. Raises: Refused.
        """
        _, _, drawn = self._at(attempt, place)
        response_text(response)
        return tuple(PartReading(part=part, reading=one) for part, one in readings(drawn.public, response).items())

    def save(self, attempt: str, place: int, response: Response) -> QuestionView:
        """Keep a draft in place of the one before; a blank one clears it. Raises: Refused."""
        return self._save(attempt, place, response, self.clerk.clock())

    def _save(self, attempt: str, place: int, response: Response, now: datetime) -> QuestionView:
        text = response_text(response)
        self._at(attempt, place, at=now)

        def work(tx: Transaction) -> None:
            _, here = self._open(tx, attempt, place, now)
            if here.is_done:
                raise refusals.is_done(place)
            if is_blank(response):
                drop_draft(tx, attempt, place)
            else:
                put_draft(tx, attempt, DraftRow(place=place, response=text, saved_at=now))

        self.clerk.store.write(work)
        return self.question(attempt, place)

    def answer(self, attempt: str, place: int, response: Response, *, after: int) -> Answered:
        """Take an answer: it costs a try where verdicts come at once, else it is kept until the attempt ends.

        `after`: how many tries of this question the UI has shown. Where there are more by now, nothing is taken.
        Raises: Refused.
        """
        now, text = self.clerk.clock(), response_text(response)
        sheet, here, drawn = self._at(attempt, place, at=now)
        refused = [
            PartReading(part=part, reading=one)
            for part, one in readings(drawn.public, response).items()
            if isinstance(one, Unreadable)
        ]
        if refused and sheet.is_open:
            return Answered(
                taken=Taken.UNREADABLE, question=question_view(sheet, here, drawn), unreadable=tuple(refused)
            )
        if not here.is_checked_at_once:
            return Answered(taken=Taken.KEPT, question=self._save(attempt, place, response, now))

        def work(tx: Transaction) -> Taken:
            _, found = self._open(tx, attempt, place, now)
            if len(found.tries) != after:
                return Taken.OVERTAKEN
            if found.is_done:
                raise refusals.is_done(place)
            add_try(tx, attempt, TryRow(place=place, number=after + 1, at=now, response=text))
            drop_draft(tx, attempt, place)
            return Taken.CHECKED

        return Answered(taken=self.clerk.store.write(work), question=self.question(attempt, place))

    def hint(self, attempt: str, place: int) -> QuestionView:
        """Give one more hint, and return the question with it. Raises: Refused."""
        now = self.clerk.clock()
        self._at(attempt, place, at=now)

        def work(tx: Transaction) -> None:
            _, here = self._open(tx, attempt, place, now)
            if here.drawn is None or here.hints >= len(here.drawn.key.hints):
                raise refusals.no_hint(place)
            add_hint(tx, attempt, place, here.hints + 1, now=now)

        self.clerk.store.write(work)
        return self.question(attempt, place)

    def submit(self, attempt: str) -> Result:
        """Hand an attempt in; drafts are marked. One that has ended stays as it ended. Raises: Refused."""
        self.clerk.end(attempt, Phase.SUBMITTED, at=self.clerk.clock())
        return self.result(attempt)

    def result(self, attempt: str) -> Result:
        """Return what an attempt has come to, as far as its student may know; an open one may be asked for, too."""
        sheet = self.clerk.sheet(attempt)
        best = best_of(sheets_at(self.clerk, sheet.attempt.quiz, sheet.attempt.student))
        return result_of(sheet, best=best.score if best else None)

    def attempts(self, quiz: str, *, student: str | None = None) -> tuple[RecordedAttempt, ...]:
        """Return what is recorded of attempts at a quiz, for statistics and practice: never to be shown as it is."""
        from grader.taking.recording import recorded  # what is a teacher's is loaded when a teacher asks for it

        named = self.clerk.named(quiz)
        kept = self.clerk.store.read(lambda tx: find_quiz(tx, named))
        if kept is None:
            return ()
        log = self.clerk.store.read(lambda tx: regrades_of(tx, kept.id))
        changed = {(one.attempt, one.place, one.number) for regrade in log for one in regrade.tries}
        return tuple(recorded(sheet, changed) for sheet in sheets_at(self.clerk, kept.id, student))

    def extend(self, quiz: Quiz, student: str, more: More, *, by: str) -> Extended:
        """Give one student more time, a later end or further attempts: a teacher's. Raises: UsageError."""
        from grader.taking.extending import extend

        return extend(self.clerk, quiz, refusals.checked_name(student), more, by=by)

    def regrade(self, quiz: Quiz, *, by: str, keep: bool = True) -> Regraded:
        """Mark every attempt again by the quiz as it is now, and return what has changed: a teacher's.

        Not `keep`: what would change, and nothing does.
        """
        from grader.taking.regrading import regrade

        return regrade(self.clerk, quiz, by=by, keep=keep)

    def close(self) -> None:
        """End the child processes."""
        self.clerk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _at(self, attempt: str, place: int, *, at: datetime | None = None) -> tuple[Sheet, Place, Drawn]:
        """Return a question of an attempt, drawn; `at`: when what is to be done arrived, which is what counts.

        Raises: Refused, AuthorError, GraderFault.
        """
        sheet = self.clerk.sheet(attempt, at=at)
        sheet = self.clerk.drawn(sheet, _place(sheet, place))
        here = _place(sheet, place)
        assert here.drawn is not None
        return sheet, here, here.drawn

    def _open(self, tx: Transaction, attempt: str, place: int, now: datetime) -> tuple[Sheet, Place]:
        """Return a question of an attempt that takes answers at `now`, within a transaction. Raises: Refused."""
        sheet = self.clerk.locked(tx, attempt, at=now)
        if not sheet.is_open or sheet.is_over:
            raise refusals.has_ended(timed_out=sheet.is_over or sheet.attempt.phase == Phase.TIMED_OUT)
        return sheet, _place(sheet, place)


def _place(sheet: Sheet, place: int) -> Place:
    if not 1 <= place <= len(sheet.places):
        raise refusals.no_such_place(place, len(sheet.places))
    return sheet.places[place - 1]


def _view(sheet: Sheet, place: Place, drawn: Drawn) -> QuestionView:
    return question_view(sheet, place, drawn)
