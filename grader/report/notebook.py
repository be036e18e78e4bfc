"""The report as a notebook shows it: the HTML page in a frame of its own, and plain text where no HTML is shown.

The frame is sandboxed without any permission: nothing in it runs, loads, or reaches the notebook, and its style stays
inside. The page that it holds is `to_html`'s, escaped once more as the value of an attribute.
"""

from __future__ import annotations

import html

from grader.records import Language
from grader.report.escape import terminal
from grader.report.html import to_html
from grader.report.model import Report, Status, needs_explaining
from grader.report.terminal import to_terminal

# Without a script a frame cannot take its content's height. These are pixels as browsers lay the page out at a
# notebook's usual width; a report that is longer scrolls, and the frame's lower corner can be dragged.
_HEAD, _ROW, _FAILURE, _LINE, _FOOT = 230, 41, 260, 28, 200
_LOWEST, _HIGHEST = 260, 760


def to_mimebundle(report: Report, *, language: Language, verbose: bool = False) -> dict[str, str]:
    """Return the report as text and as HTML, under their MIME types."""
    return {
        "text/plain": to_text(report, language=language, verbose=verbose),
        "text/html": to_embedded_html(report, language=language),
    }


def to_text(report: Report, *, language: Language, verbose: bool = False) -> str:
    """Return the report as lines of text, the notes below it."""
    notes = "".join(f"\n{terminal(note.within(language))}\n" for note in report.notes)
    return to_terminal(report, language=language, verbose=verbose) + notes


def to_embedded_html(report: Report, *, language: Language = Language.EN) -> str:
    """Return HTML that shows the report's page within another page, inert."""
    page = html.escape(to_html(report, language=language), quote=True)
    style = f"width:100%;height:{_height(report)}px;border:0;border-radius:8px;resize:vertical;overflow:auto"
    title = html.escape(f"dlgrade: {report.exercise.id}", quote=True)
    return f'<iframe title="{title}" sandbox="" referrerpolicy="no-referrer" style="{style}" srcdoc="{page}"></iframe>'


def _height(report: Report) -> int:
    """Return how many pixels the page takes, about."""
    explained = 0 if report.status is Status.NOT_STARTED else sum(map(needs_explaining, report.tests))
    lines = len(report.reviews) + len(report.notes)
    needed = _HEAD + _ROW * (len(report.tests) + 3) + _FAILURE * explained + _LINE * lines + _FOOT
    return min(max(needed, _LOWEST), _HIGHEST)
