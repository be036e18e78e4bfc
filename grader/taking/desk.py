"""The desk: the only way in for whatever shows quizzes to students, in a terminal now and on pages later."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from grader.errors import GraderError
from grader.quiz.authored import Quiz
from grader.quiz.hints import hints_of
from grader.quiz.marking.responses import Response, is_blank
from grader.store import Store, Transaction
from grader.store.answers import DraftRow, TryRow, add_hint, add_try, drop_draft, put_draft
from grader.store.attempts import Phase
from grader.store.quizzes import find_quiz
from grader.taking import refusals
from grader.taking.beginning import begin
from grader.taking.clerk import Clerk, Clock
from grader.taking.documents import response_text
from grader.taking.fitting import fitted, unreadable
from grader.taking.overviews import overview, sheets_at
from grader.taking.sheet import MAX_TRIES, AtPlace, Place, Sheet, best_of
from grader.taking.viewing import attempt_view, question_view
from grader.taking.views import Answered, AttemptView, QuestionView, QuizOverview, Taken

if TYPE_CHECKING:
    from grader.quiz.generators import Generators
    from grader.taking.answer_views import PartReading
    from grader.taking.extending import Extended, More
    from grader.taking.recorded import RecordedAttempt
    from grader.taking.regrade_log import LoggedRegrade
    from grader.taking.regrading import Regraded
    from grader.taking.result_views import Result


_AFTER_S = 0.05  # until drawing ahead begins


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """Gives out quizzes and takes answers. A context manager: its end ends its child processes. Threads may share it.

    `course` tells the quizzes of several courses in one store apart (`store.course_key`); `clock` is what counts.
    """

    def __init__(self, store: Store, *, course: str = "", clock: Clock = _utc_now) -> None:
        self.clerk = Clerk(store, course=course, clock=clock)
        self._ahead: list[threading.Thread] = []
        self._closing = threading.Event()

    def prepare(self, quiz: Quiz) -> None:
        """Start what drawing a question will need, and go on: call it early, then read and show something else."""
        if quiz.is_computed:
            with self.clerk.shelf.lent(quiz) as generators:
                generators.prepare()

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
        return attempt_view(begun.sheet, is_new=begun.is_new)

    def attempt(self, attempt: str) -> AttemptView:
        """Return how an attempt stands; one whose time is over has ended. Raises: Refused."""
        return attempt_view(self.clerk.sheet(attempt))

    def question(self, attempt: str, place: int) -> QuestionView:
        """Return a question, drawn and stored when it is first looked at.

        Raises: Refused; AuthorError where it cannot be drawn: go on with the others, it is unscored, never a zero.
        """
        at = self._at(attempt, place)
        return question_view(at.sheet, at.place, at.drawn)

    def draw_ahead(self, attempt: str, place: int) -> None:
        """Get a question ready that is probably looked at next, and go on; it stays unseen until it is.

        It begins a moment later, as whoever calls this is about to show a question. What cannot be drawn is met again,
        and told, by whoever looks at it. `close` waits for this to end.
        """
        thread = threading.Thread(target=self._draw_ahead, args=(attempt, place), daemon=True, name="draws ahead")
        self._ahead = [*(one for one in self._ahead if one.is_alive()), thread]
        thread.start()

    def _draw_ahead(self, attempt: str, place: int) -> None:
        if self._closing.wait(_AFTER_S):
            return
        with contextlib.suppress(GraderError):
            sheet = self.clerk.sheet(attempt)
            self.clerk.draw_ahead(sheet, _place(sheet, place))

    def reading(self, attempt: str, place: int, response: Response) -> tuple[PartReading, ...]:
        """Return how each typed part that is not blank is understood, and whatever cannot be.

        It costs nothing, and says nothing of right or wrong. Raises: Refused.
        """
        from grader.quiz.marking.readable import readings  # loaded later
        from grader.taking.answer_views import PartReading

        question = self._at(attempt, place).drawn.public
        found = readings(question, fitted(question, response))
        return tuple(PartReading(part=part, reading=one) for part, one in found.items())

    def save(self, attempt: str, place: int, response: Response) -> QuestionView:
        """Keep a draft in place of the one before; a blank one clears it. Raises: Refused."""
        return self._save(attempt, place, response, self.clerk.clock())

    def _save(self, attempt: str, place: int, response: Response, now: datetime) -> QuestionView:
        answer = fitted(self._at(attempt, place, at=now).drawn.public, response)

        def work(tx: Transaction) -> None:
            here = self._open(tx, attempt, place, now)
            if here.is_done:
                raise _done(here)
            if is_blank(answer):
                drop_draft(tx, attempt, place)
            else:
                put_draft(tx, attempt, DraftRow(place=place, response=response_text(answer), saved_at=now))

        self.clerk.write(work)
        return self.question(attempt, place)

    def answer(self, attempt: str, place: int, response: Response, *, after: int) -> Answered:
        """Take an answer: it costs a try where verdicts come at once, else it is kept until the attempt ends.

        `after`: how many tries of this question the UI has shown. Where there are more by now, nothing is taken.
        Raises: Refused.
        """
        now = self.clerk.clock()
        here = self._at(attempt, place, at=now)
        answer = fitted(here.drawn.public, response)
        refused = unreadable(here.drawn.public, answer)
        if refused and here.sheet.is_open:
            shown = question_view(here.sheet, here.place, here.drawn)
            return Answered(taken=Taken.UNREADABLE, question=shown, unreadable=refused)
        if not here.place.is_checked_at_once:
            return Answered(taken=Taken.KEPT, question=self._save(attempt, place, answer, now))

        def work(tx: Transaction) -> Taken:
            found = self._open(tx, attempt, place, now)
            if len(found.tries) != after:
                return Taken.OVERTAKEN
            if found.is_done:
                raise _done(found)
            number = len(found.tries) + 1
            add_try(tx, attempt, TryRow(place=place, number=number, at=now, response=response_text(answer)))
            drop_draft(tx, attempt, place)
            return Taken.CHECKED

        return Answered(taken=self.clerk.write(work), question=self.question(attempt, place))

    def hint(self, attempt: str, place: int) -> QuestionView:
        """Give one more hint, and return the question with it. Raises: Refused."""
        now = self.clerk.clock()
        self._at(attempt, place, at=now)

        def work(tx: Transaction) -> None:
            here = self._open(tx, attempt, place, now)
            if here.drawn is None or here.hints >= len(hints_of(here.drawn.key)):
                raise refusals.no_hint(place, given=here.hints)
            add_hint(tx, attempt, place, here.hints + 1, now=now)

        self.clerk.write(work)
        return self.question(attempt, place)

    def submit(self, attempt: str) -> Result:
        """Hand an attempt in; drafts are marked. One that has ended stays as it ended. Raises: Refused."""
        self.clerk.end(attempt, Phase.SUBMITTED, at=self.clerk.clock())
        return self.result(attempt)

    def result(self, attempt: str) -> Result:
        """Return what an attempt has come to, as far as its student may know; an open one may be asked for, too."""
        from grader.taking.summing import result_of  # loaded later

        sheet = self.clerk.sheet(attempt)
        best = best_of(sheets_at(self.clerk, sheet.attempt.quiz, sheet.attempt.student))
        return result_of(sheet, best=best.score if best else None)

    def attempts(self, quiz: str, *, student: str | None = None) -> tuple[RecordedAttempt, ...]:
        """Return what is recorded of attempts at a quiz, for statistics and practice: never to be shown as it is."""
        from grader.store.regrades import regrades_of  # loaded later
        from grader.taking.recording import recorded

        named = self.clerk.named(quiz)
        name = None if student is None else refusals.checked_name(student)
        kept = self.clerk.store.read(lambda tx: find_quiz(tx, named))
        if kept is None:
            return ()
        log = self.clerk.store.read(lambda tx: regrades_of(tx, kept.id))
        changed = {(one.attempt, one.place, one.number) for regrade in log for one in regrade.tries}
        return tuple(recorded(sheet, changed) for sheet in sheets_at(self.clerk, kept.id, name))

    def extend(self, quiz: Quiz, student: str, more: More, *, by: str) -> Extended:
        """Give one student more time, a later end or further attempts: a teacher's. Raises: UsageError."""
        from grader.taking.extending import extend  # loaded later

        return extend(self.clerk, quiz, refusals.checked_name(student), more, by=by)

    def regrade(self, quiz: Quiz, *, by: str, keep: bool = True, drop: Collection[str] = ()) -> Regraded:
        """Mark every attempt again by the quiz as it is now, and return what has changed: a teacher's.

        `drop`: ids of questions to be left out of the total wherever nobody could decide them. Not `keep`: what would
        change, and nothing does. Raises: UsageError for a question to drop that no attempt was asked.
        """
        from grader.taking.regrading import regrade  # loaded later

        return regrade(self.clerk, quiz, by=by, keep=keep, drop=drop)

    def regrades(self, quiz: str) -> tuple[LoggedRegrade, ...]:
        """Return what the log says of regrades of a quiz, the oldest first: a teacher's."""
        from grader.taking.regrade_log import regrade_log  # loaded later

        return regrade_log(self.clerk, quiz)

    def close(self) -> None:
        """End the child processes, for good, and with them what is drawn ahead."""
        self._closing.set()
        self.clerk.close()
        for thread in self._ahead:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _at(self, attempt: str, place: int, *, at: datetime | None = None) -> AtPlace:
        """Return a question of an attempt, drawn; `at`: when what is to be done arrived, which is what counts.

        Raises: Refused, AuthorError, GraderFault.
        """
        sheet = self.clerk.sheet(attempt, at=at)
        return self.clerk.drawn(sheet, _place(sheet, place))

    def _open(self, tx: Transaction, attempt: str, place: int, now: datetime) -> Place:
        """Return a question of an attempt that takes answers at `now`, within a transaction. Raises: Refused."""
        sheet = self.clerk.locked(tx, attempt, at=now)
        if not sheet.is_open or sheet.is_over:
            raise refusals.has_ended(timed_out=sheet.is_over or sheet.attempt.phase is Phase.TIMED_OUT)
        return _place(sheet, place)


def _done(place: Place) -> refusals.Refused:
    return refusals.is_done(place.place, most=MAX_TRIES if len(place.tries) >= MAX_TRIES else None)


def _place(sheet: Sheet, place: int) -> Place:
    if type(place) is not int or not 1 <= place <= len(sheet.places):
        raise refusals.no_such_place(place, len(sheet.places))
    return sheet.places[place - 1]
