"""The results.json that Gradescope reads from `/autograder/results/`.

Every test is visible, hidden tests too: a test whose `visibility` is hidden would hide the student's total, and what
of a hidden test may be seen is decided before it comes here. Every text is declared as plain text, which Gradescope
shows as it is. Where there is no score, the document has neither `score` nor `tests`, of which Gradescope needs one:
it then says that the autograder failed, and nobody gets a zero.

Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from grader.records import Outcome
from grader.report import Report, View
from grader.report.escape import json_text
from grader.report.formats.joined import Joined, Named, details, join, overview, plain
from grader.report.formats.shown import Shown

TEXT = "text"  # of Gradescope's formats of strings the only one in which nothing has a meaning


def render(reports: Sequence[Report], view: View) -> str:
    """Return results.json, of one exercise or of several that were handed in as one."""
    return json_text(_document(join(reports, view.language)), indent=2) + "\n"


def without_score(told: str) -> str:
    """Return the results.json of a run that came to no result: what was told, and nothing that would be a grade."""
    document = {
        "output": plain(told),
        "output_format": TEXT,
        "visibility": "visible",
        "stdout_visibility": "hidden",
    }
    return json_text(document, indent=2) + "\n"


def _document(joined: Joined) -> dict[str, Any]:
    seconds = math.fsum(one.exam_s for one in joined.shown)
    document: dict[str, Any] = {} if joined.points is None else {"score": round(joined.points, 6)}
    document |= {"execution_time": round(seconds, 3)} if seconds else {}
    document |= {
        "output": "\n\n".join(overview(one, joined.language) for one in joined.shown),
        "output_format": TEXT,
        "test_output_format": TEXT,
        "test_name_format": TEXT,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"dlgrade": [_facts(one) for one in joined.shown]},
    }
    if joined.points is not None:
        document["tests"] = [_test(case, joined) for case in joined.cases]
    return document


def _test(case: Named, joined: Joined) -> dict[str, Any]:
    test = case.test
    return {
        "score": round(test.earned or 0.0, 6),
        "max_score": round(test.points, 6),
        "status": "passed" if test.outcome is Outcome.PASSED else "failed",
        "name": case.name,
        "name_format": TEXT,
        "number": case.number,
        "output": details(case, joined.language, above=True),
        "output_format": TEXT,
        "visibility": "visible",
        "extra_data": {"test": test.name, "outcome": test.outcome.value},
    }


def _facts(shown: Shown) -> dict[str, Any]:
    """Return what makes the result checkable later."""
    report = shown.report
    return {
        "exercise": shown.name,
        "status": shown.status.value,
        "fault": None if shown.fault is None else shown.fault.value,
        "seed": None if report.seed is None else str(report.seed),
        "exercise_sha256": report.exercise.sha256,
        "submission_sha256": None if report.submission is None else report.submission.sha256,
        "isolation": None if report.isolation is None else report.isolation.value,
    }
