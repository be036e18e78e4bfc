"""Sums an attempt up: what it came to, by question, by topic and by misconception, as far as may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.quiz.authored import Topic
from grader.quiz.marking.marker import made
from grader.quiz.model import When
from grader.records import Text
from grader.taking.sheet import Place, Sheet
from grader.taking.viewing import attempt_view, has_feedback, is_answered
from grader.taking.views import Disclosure, Misconception, QuestionResult, Result, TopicResult


def result_of(sheet: Sheet, *, best: Fraction | None = None) -> Result:
    """Return what an attempt came to; `best`: over all attempts, where it may be seen."""
    reveal = sheet.schedule.quiz.reveal
    scores, answers = _disclosure(sheet, reveal.score), _disclosure(sheet, reveal.answers)
    return Result(
        attempt=attempt_view(sheet),
        score=sheet.score if scores.shown else None,
        points=sheet.points,
        scores=scores,
        answers=answers,
        questions=tuple(_question(sheet, place, is_shown=scores.shown) for place in sheet.places),
        topics=tuple(
            _topic(sheet, topic, own, is_shown=scores.shown)
            for topic in sheet.quiz.topics
            if (own := [place for place in sheet.places if topic.id in place.question.topics])
        ),
        misconceptions=_misconceptions(sheet),
        undecided=tuple(place.place for place in sheet.places if place.earned is None),
        best=best,
    )


def best_of(sheets: Sequence[Sheet]) -> Sheet | None:
    """Return the attempt that counts: of the ended ones whose score may be seen, the first of the best."""
    ended = [sheet for sheet in sheets if not sheet.is_open and sheet.score is not None]
    seen = [sheet for sheet in ended if sheet.is_due(sheet.schedule.quiz.reveal.score)]
    return max(seen, key=_share, default=None)


def _share(sheet: Sheet) -> Fraction:
    return (sheet.score or Fraction(0)) / sheet.points if sheet.points else Fraction(1)


def _disclosure(sheet: Sheet, when: When) -> Disclosure:
    at = sheet.schedule.closes_for_all if when is When.AFTER_CLOSE else None
    return Disclosure(shown=sheet.is_due(when), when=when, at=at)


def _question(sheet: Sheet, place: Place, *, is_shown: bool) -> QuestionResult:
    is_seen = is_shown and has_feedback(sheet, place)
    return QuestionResult(
        place=place.place,
        question=place.question.id,
        topics=place.question.topics,
        points=place.points,
        earned=place.earned if is_seen else None,
        is_answered=is_answered(place),
        is_undecided=place.earned is None,
    )


def _topic(sheet: Sheet, topic: Topic, places: Sequence[Place], *, is_shown: bool) -> TopicResult:
    """Sum a topic up. What it earned tells the verdicts of its questions, so all of them must be due."""
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
    for place in sheet.places:
        if place.drawn is None or not has_feedback(sheet, place):
            continue
        marks = [one.mark for one in place.tries if one.mark is not None]
        for wrong in (wrong for mark in marks for wrong in made(place.drawn.key, mark) if wrong.because):
            places.setdefault(wrong.because, []).append(place.place)
            says.setdefault(wrong.because, []).extend([wrong.say] if wrong.say else [])
    return tuple(
        Misconception(id=name, says=tuple(dict.fromkeys(says[name])), places=tuple(dict.fromkeys(found)))
        for name, found in places.items()
    )
