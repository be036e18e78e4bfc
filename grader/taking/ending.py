"""The end of an attempt: what becomes of its drafts, how it ends and when. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.quiz.marking.responses import Response, is_blank
from grader.quiz.model import PublicQuestion
from grader.store.answers import TryRow
from grader.store.attempts import Phase
from grader.taking.documents import read_response, response_text
from grader.taking.fitting import unreadable
from grader.taking.sheet import Place, Sheet, Try


def ended(sheet: Sheet) -> Sheet:
    """Return an open attempt as it is when it has ended: drafts are tries, which are not marked yet."""
    deadline = sheet.schedule.deadline(sheet.attempt)
    phase, at = Phase.SUBMITTED, sheet.now
    if sheet.is_over and deadline is not None:
        # A teacher may have moved the close to before it began.
        phase, at = Phase.TIMED_OUT, max(deadline, sheet.attempt.begun_at)
    attempt = replace(sheet.attempt, phase=phase, ended_at=at)
    return replace(sheet, attempt=attempt, places=tuple(_ended(place) for place in sheet.places))


def _ended(place: Place) -> Place:
    last = _last_try(place)
    if last is None or place.draft is None:
        return place
    # A draft of which a part could not be read stays, and says so.
    draft = None if last.response == place.draft.response else place.draft
    return replace(place, tries=(*place.tries, Try(row=last, mark=None)), draft=draft)


def _last_try(place: Place) -> TryRow | None:
    """Return the try that a draft becomes when its attempt ends; None where it is none.

    It costs nothing: the best try counts. A draft that cannot be read, or is blank, is no answer; of one in parts,
    those that cannot be read are left blank.
    """
    draft, drawn = place.draft, place.drawn
    if draft is None or drawn is None or place.is_done:
        return None
    response = _readable(drawn.public, read_response(draft.response))
    text = response_text(response)
    if is_blank(response) or (place.tries and place.tries[-1].row.response == text):
        return None
    return TryRow(place=place.place, number=len(place.tries) + 1, at=draft.saved_at, response=text)


def _readable(question: PublicQuestion, response: Response) -> Response:
    """Return what of a draft can be read; blank where that is nothing."""
    strange = {one.part for one in unreadable(question, response)}
    if not strange:
        return response
    if not isinstance(response, Mapping):
        return ""
    return {part: one for part, one in response.items() if part not in strange}
