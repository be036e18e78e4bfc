"""Answers brought into the form of their question before they are kept, by its public half alone.

What is blank is kept as nothing, however it was blank, and what names a row or a part that there is not is refused,
blank or not: so what one answer takes up in the store is bounded by its question.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.responses import Response, is_blank
from grader.quiz.model import MatchBody, OptionsBody, PartsBody, PublicQuestion, QuestionType
from grader.taking import refusals
from grader.taking.documents import response_text

if TYPE_CHECKING:
    from grader.taking.answer_views import PartReading


def fitted(question: PublicQuestion, response: Response) -> Response:
    """Return an answer as it is kept. Whether it can be read is another matter (`unreadable`).

    Raises: Refused for what is no answer of any form, names what the question has not, or is too long.
    """
    response_text(response)
    return _fitted(question, response)


def unreadable(question: PublicQuestion, response: Response) -> tuple[PartReading, ...]:
    """Return each part of an answer that cannot be read, and why; it says nothing of right or wrong."""
    from grader.quiz.marking.readable import readings  # loaded later
    from grader.taking.answer_views import PartReading

    found = readings(question, response).items()
    return tuple(PartReading(part=part, reading=one) for part, one in found if isinstance(one, Unreadable))


def _fitted(question: PublicQuestion, response: Response) -> Response:
    body = question.body
    if isinstance(body, PartsBody):
        return _parts(body, response)
    if isinstance(body, MatchBody):
        return _rows(body, response)
    if isinstance(body, OptionsBody) and isinstance(response, list | tuple) and len(response) > len(body.options):
        raise refusals.too_many_options(len(body.options))
    if isinstance(response, Mapping):
        _check(response, ())
    if is_blank(response):
        return [] if question.type in (QuestionType.MULTI, QuestionType.ORDER) else ""
    return response


def _parts(body: PartsBody, response: Response) -> Response:
    if isinstance(response, Mapping):
        parts = {part.part: part for part in body.parts}
        _check(response, parts)
        response = {name: _fitted(parts[name], one) for name, one in response.items()}
    return {} if is_blank(response) else response


def _rows(body: MatchBody, response: Response) -> Response:
    if isinstance(response, Mapping):
        _check(response, {row.id for row in body.rows})
        if not all(isinstance(one, str) for one in response.values()):
            raise refusals.not_an_answer()
    return {} if is_blank(response) else response


def _check(response: Mapping[str, object], names: Collection[str]) -> None:
    """Refuse a row or a part that the question has not. Raises: Refused."""
    strange = next((name for name in response if name not in names), None)
    if strange is not None:
        raise refusals.no_such_row(strange)
