"""Makes views of an attempt: here is decided what a student may see, and nowhere else.

What belongs to the key goes into a view through `Sheet.is_due` alone: verdicts and feedback by the question's
`feedback`, the score and the answers by the quiz's `reveal`. While a verdict is not due, its try has none in the view.
"""

from __future__ import annotations

from fractions import Fraction

from grader.quiz.hints import hints_of
from grader.quiz.marking.mark import Mark, Verdict
from grader.quiz.marking.marker import made
from grader.quiz.model import ChoiceKey, Key, MatchKey, PartsKey, QuestionType, When
from grader.records import Text
from grader.taking.documents import read_response
from grader.taking.fitting import unreadable
from grader.taking.sheet import Drawn, Place, Sheet, Try
from grader.taking.solutions import revealed
from grader.taking.views import (
    AttemptView,
    Disclosure,
    FeedbackView,
    PartReading,
    PartView,
    PlaceState,
    PlaceView,
    QuestionView,
    Revealed,
    TryView,
)

_UNDECIDED = Text(
    en="Nobody could decide this answer yet. It is unscored, by no fault of yours, and your teacher can see it.",
    zh="这个答案暂时无法判定，暂不计分。这不是你的错，老师能看到它。",
)


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
        tries=tuple(_try_view(sheet, one, drawn.key) for one in place.tries),
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
        verdict=_verdict(last.mark) if last and is_known else None,
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


def _try_view(sheet: Sheet, one: Try, key: Key) -> TryView:
    if not sheet.is_due(key.rules.feedback):
        return TryView(number=one.row.number, at=one.row.at, response=one.response)
    return checked_try(one, key)


def checked_try(one: Try, key: Key) -> TryView:
    """Return a try with its verdict and what is said of it: for where both may be seen."""
    row, mark = one.row, one.mark
    if mark is None:
        return TryView(number=row.number, at=row.at, response=one.response, verdict=Verdict.UNDECIDED, note=_UNDECIDED)
    return TryView(
        number=row.number,
        at=row.at,
        response=one.response,
        verdict=mark.verdict,
        share=mark.share,
        said=said(key, mark),
        parts=_parts(key, mark),
    )


def _verdict(mark: Mark | None) -> Verdict:
    return Verdict.UNDECIDED if mark is None else mark.verdict


def _parts(key: Key, mark: Mark) -> tuple[PartView, ...]:
    if not isinstance(key.answer, PartsKey):
        return ()
    return tuple(
        PartView(part=part.part, verdict=own.verdict, share=own.share, said=said(part, own))
        for part, own in zip(key.answer.parts, mark.parts, strict=True)
    )


def said(key: Key, mark: Mark) -> tuple[FeedbackView, ...]:
    """Return what is said of known mistakes, each sentence once, with all that it is said of."""
    about: dict[Text, dict[str, None]] = {}
    for wrong, own in zip(made(key, mark), about_of(key, mark), strict=True):
        if wrong.say is not None:
            about.setdefault(wrong.say, {}).update(dict.fromkeys(own))
    return tuple(FeedbackView(text=text, about=tuple(ids)) for text, ids in about.items())


def about_of(key: Key, mark: Mark) -> tuple[tuple[str, ...], ...]:
    """Return, for each mistake that is known of an answer, the options or rows that show it, by their ids.

    Of a `choice` there is one answer, and of what is typed, too; what is said of parts stands with the parts.
    """
    answer = key.answer
    if isinstance(answer, ChoiceKey) and key.type is QuestionType.MULTI:
        return tuple((answer.options[place].id,) for place in mark.known)
    if isinstance(answer, MatchKey):
        return tuple((answer.wrong[place].row,) for place in mark.known)
    return tuple(() for _ in made(key, mark))


def disclosure(sheet: Sheet, when: When) -> Disclosure:
    """Return whether what is shown at `when` may be seen now, and when it will be."""
    at = sheet.schedule.closes_for_all if when is When.AFTER_CLOSE else None
    return Disclosure(shown=sheet.is_due(when), when=when, at=at)


def _revealed(sheet: Sheet, key: Key, *, is_done: bool) -> Revealed | None:
    when = sheet.schedule.quiz.reveal.answers
    if when is When.AFTER_ATTEMPT and not is_done:
        return None
    return revealed(key) if sheet.is_due(when) else None
