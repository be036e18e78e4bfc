"""What GitHub Classroom's autograding reporter reads from a step's output `result`: JSON, in base64 there.

GitHub Classroom closed in August 2026; the reporter's action still sums up points in workflows that have it. It adds up
`score` and `max_score`, and prints names and messages into the workflow's log as they are, so a line in them that would
be a command of the runner is broken up here.

Where there is no score, `max_score` is 0: then the reporter reports no points at all, and fails the job.

Source: main.js, notify-classroom.js and console-results.js in src/ of classroom-resources/autograding-grading-reporter.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from grader.records import Outcome
from grader.report import Report, View
from grader.report.escape import json_text, workflow_log
from grader.report.formats import words
from grader.report.formats.joined import Joined, Named, details, join, problems
from grader.report.formats.shown import ShownTest
from grader.report.model import Status

MAX_BYTES = 900_000  # of the output: GitHub takes 1 MiB of all outputs of a job
_LIMITS = (5_000, 500, 50)  # characters of a text: the first with which it fits


def render(reports: Sequence[Report], view: View) -> str:
    """Return the JSON, of one exercise or of several that were handed in as one."""
    joined = join(reports, view.language)
    for limit in _LIMITS:
        text = json_text(_document(joined, limit), indent=2) + "\n"
        if len(step_output(text)) <= MAX_BYTES:
            break
    return text


def step_output(document: str) -> str:
    """Return the value of the step's output `result` for the JSON that `render` returned."""
    return base64.b64encode(document.encode()).decode("ascii")


def _document(joined: Joined, limit: int) -> dict[str, Any]:
    cases = [case for case in joined.cases if joined.points is not None or case.test.unscored]
    tests = [_test(case, joined, limit) for case in cases] + _rules(joined)
    return {
        "version": 3,
        "status": _status(joined),
        "message": _log(problems(joined)) or None,
        "max_score": 0 if joined.points is None else joined.known,
        "tests": tests or [_problem(joined)],
    }


def _status(joined: Joined) -> str:
    if joined.points is None or any(one.status is Status.REJECTED for one in joined.shown):
        return "error"
    return "pass" if joined.is_full else "fail"


def _test(case: Named, joined: Joined, limit: int) -> dict[str, Any]:
    test = case.test
    frame = test.why.frames[-1] if test.why is not None and test.why.frames else None
    passed = test.outcome is Outcome.PASSED
    return {
        "name": _log(case.name),
        "status": _test_status(test),
        "score": 0 if joined.points is None else test.earned or 0,
        "message": None if passed else _log(details(case, joined.language, printed=False), limit),
        "test_code": "",
        "task_id": joined.shown.index(case.shown) + 1,
        "filename": "" if frame is None else _log(frame.file),
        "line_no": 0 if frame is None or frame.cell else frame.line,
        "duration": round(1000 * test.wall_s),  # milliseconds
        "output": _log(test.output, limit),
    }


def _test_status(test: ShownTest) -> str:
    if test.outcome is Outcome.PASSED:
        return "pass"
    return "error" if test.unscored else "fail"


def _rules(joined: Joined) -> list[dict[str, Any]]:
    """Return what the course's rules took, as a test of its own: the reporter knows sums only."""
    return [
        {
            "name": _log(f"{one.name}: {words.RULES.within(joined.language)}"),
            "status": "fail",
            "score": round(one.points - one.earned, 9),
            "message": _log(one.award),
        }
        for one in joined.shown
        if joined.points is not None and one.award and one.points is not None and one.earned is not None
    ]


def _problem(joined: Joined) -> dict[str, Any]:
    return {"name": joined.shown[0].name, "status": "error", "score": 0, "message": _log(problems(joined))}


def _log(text: str, limit: int = _LIMITS[0]) -> str:
    return workflow_log(text, limit=limit)
