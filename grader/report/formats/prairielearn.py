"""The results.json that PrairieLearn reads from `/grade/results/` of an external grader.

`gradable` is false where the submission could not be read, and where there is no score: both times PrairieLearn takes
no attempt away and gives no points. It turns messages into HTML by way of ANSI colours, escaped; `format_errors` other
elements may put into a page as they are. Pictures are SVG in an `img`, where nothing in them can run or load anything.

Source: https://docs.prairielearn.com/externalGrading/ and the element pl-external-grader-results.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.report import Report, View
from grader.report.escape import json_text, unescaped_html
from grader.report.figures import drawing_of
from grader.report.formats.joined import Joined, Named, details, join, overview, plain, problems

MAX_BYTES = 1_000_000  # of the whole document, by PrairieLearn
_MAX_IMAGES = 3  # of one test


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """How much of each test goes in."""

    images: int
    output: int  # characters
    message: int


# From all that there is to what always fits: 500 tests, each character six bytes.
_ROOMS = (
    _Room(images=_MAX_IMAGES, output=5_000, message=5_000),
    _Room(images=0, output=5_000, message=5_000),
    _Room(images=0, output=500, message=1_000),
    _Room(images=0, output=0, message=100),
)


def render(reports: Sequence[Report], view: View) -> str:
    """Return results.json, of one exercise or of several that were handed in as one."""
    joined = join(reports, view.language)
    texts = (json_text(document, indent=2) + "\n" for document in _documents(joined))
    return next((text for text in texts if len(text.encode()) <= MAX_BYTES), None) or _without_tests(joined)


def _documents(joined: Joined) -> Iterator[dict[str, Any]]:
    """Yield the document, each time with less of it."""
    if joined.points is None or joined.possible is None:
        yield _not_gradable(joined)
        return
    for room in _ROOMS:
        yield {**_graded(joined), "tests": [_test(case, joined, room) for case in joined.cases]}


def _without_tests(joined: Joined) -> str:
    return json_text(_graded(joined), indent=2) + "\n"


def _graded(joined: Joined) -> dict[str, Any]:
    share = 0.0 if not joined.possible else (joined.points or 0.0) / joined.possible
    return {
        "gradable": True,
        "score": 1.0 if joined.is_full else max(0.0, min(share, 1.0)),
        "message": "\n\n".join(overview(one, joined.language) for one in joined.shown),
    }


def _not_gradable(joined: Joined) -> dict[str, Any]:
    told = problems(joined)
    return {"gradable": False, "message": told, "format_errors": [unescaped_html(told, limit=5_000)]}


def _test(case: Named, joined: Joined, room: _Room) -> dict[str, Any]:
    test = case.test
    document: dict[str, Any] = {
        "name": case.name,
        "points": round(test.earned or 0.0, 6),
        "max_points": round(test.points, 6),
        "message": plain(details(case, joined.language, above=True, printed=False), limit=room.message),
        "output": plain(test.output, limit=room.output) if room.output else "",
    }
    images = list(_images(case, joined))[: room.images]
    return document | ({"images": images} if images else {})


def _images(case: Named, joined: Joined) -> Iterator[dict[str, str]]:
    found = next((test for test in case.shown.report.tests if test.name == case.test.name), None)
    if found is None or found.explanation is None:
        return
    for picture in found.explanation.pictures:
        svg = base64.b64encode(drawing_of(picture, joined.language).encode()).decode("ascii")
        # The page's legends are no part of a drawing that stands alone, so its description goes with it.
        told = f"{picture.title.within(joined.language)}: {picture.alt.within(joined.language)}"
        label = plain(told, limit=600, lines=False)
        yield {"label": label, "url": f"data:image/svg+xml;base64,{svg}"}
