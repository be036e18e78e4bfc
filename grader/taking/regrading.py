"""Marks attempts again by the quiz as it is now: only when it is asked for, and every change is in the log.

A student keeps the question that was asked. So each variant is drawn again from its own seed with the new version,
and only where what the student saw comes out the same, byte for byte, is the new key taken and every try marked by
it. When a verdict comes stays as it was promised: an open attempt loses no try by a regrade. Anything else is left as
it was, and said. A mark that there was is never replaced by none. What nobody can ever decide is left out (`settling`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from grader.errors import AuthorError, Closed, GraderFault
from grader.quiz.authored import Quiz
from grader.quiz.drawing import Drawing, draw
from grader.quiz.marking.mark import Mark
from grader.quiz.model import Key
from grader.quiz.stored import key_document, public_document
from grader.store import Transaction
from grader.store.answers import TryRow, put_mark
from grader.store.attempts import AttemptRow, attempts_at, places_of, replace_key
from grader.store.dropped import drop_place, dropped_in
from grader.store.quizzes import KeptQuiz
from grader.store.regrades import RegradedTry, add_regrade, add_regraded
from grader.taking.clerk import Clerk
from grader.taking.documents import read_mark
from grader.taking.settling import Dropped, Spot, check_names, hanging, spot, to_drop
from grader.taking.sheet import Drawn, Place, Sheet, Try

_MAX_MEETINGS = 5


class Why(StrEnum):
    """Why a question of an attempt was left as it was."""

    GONE = "gone"  # the quiz has it no more
    CHANGED = "changed"  # the student would see another question
    BROKEN = "broken"  # the new version cannot be drawn
    UNMARKED = "unmarked"  # the new key could not mark a try: its old mark stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A mark that is another one now."""

    where: Spot
    number: int
    old: Mark | None
    new: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A question that was left as it was. `detail` is for its author."""

    where: Spot
    why: Why
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regraded:
    """What a regrade did."""

    attempts: int  # that were looked at
    tries: int
    changed: tuple[Changed, ...]
    left: tuple[Left, ...]
    dropped: tuple[Dropped, ...] = ()  # out of the total of an attempt
    undecided: tuple[Spot, ...] = ()  # what still keeps an attempt that has ended from having a score


@dataclass(frozen=True, slots=True, kw_only=True)
class _Renewed:
    """A question of an attempt with the key that counts now, and its tries marked by that."""

    place: Place
    key: Key | None  # None: it stays
    tries: tuple[tuple[TryRow, TryRow], ...]  # before and after; only those that change
    left: Left | None


def regrade(clerk: Clerk, quiz: Quiz, *, by: str, keep: bool = True, drop: Collection[str] = ()) -> Regraded:
    """Mark every attempt at a quiz again. Killed in between, it has done some of them; it can be asked for again.

    `drop`: ids of questions to be left out of the total wherever nobody could decide them. Not `keep`: nothing is
    changed, and what is returned would be. Raises: UsageError for a question to drop that no attempt was asked.
    """
    kept = clerk.note(quiz) if keep else clerk.known(quiz)
    rows = () if kept is None else clerk.store.read(lambda tx: attempts_at(tx, kept.id))
    if drop:
        check_names(drop, clerk.store.read(lambda tx: _asked(tx, rows)))
    log = _begun(clerk, kept, quiz, by) if keep and kept is not None else None
    changed: list[Changed] = []
    left: list[Left] = []
    dropped: list[Dropped] = []
    undecided: list[Spot] = []
    tries = 0
    for row in rows:
        sheet, renewed = _regrade_attempt(clerk, quiz, row.id, log, drop)
        after = _after(sheet, renewed)
        dropped += to_drop(after, drop)
        undecided += hanging(after, dropped)
        tries += sum(len(place.tries) for place in sheet.places)
        changed += (one for place in renewed for one in _changes(sheet, place))
        left += (place.left for place in renewed if place.left is not None)
    return Regraded(
        attempts=len(rows),
        tries=tries,
        changed=tuple(changed),
        left=tuple(left),
        dropped=tuple(dropped),
        undecided=tuple(undecided),
    )


def _begun(clerk: Clerk, kept: KeptQuiz, quiz: Quiz, by: str) -> int:
    """Note in the log that a regrade begins, and return its number there."""
    now = clerk.clock()
    return clerk.store.write(lambda tx: add_regrade(tx, kept.id, digest=quiz.version, at=now, by=by))


def _asked(tx: Transaction, rows: Iterable[AttemptRow]) -> frozenset[str]:
    """Return the ids of all questions that these attempts have."""
    return frozenset(place.question for row in rows for place in places_of(tx, row.id))


def _regrade_attempt(
    clerk: Clerk, quiz: Quiz, attempt: str, log: int | None, drop: Collection[str]
) -> tuple[Sheet, list[_Renewed]]:
    """Mark one attempt again. Its student may be at it: then it is done again with what is new."""
    for _ in range(_MAX_MEETINGS):
        sheet = clerk.foreseen(attempt, quiz) if log is None else clerk.sheet(attempt)
        renewed = [_renewed(clerk, quiz, sheet, place) for place in sheet.places if place.drawn is not None]
        if log is None or _kept(clerk, sheet, renewed, log, drop):
            return sheet, renewed
    raise GraderFault(f"{attempt}: it changed {_MAX_MEETINGS} times while it was marked again")


def _kept(clerk: Clerk, before: Sheet, renewed: list[_Renewed], log: int, drop: Collection[str]) -> bool:
    """Keep what is new of one attempt; False, with nothing kept, where it is no longer as it was."""
    attempt = before.attempt.id

    def work(tx: Transaction) -> bool:
        if _tries(clerk.locked(tx, attempt, at=before.now)) != _tries(before):
            return False
        for one in renewed:
            _keep(tx, attempt, one, log)
        known = dropped_in(tx, attempt)
        for found in to_drop(_after(before, renewed), drop):
            if found.where.place not in known:
                drop_place(tx, log, attempt, found.where.place, why=found.why)
        return True

    return clerk.write(work)


def _renewed(clerk: Clerk, quiz: Quiz, sheet: Sheet, place: Place) -> _Renewed:
    assert place.drawn is not None
    found = _new_key(clerk, quiz, sheet, place, place.drawn)
    if isinstance(found, Left):
        return _Renewed(place=place, key=None, tries=(), left=found)
    with_key = replace(place, drawn=Drawn(public=place.drawn.public, key=found))
    tries, left = [], None
    for one in place.tries:
        row = clerk.marked(with_key, one.row, now=sheet.now)
        if row.mark is None and one.row.mark is not None:
            left = Left(where=spot(sheet, place), why=Why.UNMARKED, detail=row.fault or "")
        elif row.mark != one.row.mark:
            tries.append((one.row, row))
    is_new = left is None and found != place.drawn.key
    return _Renewed(place=place, key=found if is_new else None, tries=() if left else tuple(tries), left=left)


def _new_key(clerk: Clerk, quiz: Quiz, sheet: Sheet, place: Place, drawn: Drawn) -> Key | Left:
    """Return the key that the quiz as it is now gives to what the student saw; or why there is none."""
    if drawn.key.version == quiz.version:
        return drawn.key
    where = spot(sheet, place)
    try:
        question = quiz.question(place.question.id)
    except KeyError:
        return Left(where=where, why=Why.GONE)
    seeds = clerk.seeds(sheet.attempt, sheet.quiz.version)
    try:
        with clerk.shelf.lent(quiz) as generators:
            variant = draw(Drawing(quiz=quiz, seeds=seeds, generators=generators), question)
    except Closed:
        raise
    except (AuthorError, GraderFault) as error:
        return Left(where=where, why=Why.BROKEN, detail=error.text.en)
    if public_document(variant.public) != public_document(drawn.public):
        return Left(where=where, why=Why.CHANGED)
    return replace(variant.key, rules=replace(variant.key.rules, feedback=drawn.key.rules.feedback))


def _keep(tx: Transaction, attempt: str, renewed: _Renewed, log: int) -> None:
    place = renewed.place.place
    if renewed.key is not None:
        replace_key(tx, attempt, place, key_document(renewed.key))
    for before, after in renewed.tries:
        if put_mark(tx, attempt, after, instead_of=before.mark):
            add_regraded(
                tx,
                log,
                RegradedTry(
                    attempt=attempt, place=place, number=after.number, old_mark=before.mark, new_mark=after.mark
                ),
            )


def _changes(sheet: Sheet, renewed: _Renewed) -> Iterator[Changed]:
    for before, after in renewed.tries:
        if after.mark is not None:
            yield Changed(
                where=spot(sheet, renewed.place),
                number=after.number,
                old=None if before.mark is None else read_mark(before.mark),
                new=read_mark(after.mark),
            )


def _after(sheet: Sheet, renewed: list[_Renewed]) -> Sheet:
    """Return an attempt as it is with what is new of it."""
    places = {place.place: place for place in sheet.places}
    for one in renewed:
        rows = {before.number: after for before, after in one.tries}
        tries = (
            Try(row=row, mark=None if row.mark is None else read_mark(row.mark))
            for row in (rows.get(old.row.number, old.row) for old in one.place.tries)
        )
        places[one.place.place] = replace(one.place, tries=tuple(tries))
    return replace(sheet, places=tuple(places.values()))


def _tries(sheet: Sheet) -> list[tuple[int, str | None]]:
    return [(one.row.number, one.row.mark) for place in sheet.places for one in place.tries]
