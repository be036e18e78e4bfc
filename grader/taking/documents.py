"""Answers and marks as the JSON texts that are stored: answers come from outside and are checked on their way in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.errors import GraderFault
from grader.quiz.marking.mark import Mark, Verdict
from grader.quiz.marking.responses import Response
from grader.records import Text
from grader.taking.refusals import Reason, Refused, not_an_answer

MAX_BYTES = 16 * 1024  # of one answer, as it is stored
_MAX_DEPTH = 4  # the rows of a matrix in a part
_MAX_ENTRIES = 5_000


def response_text(response: Response) -> str:
    """Return an answer as JSON, in ASCII. Raises: Refused for what is no answer of any form, or too large."""
    if _entries(response, 0) > _MAX_ENTRIES:
        raise _too_large()
    text = json.dumps(response)
    if len(text) > MAX_BYTES:
        raise _too_large()
    return text


def read_response(text: str) -> Response:
    """Return a stored answer."""
    response: Response = json.loads(text)
    return response


def mark_text(mark: Mark) -> str:
    """Return a mark as JSON: the same text for the same mark."""
    return json.dumps(_plain(mark), sort_keys=True)


def read_mark(text: str) -> Mark:
    """Return a stored mark. Raises: GraderFault where it is none."""
    try:
        return _mark(json.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GraderFault(
            Text(en=f"A stored mark cannot be read: {error}.", zh=f"无法读取已存储的评分：{error}。")
        ) from None


def _entries(response: object, depth: int) -> int:
    """Return how many values an answer holds. Raises: Refused."""
    if isinstance(response, str):
        if len(response) > MAX_BYTES:
            raise _too_large()
        return 1
    if depth < _MAX_DEPTH and isinstance(response, list | tuple) and len(response) <= _MAX_ENTRIES:
        return 1 + sum(_entries(one, depth + 1) for one in response)
    if depth < _MAX_DEPTH and isinstance(response, dict) and len(response) <= _MAX_ENTRIES:
        return 1 + sum(_entries(key, _MAX_DEPTH) + _entries(one, depth + 1) for key, one in response.items())
    raise not_an_answer()


def _too_large() -> Refused:
    return Refused(
        Reason.TOO_LARGE,
        Text(en="The answer is too long.", zh="答案过长。"),
        remedy=Text(
            en=f"Give it in a line or two: {MAX_BYTES // 1024} KiB are kept at most.",
            zh=f"请用一两行写出答案：最多保存 {MAX_BYTES // 1024} KiB。",
        ),
    )


def _plain(mark: Mark) -> Mapping[str, Any]:
    form = {"form": True} if mark.is_form else {}  # nothing where it is not: most marks, and all that are older
    return {
        "verdict": mark.verdict.value,
        "share": None if mark.share is None else str(mark.share),
        "known": list(mark.known),
        "parts": [_plain(part) for part in mark.parts],
        **form,
    }


def _mark(plain: Mapping[str, Any]) -> Mark:
    return Mark(
        verdict=Verdict(plain["verdict"]),
        share=None if plain["share"] is None else Fraction(plain["share"]),
        known=tuple(int(place) for place in plain["known"]),
        parts=tuple(_mark(part) for part in plain["parts"]),
        is_form=bool(plain.get("form", False)),
    )
