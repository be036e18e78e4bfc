"""Whether an answer can be taken at all, by the public half of its question alone.

`Marker.mark` asks back exactly what is found here, so an answer that was found readable before it counts is marked
afterwards; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.quiz.marking import wording
from grader.quiz.marking.mark import Reading, Unreadable
from grader.quiz.marking.reader import read
from grader.quiz.marking.responses import Response, is_blank
from grader.quiz.model import MatchBody, OptionsBody, PartsBody, PublicQuestion, QuestionType


def readings(question: PublicQuestion, response: Response) -> Mapping[str, Reading[object] | Unreadable]:
    """Return by part how what was typed is understood, and what cannot be: nothing of what is blank or was chosen.

    The part of a question that is no `multi-part` is "".
    """
    if not isinstance(question.body, PartsBody):
        found = _reading(question, response)
        return {} if found is None else {question.part: found}
    if not isinstance(response, Mapping):
        return {"": wording.wrong_kind()}
    each = {part.part: _reading(part, response.get(part.part, "")) for part in question.body.parts}
    return {part: found for part, found in each.items() if found is not None}


def _reading(question: PublicQuestion, response: Response) -> Reading[object] | Unreadable | None:
    if is_blank(response):
        return None
    body = question.body
    if isinstance(body, OptionsBody):
        ids = {option.id for option in body.options}
        if question.type is QuestionType.CHOICE:
            chosen: object = [response] if isinstance(response, str) else None
        else:
            chosen = response
        return _chosen(chosen, ids, once=question.type is QuestionType.ORDER)
    if isinstance(body, MatchBody):
        return _matched(body, response)
    return read(question, response)


def _chosen(chosen: object, ids: set[str], *, once: bool) -> Unreadable | None:
    if not isinstance(chosen, list | tuple) or not all(isinstance(one, str) for one in chosen):
        return wording.wrong_kind()
    seen: set[str] = set()
    for one in chosen:
        if one not in ids:
            return wording.unknown_option(one)
        if once and one in seen:
            return wording.twice(one)
        seen.add(one)
    return None


def _matched(body: MatchBody, response: Response) -> Unreadable | None:
    if not isinstance(response, Mapping):
        return wording.wrong_kind()
    filled = {row: option for row, option in response.items() if isinstance(option, str) and option}
    rows, options = {row.id for row in body.rows}, {option.id for option in body.options}
    strange = [row for row in filled if row not in rows] + [one for one in filled.values() if one not in options]
    return wording.unknown_option(strange[0]) if strange else None
