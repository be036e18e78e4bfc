"""A review as a question of an attempt is: it goes by the same rules, and is shown in the same way."""

from __future__ import annotations

from fractions import Fraction

from grader.quiz.authored import Question
from grader.quiz.hints import hints_of
from grader.quiz.marking.mark import Verdict
from grader.quiz.model import When
from grader.quiz.stored import read_key, read_public
from grader.store.answers import DraftRow, TryRow
from grader.store.practice import PracticeTry, Practised
from grader.taking.documents import read_mark, read_response
from grader.taking.sheet import Drawn, Place, Try
from grader.taking.solutions import revealed
from grader.taking.tried import checked_try
from grader.taking.views import QuestionView


def review_place(found: Practised, question: Question) -> Place:
    """Return a review as a place of an attempt is."""
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


def review_view(found: Practised, place: Place, *, shows_answer: bool) -> QuestionView:
    """Return a question that is practised as its student may see it; `shows_answer`: the right answer, too."""
    drawn = place.drawn
    assert drawn is not None
    is_done, hints = found.review.ended_at is not None, hints_of(drawn.key)
    return QuestionView(
        place=1,
        public=drawn.public,
        feedback=When.AFTER_ATTEMPT,
        tries=tuple(checked_try(one, drawn.key) for one in place.tries),
        tries_left=0 if is_done else place.tries_left,
        draft=None if place.draft is None else read_response(place.draft.response),
        hints=hints[: place.hints],
        hints_left=max(len(hints) - place.hints, 0),
        done=is_done,
        worth=Fraction(0) if is_done else place.share_left,
        revealed=revealed(drawn.key) if shows_answer else None,
    )


def verdicts_of(place: Place) -> list[Verdict]:
    """Return the verdict of each try; one that nobody could mark is undecided."""
    return [Verdict.UNDECIDED if one.mark is None else one.mark.verdict for one in place.tries]


def _try(one: PracticeTry) -> Try:
    row = TryRow(place=1, number=one.number, at=one.at, response=one.response, mark=one.mark, fault=one.fault)
    return Try(row=row, mark=None if one.mark is None else read_mark(one.mark))
