"""Makes views of an attempt: here is decided what a student may see, and nowhere else.

What belongs to the key goes into a view through `Sheet.is_due` alone: verdicts and feedback by the question's
`feedback`, the score and the answers by the quiz's `reveal`. While a verdict is not due, its try has none in the view.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from grader.quiz.hints import hints_of
from grader.quiz.model import Key, When
from grader.taking.documents import read_response
from grader.taking.fitting import unreadable
from grader.taking.sheet import Drawn, Place, Sheet, Try
from grader.taking.views import AttemptView, Disclosure, PlaceState, PlaceView, QuestionView

if TYPE_CHECKING:
    from grader.taking.answer_views import PartReading, Revealed, TryView


def attempt_view(sheet: Sheet, *, is_new: bool = False) -> AttemptView:
    """Return an attempt as its student may see it."""
    attempt, schedule = sheet.attempt, sheet.schedule
    return AttemptView(
        id=attempt.id,
        quiz=sheet.quiz.id,
        student=attempt.student,
        title=sheet.quiz.title,
        about=sheet.quiz.about,
        number=attempt.number,
        phase=attempt.phase,
        begun_at=attempt.begun_at,
        ended_at=attempt.ended_at,
        deadline=schedule.deadline(attempt),
        now=sheet.now,
        points=sheet.points,
        places=tuple(_place_view(sheet, place) for place in sheet.places),
        attempts_left=attempts_left(sheet),
        is_new=is_new,
        is_outdated=sheet.quiz.version != schedule.quiz.version,
    )


def attempts_left(sheet: Sheet) -> int | None:
    """Return how many further attempts the student can begin; None: any number."""
    if sheet.schedule.is_closed(sheet.now):
        return 0
    allowed = sheet.schedule.attempts
    return None if allowed is None else max(allowed - sheet.begun, 0)


def question_view(sheet: Sheet, place: Place, drawn: Drawn) -> QuestionView:
    """Return one question as the student may see it."""
    rules, is_done = drawn.key.rules, place.is_done or not sheet.is_open
    hints = hints_of(drawn.key)
    return QuestionView(
        place=place.place,
        public=drawn.public,
        feedback=rules.feedback,
        tries=_try_views(sheet, place.tries, drawn.key),
        tries_left=place.tries_left if sheet.is_open else 0,
        draft=None if place.draft is None else read_response(place.draft.response),
        hints=hints[: place.hints],
        hints_left=max(len(hints) - place.hints, 0),
        done=is_done,
        worth=Fraction(0) if is_done else place.share_left,
        revealed=_revealed(sheet, drawn.key, is_done=is_done),
        answers=disclosure(sheet, sheet.schedule.quiz.reveal.answers),
        left_out=left_out(sheet, place),
    )


def is_answered(place: Place) -> bool:
    """Say whether anything was answered, or is kept to be."""
    return bool(place.tries) or place.draft is not None


def left_out(sheet: Sheet, place: Place) -> tuple[PartReading, ...]:
    """Return what of a draft could not be read when its attempt ended: it has stayed a draft, and counted as blank."""
    if sheet.is_open or place.draft is None or place.drawn is None:
        return ()
    return unreadable(place.drawn.public, read_response(place.draft.response))


def has_feedback(sheet: Sheet, place: Place) -> bool:
    """Say whether the verdicts of a question may be seen now."""
    return sheet.is_due(place.rules.feedback)


def _place_view(sheet: Sheet, place: Place) -> PlaceView:
    last, state = place.tries[-1] if place.tries else None, _state(sheet, place)
    is_known = last is not None and has_feedback(sheet, place)
    return PlaceView(
        place=place.place,
        question=place.question.id,
        points=place.points,
        state=state,
        tries=len(place.tries),
        tries_left=place.tries_left if sheet.is_open else 0,
        verdict=last.verdict if last and is_known else None,
        earned=place.earned if is_known and state is PlaceState.DONE else None,
    )


def _state(sheet: Sheet, place: Place) -> PlaceState:
    if not sheet.is_open or place.is_done:
        return PlaceState.DONE
    if place.draft is not None:
        return PlaceState.DRAFT
    if place.tries:
        return PlaceState.TRIED
    return PlaceState.UNSEEN if place.drawn is None else PlaceState.SEEN


def _try_views(sheet: Sheet, tries: tuple[Try, ...], key: Key) -> tuple[TryView, ...]:
    if not tries:  # as of a question that is shown for the first time
        return ()
    from grader.taking.tried import checked_try, unchecked_try  # loaded later

    if not sheet.is_due(key.rules.feedback):
        return tuple(map(unchecked_try, tries))
    return tuple(checked_try(one, key) for one in tries)


def disclosure(sheet: Sheet, when: When) -> Disclosure:
    """Return whether what is shown at `when` may be seen now, and when it will be."""
    at = sheet.schedule.closes_for_all if when is When.AFTER_CLOSE else None
    return Disclosure(shown=sheet.is_due(when), when=when, at=at)


def _revealed(sheet: Sheet, key: Key, *, is_done: bool) -> Revealed | None:
    when = sheet.schedule.quiz.reveal.answers
    if when is When.AFTER_ATTEMPT and not is_done:
        return None
    if not sheet.is_due(when):
        return None
    from grader.taking.solutions import revealed  # loaded later

    return revealed(key)
