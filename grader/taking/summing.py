"""Sums an attempt up: what it came to, by question, by topic and by misconception, as far as may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.quiz.authored import Topic
from grader.quiz.marking.mark import made
from grader.records import Text
from grader.taking.result_views import Misconception, QuestionResult, Result, TopicResult, UnreadDraft
from grader.taking.sheet import Place, Sheet
from grader.taking.tried import about_of
from grader.taking.viewing import attempt_view, disclosure, has_feedback, is_answered, left_out


def result_of(sheet: Sheet, *, best: Fraction | None = None) -> Result:
    """Return what an attempt came to; `best`: over all attempts, where it may be seen."""
    reveal = sheet.schedule.quiz.reveal
    scores, answers = disclosure(sheet, sheet.score_when), disclosure(sheet, reveal.answers)
    is_shown = sheet.is_due(reveal.score)  # of a question or a topic by itself, whose feedback is asked for besides
    return Result(
        attempt=attempt_view(sheet),
        score=sheet.score if scores.shown else None,
        points=sheet.points,
        scores=scores,
        answers=answers,
        questions=tuple(_question(sheet, place, is_shown=is_shown) for place in sheet.places),
        topics=tuple(
            _topic(sheet, topic, own, is_shown=is_shown)
            for topic in sheet.quiz.topics
            if (own := [place for place in sheet.places if topic.id in place.question.topics])
        ),
        misconceptions=_misconceptions(sheet),
        undecided=tuple(place.place for place in sheet.places if _is_undecided(place)),
        left_out=tuple(
            UnreadDraft(place=place.place, parts=parts) for place in sheet.places if (parts := left_out(sheet, place))
        ),
        best=best,
    )


def _question(sheet: Sheet, place: Place, *, is_shown: bool) -> QuestionResult:
    is_seen = is_shown and has_feedback(sheet, place)
    return QuestionResult(
        place=place.place,
        question=place.question.id,
        topics=place.question.topics,
        points=place.points,
        earned=place.earned if is_seen else None,
        is_answered=is_answered(place),
        is_undecided=_is_undecided(place),
        is_dropped=place.is_dropped,
    )


def _is_undecided(place: Place) -> bool:
    return place.earned is None and not place.is_dropped


def _topic(sheet: Sheet, topic: Topic, places: Sequence[Place], *, is_shown: bool) -> TopicResult:
    """Sum a topic up. What it earned tells the verdicts of its questions, so all of them must be due."""
    places = [place for place in places if not place.is_dropped]
    points = sum((place.points for place in places), Fraction(0))
    earned = [place.earned for place in places]
    is_known = all(has_feedback(sheet, place) for place in places)
    is_lost = (
        is_known
        and not sheet.is_open
        and any(one is not None and one < place.points for one, place in zip(earned, places, strict=True))
    )
    total = sum((one for one in earned if one is not None), Fraction(0))
    return TopicResult(
        topic=topic.id,
        title=topic.title,
        points=points,
        earned=total if is_shown and is_known and None not in earned else None,
        read=topic.read if is_lost else None,
    )


def _misconceptions(sheet: Sheet) -> tuple[Misconception, ...]:
    places: dict[str, list[int]] = {}
    says: dict[str, list[Text]] = {}
    about: dict[str, dict[int, dict[str, None]]] = {}
    for place in sheet.places:
        if place.drawn is None or not has_feedback(sheet, place):
            continue
        marks = [one.mark for one in place.tries if one.mark is not None]
        key = place.drawn.key
        for wrong, own in (
            pair for mark in marks for pair in zip(made(key, mark), about_of(key, mark), strict=True) if pair[0].because
        ):
            places.setdefault(wrong.because, []).append(place.place)
            says.setdefault(wrong.because, []).extend([wrong.say] if wrong.say else [])
            if own:
                about.setdefault(wrong.because, {}).setdefault(place.place, {}).update(dict.fromkeys(own))
    return tuple(
        Misconception(
            id=name,
            says=tuple(dict.fromkeys(says[name])),
            places=tuple(dict.fromkeys(found)),
            about={place: tuple(ids) for place, ids in about.get(name, {}).items()},
        )
        for name, found in places.items()
    )
