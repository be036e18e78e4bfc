"""Makes the view of a try, without its verdict or with all that is said of it: `viewing` decides which may be seen."""

from __future__ import annotations

from grader.quiz.marking.mark import Mark, made
from grader.quiz.model import ChoiceKey, Key, MatchKey, PartsKey, QuestionType
from grader.records import Text
from grader.taking.answer_views import FeedbackView, PartView, TryView
from grader.taking.sheet import Try

_UNDECIDED = Text(
    en="Nobody could decide this answer yet. It is unscored, by no fault of yours, and your teacher can see it.",
    zh="这个答案暂时无法判定，暂不计分。这不是你的错，老师能看到它。",
)


def unchecked_try(one: Try) -> TryView:
    """Return a try without its verdict: for where that may not be seen yet."""
    return TryView(number=one.row.number, at=one.row.at, response=one.response)


def checked_try(one: Try, key: Key) -> TryView:
    """Return a try with its verdict and what is said of it: for where both may be seen."""
    row, mark = one.row, one.mark
    if mark is None:
        return TryView(number=row.number, at=row.at, response=one.response, verdict=one.verdict, note=_UNDECIDED)
    return TryView(
        number=row.number,
        at=row.at,
        response=one.response,
        verdict=mark.verdict,
        share=mark.share,
        said=_said(key, mark),
        parts=_parts(key, mark),
    )


def _parts(key: Key, mark: Mark) -> tuple[PartView, ...]:
    if not isinstance(key.answer, PartsKey):
        return ()
    return tuple(
        PartView(part=part.part, verdict=own.verdict, share=own.share, said=_said(part, own))
        for part, own in zip(key.answer.parts, mark.parts, strict=True)
    )


def _said(key: Key, mark: Mark) -> tuple[FeedbackView, ...]:
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
