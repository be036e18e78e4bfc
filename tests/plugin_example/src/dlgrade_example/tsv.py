"""A report format: one line for each test, with tabs, for a spreadsheet."""

from __future__ import annotations

from grader.report import Report, View
from grader.report.escape import terminal

api = 1
file_name = "tests.tsv"


def render(report: Report, view: View) -> str:
    """Return the tests as tab-separated values; what strangers wrote is made printable."""
    head = "test\toutcome\tearned\tpoints\tclaim"
    lines = (
        f"{test.name}\t{test.outcome.value}\t{test.earned:g}\t{test.points:g}\t{terminal(test.claim.within(view.language))}"
        for test in report.tests
    )
    return "\n".join((head, *lines)) + "\n"
