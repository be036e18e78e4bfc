"""Views of an attempt as plain data for JSON: everything a student may see now, in one language, and nothing else.

Written out field by field, so that a field that is added to a view is not published before somebody decides so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from grader.quiz.model import MatchBody, Option, OptionsBody, PartsBody, PublicQuestion
from grader.records import Language, Text
from grader.taking.answer_views import PartReading, Revealed, TryView
from grader.taking.result_views import Result
from grader.taking.views import AttemptView, Disclosure, QuestionView, QuizOverview

Plain = dict[str, Any]


class Documents:
    """Turns views into data in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def attempt(self, view: AttemptView) -> Plain:
        """Return where an attempt is."""
        return {
            "id": view.id,
            "number": view.number,
            "student": view.student,
            "phase": view.phase.value,
            "begun_at": _time(view.begun_at),
            "ended_at": _time(view.ended_at),
            "deadline": _time(view.deadline),
            "now": _time(view.now),
            "points": _number(view.points),
            "attempts_left": view.attempts_left,
            "is_outdated": view.is_outdated,
        }

    def quiz(self, view: AttemptView) -> Plain:
        """Return what the quiz of an attempt is called."""
        return {"id": view.quiz, "title": self._text(view.title), "about": self._text(view.about)}

    def overview(self, one: QuizOverview) -> Plain:
        """Return how a student stands with a quiz."""
        return {
            "id": one.quiz,
            "title": self._text(one.title),
            "questions": one.questions,
            "points": _number(one.points),
            "availability": one.availability.value,
            "answered": one.answered,
            "attempts": one.attempts,
            "attempts_left": one.attempts_left,
            "best": _number(one.best),
            "opens": _time(one.opens),
            "closes": _time(one.closes),
            "deadline": _time(one.deadline),
            "time_limit_s": one.time_limit_s,
        }

    def question(self, view: QuestionView, state: str) -> Plain:
        """Return a question with all that was done about it."""
        return {
            "place": view.place,
            "state": state,
            **self._public(view.public),
            "feedback": view.feedback.value,
            "tries": [self._try(one) for one in view.tries],
            "tries_left": view.tries_left,
            "draft": view.draft,
            "hints": self._texts(view.hints),
            "hints_left": view.hints_left,
            "done": view.done,
            "worth": _number(view.worth),
            "revealed": None if view.revealed is None else self._revealed(view.revealed),
            "left_out": self.readings(view.left_out),
        }

    def _public(self, question: PublicQuestion) -> Plain:
        body, shown = question.body, Plain()
        if isinstance(body, OptionsBody):
            shown["options"] = self._options(body.options)
        elif isinstance(body, MatchBody):
            shown |= {"rows": self._options(body.rows), "options": self._options(body.options)}
        elif isinstance(body, PartsBody):
            shown["parts"] = [{"part": part.part, **self._public(part)} for part in body.parts]
        else:
            precision = body.precision
            shown |= {
                "sig_figs": None if precision is None else precision.sig_figs,
                "relative": None if precision is None else precision.relative,
                "absolute": None if precision is None else precision.absolute,
                "unit": self._text(body.unit),
                "whole": body.whole,
                "variables": list(body.variables),
                "size": [body.rows, body.columns] if body.rows else None,
            }
        return {
            "id": question.id,
            "type": question.type.value,
            "text": self._text(question.text),
            "code": question.code,
            "points": question.points,
            "penalty": question.penalty,
            "topics": list(question.topics),
            "body": shown,
        }

    def _options(self, options: Sequence[Option]) -> list[Plain]:
        return [{"id": one.id, "text": self._text(one.text), "code": one.code} for one in options]

    def _try(self, one: TryView) -> Plain:
        return {
            "number": one.number,
            "at": _time(one.at),
            "response": one.response,
            "verdict": None if one.verdict is None else one.verdict.value,
            "share": _number(one.share),
            "feedback": self._texts(one.feedback),
            "about": [list(told.about) for told in one.said],
            "parts": [
                {
                    "part": part.part,
                    "verdict": part.verdict.value,
                    "share": _number(part.share),
                    "feedback": self._texts(part.feedback),
                    "about": [list(told.about) for told in part.said],
                }
                for part in one.parts
            ],
            "note": self._text(one.note),
        }

    def _revealed(self, one: Revealed) -> Plain:
        return {
            "answer": one.answer,
            "is_one_of_many": one.is_one_of_many,
            "others": list(one.others),
            "explanation": self._text(one.explanation),
            "says": {option: self._text(said) for option, said in one.says.items()},
            "parts": {part: self._revealed(own) for part, own in one.parts.items()},
        }

    def readings(self, found: Sequence[PartReading]) -> list[Plain]:
        """Return how what was typed is understood."""
        return [self._reading(one) for one in found]

    def _reading(self, one: PartReading) -> Plain:
        from grader.quiz.marking.mark import Unreadable

        if isinstance(one.reading, Unreadable):
            return {
                "part": one.part,
                "reason": self._text(one.reading.reason),
                "way_out": self._text(one.reading.way_out),
            }
        return {"part": one.part, "read_as": self._text(one.reading.shown)}

    def result(self, result: Result) -> Plain:
        """Return what an attempt came to."""
        return {
            "score": _number(result.score),
            "points": _number(result.points),
            "best": _number(result.best),
            "scores": _disclosure(result.scores),
            "answers": _disclosure(result.answers),
            "undecided": list(result.undecided),
            "questions": [
                {
                    "place": one.place,
                    "id": one.question,
                    "points": _number(one.points),
                    "earned": _number(one.earned),
                    "is_answered": one.is_answered,
                    "is_undecided": one.is_undecided,
                    "is_dropped": one.is_dropped,
                }
                for one in result.questions
            ],
            "topics": [
                {
                    "id": one.topic,
                    "title": self._text(one.title),
                    "points": _number(one.points),
                    "earned": _number(one.earned),
                    "read": self._text(one.read),
                }
                for one in result.topics
            ],
            "misconceptions": [
                {"id": one.id, "says": self._texts(one.says), "places": list(one.places)}
                for one in result.misconceptions
            ],
        }

    def _text(self, text: Text | None) -> str | None:
        return None if text is None else text.within(self._language)

    def _texts(self, texts: Sequence[Text]) -> list[str]:
        return [text.within(self._language) for text in texts]


def _number(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _disclosure(one: Disclosure) -> Plain:
    return {"shown": one.shown, "when": one.when.value, "at": _time(one.at)}
