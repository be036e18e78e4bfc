"""Keeps attempts as the rules say: ends those whose time is over, draws their questions, marks their tries.

Theory of operation. Several processes may have the same attempt before them; none of them is in charge. What a student
does is one short transaction that reads again what it depends on, so of two that meet one comes first and the other
sees it. What takes long is done outside of transactions, from data that does not change any more: a variant is drawn
from a seed and a version, and a try is marked by a key, so whoever does it comes to the same. A process that is
killed between taking a try and marking it leaves a try without a mark, which the next one to look marks; one that is
killed between drawing and storing leaves nothing, and the same is drawn again.

What cannot be marked stays without a mark, with the reason for the teacher, and is tried again now and then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from grader import __version__
from grader.errors import AuthorError, GraderError, GraderFault
from grader.quiz.authored import Quiz
from grader.quiz.drawing import Drawing, draw
from grader.quiz.marking.algebra import Algebra
from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.marker import Marker, is_blank
from grader.quiz.marking.readable import readings
from grader.quiz.seeds import Seeds
from grader.quiz.stored import key_document, public_document
from grader.records import Text
from grader.store import Store, StoreUnavailable, Transaction
from grader.store.answers import Done, TryRow, add_try, done_in, drop_draft, put_mark
from grader.store.attempts import (
    AttemptRow,
    Halves,
    PlaceRow,
    add_variant,
    attempt_with,
    attempts_at,
    drawn_places,
    end_attempt,
    note_fault,
    places_of,
)
from grader.store.grants import Grant, grants_of
from grader.store.quizzes import KeptQuiz, Named, find_quiz, keep_version, quiz_with
from grader.taking.documents import mark_text, read_response
from grader.taking.refusals import no_such_attempt
from grader.taking.schedule import Schedule
from grader.taking.sheet import Place, Sheet, place_of
from grader.taking.shelf import Shelf, files_in
from grader.taking.views import Phase

Clock = Callable[[], datetime]
RETRY = timedelta(minutes=10)  # until marking is tried again where it failed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What is stored of one attempt."""

    attempt: AttemptRow
    kept: KeptQuiz
    grants: dict[str, Grant]
    begun: int
    places: tuple[PlaceRow, ...]
    drawn: dict[int, Halves]
    done: Done


class Clerk:
    """The store with the rules of time, drawing and marking upon it. Threads may share it."""

    def __init__(self, store: Store, *, course: str, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.shelf = Shelf(store)
        self.course = course
        self._algebra = Algebra()
        self.marker = Marker(self._algebra)
        self._key: bytes | None = None

    def close(self) -> None:
        """End the child processes."""
        self.shelf.close()
        self._algebra.close()

    # -------------------------------------------------------------------------------------------- quizzes

    def named(self, quiz: str) -> Named:
        """Return a quiz's name in the store."""
        return Named(course=self.course, name=quiz)

    def note(self, quiz: Quiz) -> KeptQuiz:
        """Keep a quiz as the one that new attempts get, and whose dates count; nothing is written if it is already."""
        self.shelf.put(quiz)
        named = self.named(quiz.id)
        found = self.store.read(lambda tx: find_quiz(tx, named))
        if found is not None and found.digest == quiz.version:
            return found
        now = self.clock()
        return self.store.write(lambda tx: keep_version(tx, named, files_in(quiz), now=now))

    def seeds(self, attempt: AttemptRow, version: str) -> Seeds:
        """Return the seeds of an attempt."""
        return Seeds(key=self.key(), version=version, student=attempt.student, attempt=attempt.number)

    def key(self) -> bytes:
        """Return the secret of the store, read once: outside of transactions, as it may have to be made."""
        if self._key is None:
            self._key = self.store.seed_key()
        return self._key

    # -------------------------------------------------------------------------------------------- attempts

    def sheet(self, attempt: str, *, at: datetime | None = None) -> Sheet:
        """Return an attempt as it stands now: ended if its time is over, and marked as far as can be.

        `at`: when what is to be done with it arrived, where that was a moment ago.
        Raises: Refused where there is none; GraderFault, AuthorError where what is stored cannot be read.
        """
        now = at or self.clock()
        sheet = self._load(attempt, now)
        if sheet.is_over:
            self.end(attempt, Phase.TIMED_OUT, at=now)
            sheet = self._load(attempt, now)
        return self._load(attempt, now) if self._mark(sheet) else sheet

    def end(self, attempt: str, phase: Phase, *, at: datetime) -> None:
        """End an attempt if it is open; drafts become tries. Once its time is over, it ends as timed out."""

        def work(tx: Transaction) -> None:
            sheet = self.locked(tx, attempt, at=at)
            if sheet.is_open and (phase is Phase.SUBMITTED or sheet.is_over):
                self.end_in(tx, sheet)

        self.store.write(work)

    def end_in(self, tx: Transaction, sheet: Sheet) -> None:
        """End an open attempt within a transaction."""
        attempt = sheet.attempt.id
        for place in sheet.places:
            if (one := _last_try(place)) is not None:
                add_try(tx, attempt, one)
                drop_draft(tx, attempt, place.place)
        deadline = sheet.schedule.deadline(sheet.attempt)
        if sheet.is_over and deadline is not None:
            at = max(deadline, sheet.attempt.begun_at)  # a teacher may have moved the close to before it began
            end_attempt(tx, attempt, phase=Phase.TIMED_OUT, at=at)
        else:
            end_attempt(tx, attempt, phase=Phase.SUBMITTED, at=sheet.now)

    def locked(self, tx: Transaction, attempt: str, *, at: datetime) -> Sheet:
        """Return an attempt within a transaction that changes it: nobody else does meanwhile. Raises: Refused."""
        return self._sheet(_rows(tx, attempt, lock=True), at)

    def _load(self, attempt: str, now: datetime) -> Sheet:
        return self._sheet(self.store.read(lambda tx: _rows(tx, attempt, lock=False)), now)

    def _sheet(self, rows: _Rows, now: datetime) -> Sheet:
        attempt = rows.attempt
        quiz, current = self.shelf.quiz(attempt.version), self.shelf.quiz(rows.kept.version)
        drafts = {draft.place: draft for draft in rows.done.drafts}
        hints = Counter(rows.done.hints)
        tries: dict[int, tuple[TryRow, ...]] = {}
        for one in rows.done.tries:
            tries[one.place] = (*tries.get(one.place, ()), one)
        places = (
            place_of(
                row,
                quiz.question(row.question),
                rows.drawn.get(row.place),
                (drafts.get(row.place), tries.get(row.place, ()), hints[row.place]),
            )
            for row in rows.places
        )
        schedule = Schedule(quiz=current, grant=rows.grants.get(attempt.student), grants=tuple(rows.grants.values()))
        return Sheet(attempt=attempt, quiz=quiz, schedule=schedule, begun=rows.begun, now=now, places=tuple(places))

    # -------------------------------------------------------------------------------------------- questions

    def drawn(self, sheet: Sheet, place: Place) -> Sheet:
        """Return the attempt with the variant of one of its questions, drawn and stored if it was not yet.

        Raises: AuthorError, GraderFault, without a word of what is secret: the reason is kept for the teacher.
        """
        if place.drawn is not None:
            return sheet
        attempt, number = sheet.attempt, place.place
        drawing = Drawing(
            quiz=sheet.quiz,
            seeds=self.seeds(attempt, sheet.quiz.version),
            generators=self.shelf.generators(sheet.quiz),
        )
        try:
            variant = draw(drawing, place.question)
        except (AuthorError, GraderFault) as error:
            reason = error.text.en
            if place.fault != reason and not isinstance(error, StoreUnavailable):
                self.store.write(lambda tx: note_fault(tx, attempt.id, number, reason))
            raise _cannot_show(error, sheet, number) from None
        halves = Halves(public=public_document(variant.public), key=key_document(variant.key))
        now = self.clock()

        def work(tx: Transaction) -> None:
            if number not in drawn_places(tx, attempt.id):  # of two who draw at once, one stores it
                add_variant(tx, attempt.id, number, halves, now=now)
                if place.fault is not None:
                    note_fault(tx, attempt.id, number, None)

        self.store.write(work)
        return self._load(attempt.id, sheet.now)

    # -------------------------------------------------------------------------------------------- marking

    def _mark(self, sheet: Sheet) -> bool:
        """Mark the tries that have no mark yet, and say whether there were any."""
        marked = [
            (one.row, self.marked(place, one.row, now=sheet.now))
            for place in sheet.places
            for one in place.tries
            if one.mark is None and _is_due(one.row, sheet.now)
        ]
        if not marked:
            return False

        def work(tx: Transaction) -> None:
            for _, one in marked:
                put_mark(tx, sheet.attempt.id, one, instead_of=None)

        self.store.write(work)
        return True

    def marked(self, place: Place, one: TryRow, *, now: datetime) -> TryRow:
        """Return a try with its mark, or with the reason why it has none."""
        assert place.drawn is not None
        blank = replace(one, mark=None, marker=__version__, fault=None, looked_at=now)
        try:
            mark = self.marker.mark(place.drawn.public, place.drawn.key, read_response(one.response))
        except GraderError as error:
            return replace(blank, fault=f"{error.fault.value}: {error.text.en}")
        except Exception as error:  # noqa: BLE001  a mistake of ours costs nobody points: the try waits, and says why
            return replace(blank, fault=f"grader: {type(error).__name__}: {error}")
        if isinstance(mark, Unreadable):
            return replace(blank, fault=f"grader: taken, and not readable: {mark.reason.en}")
        if mark.share is None:
            return replace(blank, fault="undecided: whether this formula is the right one")
        return replace(blank, mark=mark_text(mark))


def _rows(tx: Transaction, attempt: str, *, lock: bool) -> _Rows:
    row = attempt_with(tx, attempt, lock=lock)
    if row is None:
        raise no_such_attempt()
    return _Rows(
        attempt=row,
        kept=quiz_with(tx, row.quiz),
        grants=grants_of(tx, row.quiz),
        begun=len(attempts_at(tx, row.quiz, student=row.student)),
        places=places_of(tx, attempt),
        drawn=dict(drawn_places(tx, attempt)),
        done=done_in(tx, attempt),
    )


def _last_try(place: Place) -> TryRow | None:
    """Return the try that a draft becomes when its attempt ends; None where it is none.

    It costs nothing: the best try counts. A draft that cannot be read, or is blank, is no answer.
    """
    draft, drawn = place.draft, place.drawn
    if draft is None or drawn is None or place.is_done:
        return None
    response = read_response(draft.response)
    if is_blank(response) or (place.tries and place.tries[-1].row.response == draft.response):
        return None
    if any(isinstance(found, Unreadable) for found in readings(drawn.public, response).values()):
        return None
    return TryRow(place=place.place, number=len(place.tries) + 1, at=draft.saved_at, response=draft.response)


def _is_due(one: TryRow, now: datetime) -> bool:
    return one.looked_at is None or abs(now - one.looked_at) >= RETRY


def _cannot_show(error: GraderError, sheet: Sheet, place: int) -> GraderError:
    quiz = sheet.quiz.id
    remedy = Text(
        en="Go on with the others: this one is unscored, never a zero. Tell your teacher; "
        f"`dlgrade quiz lint {quiz}` says more.",
        zh=f"请继续做其他题：本题不计分，也不会记为零分。请告知老师；`dlgrade quiz lint {quiz}` 会给出详情。",
    )
    if isinstance(error, AuthorError):
        problem = Text(
            en=f"Question {place} of {quiz} cannot be shown: its author made a mistake.",
            zh=f"无法显示 {quiz} 的第 {place} 题：出题有误。",
        )
        return AuthorError(problem, remedy=remedy)
    if isinstance(error, StoreUnavailable):
        return error
    problem = Text(
        en=f"Question {place} of {quiz} cannot be shown: dlgrade itself failed.",
        zh=f"无法显示 {quiz} 的第 {place} 题：dlgrade 自身出错。",
    )
    return GraderFault(problem, remedy=remedy)
