"""What Gradescope says of a submission in `submission_metadata.json`: who, when, until when, and what came before.

Source: https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from grader.records import HandedIn
from grader.report import Status

_USES_NONE = (Status.NOT_STARTED.value, Status.UNSCORED.value)  # of the attempts that a course allows


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is known of one submission; a part that Gradescope does not say is None, or empty."""

    handed_in: HandedIn
    due: datetime | None = None  # of the assignment
    extended: datetime | None = None  # the student's own, the latest of a group's
    attempts: Mapping[str, int] = field(default_factory=dict)  # that were used up before, by the exercise's name


def read_metadata(text: str) -> Metadata:
    """Return what a `submission_metadata.json` says. Raises: ValueError for one that is none."""
    try:
        document = json.loads(text)
        users = [user for user in document.get("users") or () if isinstance(user, dict)]
        before = [one for one in document.get("previous_submissions") or () if isinstance(one, dict)]
        dates = [date for user in users if (date := _moment(user.get("assignment"), "due_date")) is not None]
        return Metadata(
            handed_in=HandedIn(
                student=", ".join(filter(None, (_text(user, "email") or _text(user, "id") for user in users))),
                name=", ".join(filter(None, (_text(user, "name") for user in users))),
                entry=_text(document, "id"),
                at=_at(document),
                attempt=len(before) + 1,
            ),
            due=_moment(document.get("assignment"), "due_date"),
            extended=max(dates, default=None),
            attempts=Counter(name for one in before for name in _used(one.get("results"))),
        )
    except (AttributeError, TypeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None


def _used(results: Any) -> Iterator[str]:
    """Yield the exercises of which an earlier result used up an attempt: the result itself says what became of it."""
    extra = results.get("extra_data") if isinstance(results, dict) else None
    for fact in (extra or {}).get("dlgrade") or ():
        if fact["status"] not in _USES_NONE:
            yield str(fact["exercise"])


def _at(document: Mapping[str, Any]) -> str:
    moment = _moment(document, "created_at")
    return "" if moment is None else moment.isoformat()


def _moment(part: Any, key: str) -> datetime | None:
    found = part.get(key) if isinstance(part, dict) else None
    if found is None:
        return None
    moment = datetime.fromisoformat(str(found))
    if moment.utcoffset() is None:
        raise ValueError(f"{key} = {found!r} has no time zone")
    return moment


def _text(part: Mapping[str, Any], key: str) -> str:
    found = part.get(key)
    return "" if found is None else str(found)
