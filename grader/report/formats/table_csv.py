"""A table with one row a test, as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.records import HandedIn
from grader.report.escape import csv_cell, without_commands
from grader.report.formats.shown import Shown, ShownTest, show
from grader.report.model import Report
from grader.report.points import format_points

if TYPE_CHECKING:
    from grader.report import View

COLUMNS = (
    "student", "name", "attempt", "exercise", "status", "score", "max_score",
    "test", "claim", "visibility", "outcome", "test_score", "test_max_score", "blocked_by", "cause", "message",
)  # fmt: skip
_MAX_CELL = 2_000  # characters; a spreadsheet's cell holds 32,767


def render(reports: Sequence[Report], view: View) -> str:
    """Return the table of all tests of `reports`, with one row of column names.

    `score` is what counts, of the exercise as a whole, in each of its rows; empty: there is no score, which is no zero.
    """
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    table.writerow(COLUMNS)
    for report in reports:
        shown = show(report, view.language)
        for case in shown.cases:
            table.writerow([csv_cell(cell, limit=_MAX_CELL) for cell in _cells(shown, case)])
    return without_commands(text.getvalue())


def _cells(shown: Shown, case: ShownTest) -> tuple[str, ...]:
    who = shown.report.handed_in or HandedIn(student="")
    return (
        who.student,
        who.name,
        str(who.attempt),
        shown.name,
        str(shown.status),
        _points(shown.points),
        _points(shown.possible),
        case.name,
        case.claim,
        "visible" if case.visible else "hidden",
        str(case.outcome),
        _points(case.earned),
        _points(case.points),
        case.blocked_by,
        "" if case.why is None else case.why.cause_id,
        "" if case.why is None else case.why.message,
    )


def _points(points: float | None) -> str:
    return "" if points is None else format_points(points)
