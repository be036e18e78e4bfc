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

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

from grader import __version__
from grader.errors import AuthorError, Closed, GraderError, GraderFault, QuestionFault
from grader.quiz.authored import Quiz
from grader.quiz.drawing import Drawing, draw
from grader.quiz.marking.mark import Unreadable
from grader.quiz.seeds import Seeds
from grader.quiz.stored import key_document, public_document
from grader.records import Text
from grader.store import Store, Transaction
from grader.store.answers import TryRow, add_try, drop_draft, put_mark
from grader.store.attempts import (
    AttemptRow,
    Halves,
    Phase,
    add_variant,
    attempt_with,
    drawn_places,
    end_attempt,
    note_fault,
)
from grader.store.quizzes import KeptQuiz, Named, find_quiz, keep_version
from grader.taking.documents import mark_text, read_response
from grader.taking.ending import ended
from grader.taking.lazy_marker import LazyMarker
from grader.taking.loading import sheet_of, stored_of
from grader.taking.sheet import AtPlace, Drawn, Place, Sheet, replace_tries
from grader.taking.shelf import NotRead, Shelf, files_in

if TYPE_CHECKING:
    from grader.quiz.marking.marker import Marker

T = TypeVar("T")
Clock = Callable[[], datetime]
RETRY = timedelta(minutes=10)  # until marking is tried again where it failed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fresh:
    """A variant that was drawn just now: as it is kept, and as it is used."""

    halves: Halves
    drawn: Drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ahead:
    """A variant that was drawn before it was asked for: the last one."""

    attempt: str
    place: int
    fresh: _Fresh = field(repr=False)


class _Kept(Enum):
    """What is kept of a question that was drawn: this variant, or one that another has kept before."""

    HERE = auto()
    BEFORE = auto()
    NOTHING = auto()  # the attempt has ended


class Clerk:
    """The store with the rules of time, drawing and marking upon it. Threads may share it."""

    def __init__(self, store: Store, *, course: str, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.shelf = Shelf(store)
        self.course = course
        self._marker = LazyMarker()
        self._key: bytes | None = None
        self._ahead: _Ahead | None = None

    def close(self) -> None:
        """End the child processes."""
        self.shelf.close()
        self._marker.close()

    # -------------------------------------------------------------------------------------------- quizzes

    def named(self, quiz: str) -> Named:
        """Return a quiz's name in the store."""
        return Named(course=self.course, name=quiz)

    def note(self, quiz: Quiz, known: KeptQuiz | None = None) -> KeptQuiz:
        """Keep a quiz as the one that new attempts get, and whose dates count; nothing is written if it is already.

        `known`: what the store knew of it just now, if that was asked.
        """
        self.shelf.put(quiz)
        named, found = self.named(quiz.id), known or self.known(quiz)
        if found is None or found.digest != quiz.version:
            now = self.clock()
            found = self.store.write(lambda tx: keep_version(tx, named, files_in(quiz), now=now))
        self.shelf.number(found.version, found.digest)
        return found

    def known(self, quiz: Quiz) -> KeptQuiz | None:
        """Return what the store knows of a quiz; None where nobody ever began it."""
        named = self.named(quiz.id)
        return self.store.read(lambda tx: find_quiz(tx, named))

    def seeds(self, attempt: AttemptRow, version: str) -> Seeds:
        """Return the seeds of an attempt."""
        return Seeds(key=self.key(), version=version, student=attempt.student, attempt=attempt.number)

    def key(self) -> bytes:
        """Return the secret of the store, read once: outside of transactions, as it may have to be made."""
        if self._key is None:
            self._key = self.store.seed_key()
        return self._key

    # -------------------------------------------------------------------------------------------- attempts

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Do as the store's `write`, for work with attempts that it locks: their quizzes are read outside of it."""
        while True:
            try:
                return self.store.write(work)
            except NotRead as missing:
                self.shelf.quiz(missing.version)

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

    def foreseen(self, attempt: str, quiz: Quiz) -> Sheet:
        """Return an attempt as `sheet` would, were `quiz` the one whose dates count; nothing is written."""
        sheet = self._load(attempt, self.clock())
        sheet = replace(sheet, schedule=replace(sheet.schedule, quiz=quiz))
        if sheet.is_over:
            sheet = ended(sheet)
        marks = {(row.place, row.number): row for row in self._marks(sheet)}
        return replace(sheet, places=tuple(replace_tries(place, marks) for place in sheet.places))

    def end(self, attempt: str, phase: Phase, *, at: datetime) -> None:
        """End an attempt if it is open; drafts become tries. Once its time is over, it ends as timed out."""

        def work(tx: Transaction) -> None:
            sheet = self.locked(tx, attempt, at=at)
            if sheet.is_open and (phase is Phase.SUBMITTED or sheet.is_over):
                self.end_in(tx, sheet)

        self.write(work)

    def end_in(self, tx: Transaction, sheet: Sheet) -> None:
        """End an open attempt within a transaction."""
        attempt = sheet.attempt.id
        for before, after in zip(sheet.places, (end := ended(sheet)).places, strict=True):
            if len(after.tries) > len(before.tries):
                add_try(tx, attempt, after.tries[-1].row)
            if before.draft is not None and after.draft is None:
                drop_draft(tx, attempt, before.place)
        assert end.attempt.ended_at is not None
        end_attempt(tx, attempt, phase=end.attempt.phase, at=end.attempt.ended_at)

    def locked(self, tx: Transaction, attempt: str, *, at: datetime) -> Sheet:
        """Return an attempt within a transaction of `write` that changes it: nobody else does meanwhile.

        Raises: Refused; NotRead, which `write` sees to.
        """
        return sheet_of(stored_of(tx, attempt, lock=True), at, self.shelf.held)

    def _load(self, attempt: str, now: datetime) -> Sheet:
        stored = self.store.read(lambda tx: stored_of(tx, attempt, lock=False))
        return sheet_of(stored, now, self.shelf.quiz)

    # -------------------------------------------------------------------------------------------- questions

    def drawn(self, sheet: Sheet, place: Place) -> AtPlace:
        """Return one of an attempt's questions with its variant, drawn and stored if it was not yet.

        What nobody has looked at when the attempt ends is drawn to be shown, and nothing of it is kept: that it can be
        drawn by now makes no zero of a question that could not be when it mattered.
        Raises: AuthorError, GraderFault, without a word of what is secret: the reason is kept for the teacher.
        """
        if place.drawn is not None:
            return AtPlace(sheet=sheet, place=place, drawn=place.drawn)
        attempt = sheet.attempt.id
        try:
            fresh = self._draw(sheet, place)
        except Closed:  # nobody waits for it any more
            raise
        except (AuthorError, GraderFault) as error:
            if sheet.is_open:
                self._note_fault(attempt, place, error.text.en)
            raise _cannot_show(error, sheet, place.place) from None
        kept = self._keep_variant(attempt, place, fresh.halves) if sheet.is_open else _Kept.NOTHING
        if kept is _Kept.BEFORE:
            sheet = self._load(attempt, sheet.now)
            return self.drawn(sheet, sheet.places[place.place - 1])
        if kept is _Kept.HERE:
            place = replace(place, drawn=fresh.drawn)
        return AtPlace(sheet=sheet, place=place, drawn=fresh.drawn)

    def draw_ahead(self, sheet: Sheet, place: Place) -> None:
        """Draw a question that is probably asked next, and keep nothing of it but in memory: nobody has seen it yet.

        Raises: AuthorError, GraderFault.
        """
        if place.drawn is None and sheet.is_open:
            fresh = self._draw(sheet, place)
            self._ahead = _Ahead(attempt=sheet.attempt.id, place=place.place, fresh=fresh)

    def _draw(self, sheet: Sheet, place: Place) -> _Fresh:
        ahead = self._ahead
        if ahead is not None and (ahead.attempt, ahead.place) == (sheet.attempt.id, place.place):
            return ahead.fresh
        seeds = self.seeds(sheet.attempt, sheet.quiz.version)
        with self.shelf.lent(sheet.quiz) as generators:
            variant = draw(Drawing(quiz=sheet.quiz, seeds=seeds, generators=generators), place.question)
        halves = Halves(public=public_document(variant.public), key=key_document(variant.key))
        return _Fresh(halves=halves, drawn=Drawn(public=variant.public, key=variant.key))

    def _note_fault(self, attempt: str, place: Place, reason: str) -> None:
        """Keep why a question cannot be drawn, unless somebody else could draw it meanwhile."""

        def work(tx: Transaction) -> None:
            if place.place not in drawn_places(tx, attempt):
                note_fault(tx, attempt, place.place, reason)

        if place.fault != reason:
            self.store.write(work)

    def _keep_variant(self, attempt: str, place: Place, halves: Halves) -> _Kept:
        """Keep a variant, if there is none yet and the attempt has not ended meanwhile."""
        now = self.clock()

        def work(tx: Transaction) -> _Kept:
            row = attempt_with(tx, attempt, lock=True)
            if row is None or row.phase is not Phase.OPEN:
                return _Kept.NOTHING
            if place.place in drawn_places(tx, attempt):  # of two who draw at once, one stores it
                return _Kept.BEFORE
            add_variant(tx, attempt, place.place, halves, now=now)
            note_fault(tx, attempt, place.place, None)
            return _Kept.HERE

        return self.store.write(work)

    # -------------------------------------------------------------------------------------------- marking

    def _mark(self, sheet: Sheet) -> bool:
        """Mark the tries that have no mark yet, and say whether there were any."""
        marked = self._marks(sheet)
        if not marked:
            return False

        def work(tx: Transaction) -> None:
            for one in marked:
                put_mark(tx, sheet.attempt.id, one, instead_of=None)

        self.store.write(work)
        return True

    def _marks(self, sheet: Sheet) -> list[TryRow]:
        """Return the tries that have no mark yet, marked, or with the reason why they cannot be."""
        return [
            self.marked(place, one.row, now=sheet.now)
            for place in sheet.places
            for one in place.tries
            if one.mark is None and _is_due(one.row, sheet.now)
        ]

    @property
    def marker(self) -> Marker:
        """What marks tries."""
        return self._marker.marker()

    def marked(self, place: Place, one: TryRow, *, now: datetime) -> TryRow:
        """Return a try with its mark, or with the reason why it has none. Raises: Closed."""
        assert place.drawn is not None
        blank = replace(one, mark=None, marker=__version__, fault=None, looked_at=now)
        try:
            mark = self.marker.mark(place.drawn.public, place.drawn.key, read_response(one.response))
        except Closed:
            raise
        except GraderError as error:
            return replace(blank, fault=f"{error.fault.value}: {error.text.en}")
        except Exception as error:  # noqa: BLE001  a mistake of ours costs nobody points: the try waits, and says why
            return replace(blank, fault=f"grader: {type(error).__name__}: {error}")
        if isinstance(mark, Unreadable):
            return replace(blank, fault=f"grader: taken, and not readable: {mark.reason.en}")
        if mark.share is None:
            return replace(blank, fault="undecided: whether this formula is the right one")
        return replace(blank, mark=mark_text(mark))


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
    problem = Text(
        en=f"Question {place} of {quiz} cannot be shown: dlgrade itself failed.",
        zh=f"无法显示 {quiz} 的第 {place} 题：dlgrade 自身出错。",
    )
    return QuestionFault(problem, remedy=remedy)
