"""One attempt with all that belongs to it, keys included, as it was in the store at one moment.

It is the trusted side's: views are made of it (`viewing`), and hold only what may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

from grader.quiz.authored import Question, Quiz
from grader.quiz.marking.mark import Mark, Verdict
from grader.quiz.marking.responses import Response
from grader.quiz.model import Key, PublicQuestion, Rules, When
from grader.quiz.stored import read_key, read_public
from grader.store.answers import DraftRow, TryRow
from grader.store.attempts import AttemptRow, Halves, Phase, PlaceRow
from grader.taking.documents import read_mark, read_response
from grader.taking.schedule import Schedule
from grader.taking.scoring import ALL, best_scored, exact, share_earned, share_left

MAX_TRIES = 100  # of one question that are taken, where its author sets no number
_ORDER = tuple(When)  # each later than the one before


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The variant of a question."""

    public: PublicQuestion
    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """An answer that counts, with its mark; None while nobody could mark it."""

    row: TryRow
    mark: Mark | None

    @property
    def response(self) -> Response:
        """What was answered."""
        return read_response(self.row.response)

    @property
    def share(self) -> Fraction | None:
        """What it is worth, before penalties; None while it is undecided."""
        return None if self.mark is None else self.mark.share

    @property
    def verdict(self) -> Verdict:
        """What became of it; undecided while nobody could mark it."""
        return Verdict.UNDECIDED if self.mark is None else self.mark.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One question of an attempt. `drawn` is None while nobody has looked at it.

    `fault`: why it could not be drawn while it could be answered. `was_dropped`: a teacher has let it be left out of
    the total, which it is as long as nobody can decide it.
    """

    place: int
    question: Question
    fault: str | None
    drawn: Drawn | None
    draft: DraftRow | None
    tries: tuple[Try, ...]
    hints: int
    was_dropped: bool = False

    @property
    def rules(self) -> Rules:
        """What it counts, and how often it may be answered: as it was drawn."""
        return self.drawn.key.rules if self.drawn else self.question.rules

    @property
    def points(self) -> Fraction:
        """What it counts."""
        return exact(self.rules.points)

    @property
    def is_checked_at_once(self) -> bool:
        """Whether an answer costs a try and gets its verdict; else it is kept, and marked when the attempt ends."""
        return self.rules.feedback is When.AFTER_ATTEMPT

    @property
    def tries_left(self) -> int | None:
        """How often it may still be answered while the attempt is open; None: any number."""
        if not self.is_checked_at_once:
            return 0 if self.tries else 1
        allowed = self.rules.attempts
        left = max((MAX_TRIES if allowed is None else min(allowed, MAX_TRIES)) - len(self.tries), 0)
        return None if allowed is None and left else left

    @property
    def is_done(self) -> bool:
        """Whether it takes no more answers, even while the attempt is open."""
        return self.tries_left == 0 or any(one.share == ALL for one in self.tries)

    @property
    def earned(self) -> Fraction | None:
        """What it has earned of its points; None while that is undecided, or it could not be shown."""
        if self.fault is not None and not self.tries:
            return None
        share = share_earned([one.share for one in self.tries], exact(self.rules.penalty))
        return None if share is None else share * self.points

    @property
    def is_dropped(self) -> bool:
        """Whether it is left out of the total."""
        return self.was_dropped and self.earned is None

    @property
    def share_left(self) -> Fraction:
        """What share of the points a right answer would earn next."""
        return share_left([one.share for one in self.tries], exact(self.rules.penalty))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One attempt: `quiz` is the version that it began with, `schedule` goes by the quiz as it is now."""

    attempt: AttemptRow
    quiz: Quiz = field(repr=False)
    schedule: Schedule = field(repr=False)
    begun: int  # attempts of the student at this quiz so far
    now: datetime
    places: tuple[Place, ...] = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Whether it can be gone on with."""
        return self.attempt.phase is Phase.OPEN

    @property
    def is_over(self) -> bool:
        """Whether its time is over, though it has not been ended yet."""
        return self.is_open and self.schedule.is_over(self.attempt, self.now)

    @property
    def points(self) -> Fraction:
        """What the whole counts."""
        return sum((place.points for place in self.places if not place.is_dropped), Fraction(0))

    @property
    def score(self) -> Fraction | None:
        """What the whole has earned; None while any of it is undecided."""
        earned = [place.earned for place in self.places if not place.is_dropped]
        known = [one for one in earned if one is not None]
        return sum(known, Fraction(0)) if len(known) == len(earned) else None

    @property
    def score_when(self) -> When:
        """When the score may be seen: not before the feedback of any question, whose verdict it would tell.

        Who may begin again could answer one question, leave the others blank, and read the verdict off the score.
        Feedback that never comes is waited for until nobody can begin any more.
        """
        waits = (place.rules.feedback for place in self.places)
        ends = (When.AFTER_CLOSE if when is When.NEVER else when for when in waits)
        return max((self.schedule.quiz.reveal.score, *ends), key=_ORDER.index)

    def is_due(self, when: When) -> bool:
        """Say whether what is shown at `when` may be shown now."""
        if when is When.AFTER_CLOSE:
            return not self.is_open and self.schedule.is_closed_for_all(self.now)
        return when is When.AFTER_ATTEMPT or (when is When.AFTER_SUBMIT and not self.is_open)


def best_of(sheets: Iterable[Sheet]) -> Sheet | None:
    """Return the attempt that counts: the best of the ended ones whose score may be seen."""
    return best_scored(sheet for sheet in sheets if not sheet.is_open and sheet.is_due(sheet.score_when))


@dataclass(frozen=True, slots=True, kw_only=True)
class AtPlace:
    """One question of an attempt with the variant that is shown; of an attempt that has ended, it may not be stored.

    `place` is the question as it is now; in `sheet.places` it may stand as it was before it was drawn.
    """

    sheet: Sheet
    place: Place
    drawn: Drawn


def replace_tries(place: Place, rows: Mapping[tuple[int, int], TryRow]) -> Place:
    """Return a question with other rows for some of its tries, by place and number."""
    tries = (_try(rows.get((one.row.place, one.row.number), one.row)) for one in place.tries)
    return replace(place, tries=tuple(tries))


def _try(row: TryRow) -> Try:
    return Try(row=row, mark=None if row.mark is None else read_mark(row.mark))


def place_of(
    row: PlaceRow,
    question: Question,
    halves: Halves | None,
    *,
    draft: DraftRow | None,
    tries: tuple[TryRow, ...],
    hints: int,
    was_dropped: bool = False,
) -> Place:
    """Return one question of an attempt, from what is stored of it. Raises: GraderFault for what cannot be read."""
    return Place(
        place=row.place,
        question=question,
        fault=row.fault,
        drawn=None if halves is None else Drawn(public=read_public(halves.public), key=read_key(halves.key)),
        draft=draft,
        tries=tuple(map(_try, tries)),
        hints=hints,
        was_dropped=was_dropped,
    )
