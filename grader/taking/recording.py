"""Makes records of attempts for the trusted side: with marks, misconceptions and the author's names of options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from grader.quiz.authored import Question, Quiz, Where
from grader.quiz.marking.mark import Mark, Verdict, made
from grader.quiz.marking.responses import Response, is_blank
from grader.quiz.model import ChoiceKey, Key, MatchKey, OrderKey, PartsKey
from grader.taking.recorded import RecordedAttempt, RecordedPart, RecordedQuestion, RecordedTry
from grader.taking.sheet import Drawn, Place, Sheet, Try


def recorded(sheet: Sheet, regraded: Collection[tuple[str, int, int]] = ()) -> RecordedAttempt:
    """Return what is recorded of an attempt. `regraded`: tries whose mark was changed, by attempt, place and number."""
    attempt = sheet.attempt
    own = {(place, number) for identifier, place, number in regraded if identifier == attempt.id}
    return RecordedAttempt(
        id=attempt.id,
        student=attempt.student,
        number=attempt.number,
        version=sheet.quiz.version,
        phase=attempt.phase,
        begun_at=attempt.begun_at,
        ended_at=attempt.ended_at,
        points=sheet.points,
        score=sheet.score,
        questions=tuple(_question(sheet, place, own) for place in sheet.places),
    )


def question_digest(quiz: Quiz, question: Question) -> str:
    """Return a digest of what an author wrote of a question: the same wherever it stands in the file.

    quiz.py is in it where the question calls a function of it.
    """
    code = quiz.source if any(one.computed for one in (question, *question.parts)) else ""
    document = json.dumps([_plain(question), code], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(document.encode()).hexdigest()


def chosen_names(key: Key, response: Response) -> tuple[str, ...]:
    """Return what was chosen by the author's names ("row=option" of a match); of what is typed, the text itself."""
    if is_blank(response):
        return ()
    answer = key.answer
    if isinstance(answer, PartsKey):
        whole = response if isinstance(response, Mapping) else {}
        parts = ((part.part, chosen_names(part, whole.get(part.part, ""))) for part in answer.parts)
        return tuple(f"{part}: {name}" for part, names in parts for name in names)
    if isinstance(answer, MatchKey):
        rows = {pair.row: pair.row_name for pair in answer.pairs}
        pairs = response if isinstance(response, Mapping) else {}
        return tuple(
            f"{rows.get(row, row)}={answer.names.get(option, option)}"
            for row, option in pairs.items()
            if isinstance(option, str) and option
        )
    if isinstance(answer, ChoiceKey | OrderKey):
        entries = answer.options if isinstance(answer, ChoiceKey) else answer.items
        names = {entry.id: entry.name for entry in entries}
        picked = (response,) if isinstance(response, str) else tuple(one for one in response if isinstance(one, str))
        return tuple(names.get(one, one) for one in picked)
    return (response,) if isinstance(response, str) else (json.dumps(response, ensure_ascii=False),)


def _question(sheet: Sheet, place: Place, regraded: Collection[tuple[int, int]]) -> RecordedQuestion:
    question = place.question
    return RecordedQuestion(
        place=place.place,
        question=question.id,
        type=question.type,
        topics=question.topics,
        digest=question_digest(sheet.quiz, question),
        points=place.points,
        public=place.drawn.public if place.drawn else None,
        tries=tuple(_try(place.drawn, one, regraded) for one in place.tries) if place.drawn else (),
        hints=place.hints,
        earned=place.earned,
        is_dropped=place.is_dropped,
    )


def _try(drawn: Drawn, one: Try, regraded: Collection[tuple[int, int]]) -> RecordedTry:
    mark = one.mark
    return RecordedTry(
        number=one.row.number,
        at=one.row.at,
        response=one.response,
        chosen=chosen_names(drawn.key, one.response),
        verdict=Verdict.UNDECIDED if mark is None else mark.verdict,
        share=one.share,
        made=() if mark is None else made(drawn.key, mark),
        parts=() if mark is None else _parts(drawn.key, mark),
        fault=one.row.fault or "",
        regraded=(one.row.place, one.row.number) in regraded,
    )


def _parts(key: Key, mark: Mark) -> tuple[RecordedPart, ...]:
    if not isinstance(key.answer, PartsKey):
        return ()
    return tuple(
        RecordedPart(part=part.part, verdict=own.verdict, share=own.share, made=made(part, own))
        for part, own in zip(key.answer.parts, mark.parts, strict=True)
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it, without the lines that it stands on."""
    if isinstance(value, Where):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
