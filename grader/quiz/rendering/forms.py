"""The fields of a question's form, and the answer that a form holds.

The names of fields come from the public half alone: `answer`, of a part `answer.part-id`, with the ids of options and
rows behind, or the numbers of a table's row and column. What a browser sends is a stranger's: fields that the question
has not are not looked at, and the marker reads what comes out as it reads any other answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.responses import Response
from grader.quiz.model import MatchBody, OptionsBody, PartsBody, PublicQuestion, QuestionType, TypedBody
from grader.records import Text

Form = Mapping[str, Sequence[str]]  # each field with its values, as `parse_qs` returns them
_ORDER_OUT = Text(
    en="Give each item a place of its own, from 1 on, or none at all.", zh="请给每一项各排一个不同的次序，或全部留空。"
)


def field_name(question: PublicQuestion, *inner: str) -> str:
    """Return the name of a question's field, or of one of its fields."""
    return ".".join(("answer", *((question.part,) if question.part else ()), *inner))


def cell_name(question: PublicQuestion, row: int, column: int) -> str:
    """Return the name of a table's cell; both count from 0."""
    return field_name(question, str(row), str(column))


def response_of(question: PublicQuestion, form: Form) -> Response | Unreadable:
    """Return the answer that a form holds, as the marker takes it; where nothing was filled in, it is blank.

    `Unreadable`, to be asked back, for items that were not all given places of their own.
    """
    body = question.body
    if isinstance(body, PartsBody):
        parts: dict[str, Response] = {}
        for part in body.parts:
            answer = response_of(part, form)
            if isinstance(answer, Unreadable):
                return answer
            parts[part.part] = answer
        return parts
    if isinstance(body, MatchBody):
        return {row.id: _one(form, field_name(question, row.id)) for row in body.rows}
    if isinstance(body, OptionsBody):
        if question.type is QuestionType.MULTI:
            return list(form.get(field_name(question), ()))
        return _order(question, body, form) if question.type is QuestionType.ORDER else _one(form, field_name(question))
    return _typed(question, body, form)


def _one(form: Form, name: str) -> str:
    values = form.get(name, ())
    return values[0] if values else ""


def _typed(question: PublicQuestion, body: TypedBody, form: Form) -> Response:
    if question.type is not QuestionType.MATRIX:
        return _one(form, field_name(question))
    return [
        [_one(form, cell_name(question, row, column)) for column in range(body.columns)] for row in range(body.rows)
    ]


def _order(question: PublicQuestion, body: OptionsBody, form: Form) -> Response | Unreadable:
    places = {option.id: _one(form, field_name(question, option.id)).strip() for option in body.options}
    if not any(places.values()):
        return []
    wanted = {str(place): place for place in range(1, len(body.options) + 1)}
    if set(places.values()) != set(wanted):
        return Unreadable(
            reason=Text(en="Not every item has a place of its own.", zh="并非每一项都有各自的次序。"),
            way_out=_ORDER_OUT,
        )
    return sorted(places, key=lambda option: wanted[places[option]])
