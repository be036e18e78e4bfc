"""CTRF, the Common Test Report Format: one JSON document for the tests of any framework.

Source: https://ctrf.io/docs/specification and the JSON Schema of the repository ctrf-io/ctrf. CTRF has no points, so
they stand in `extra`: of each test, of the run (`results.extra`), and of each exercise there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grader.plaintext import printable
from grader.records import Outcome
from grader.report.escape import MAX_TEXT, json_text
from grader.report.formats.shown import Shown, ShownTest, show
from grader.report.model import Report

if TYPE_CHECKING:
    from grader.report import View

SPEC_VERSION = "0.0.0"  # what CTRF calls itself until its first release
_STATUSES = ("passed", "failed", "skipped", "pending", "other")
_MAX_LINES = 500  # of what a test printed


def render(reports: Sequence[Report], view: View) -> str:
    """Return the document: all exercises in one run, each a suite."""
    shown = [show(report, view.language) for report in reports]
    document: dict[str, Any] = {"reportFormat": "CTRF", "specVersion": SPEC_VERSION}
    if view.setting.now is not None and _measured(shown):
        document["timestamp"] = view.setting.now.isoformat(timespec="seconds")
    document["generatedBy"] = "dlgrade"
    document["results"] = {
        "tool": {"name": "dlgrade", **_version(shown)},
        "summary": _summary(shown, view),
        "tests": [_test(case, exercise) for exercise in shown for case in exercise.cases],
        "extra": {"exercises": [_exercise(exercise) for exercise in shown]},
    }
    return json_text(document, indent=2) + "\n"


def _summary(shown: Sequence[Shown], view: View) -> dict[str, Any]:
    found = Counter(_status(case) for exercise in shown for case in exercise.cases)
    duration = _milliseconds(sum(exercise.exam_s for exercise in shown))
    now = view.setting.now
    stop = _milliseconds(now.timestamp()) if now is not None and _measured(shown) else duration
    return {
        "tests": sum(found.values()),
        **{status: found[status] for status in _STATUSES},
        "suites": len(shown),
        "start": stop - duration,
        "stop": stop,
        "duration": duration,
    }


def _test(case: ShownTest, exercise: Shown) -> dict[str, Any]:
    group = "visible" if case.visible else "hidden"
    found: dict[str, Any] = {
        "name": _clean(case.claim) or _clean(case.name),
        "status": _status(case),
        "duration": _milliseconds(case.wall_s),
        "suite": [exercise.name, group],
    }
    if case.why is not None:
        found["message"] = _clean(case.why.message)
        found["trace"] = _clean(case.why.in_full())
    if case.why is not None and case.why.example:
        found["snippet"] = _clean(case.why.example)
    found["rawStatus"] = str(case.outcome)
    found["tags"] = [group]
    if case.output.strip():
        lines = case.output.replace("\r\n", "\n").removesuffix("\n").split("\n")
        found["stdout"] = [_clean(line) for line in lines[:_MAX_LINES]]
    found["extra"] = {
        "test": _clean(case.name),
        "score": case.earned,
        "maxScore": case.points,
        "fault": None if case.fault is None else str(case.fault),
        "cause": None if case.why is None else case.why.cause_id or None,
        "blockedBy": _clean(case.blocked_by) or None,
    }
    return found


def _exercise(exercise: Shown) -> dict[str, Any]:
    report = exercise.report
    return {
        "exercise": exercise.name,
        "title": _clean(exercise.title),
        "status": str(exercise.status),
        "score": exercise.points,  # null: there is none, which is no zero
        "maxScore": exercise.possible,
        "percent": exercise.percent,
        "fault": None if exercise.fault is None else str(exercise.fault),
        "award": _clean(exercise.award) or None,
        "hiddenTestsRan": report.hidden_available and bool(exercise.tests),
        "device": str(report.device),
        "isolation": None if report.isolation is None else str(report.isolation),
        "seed": None if report.seed is None else str(report.seed),
        "output": _clean(exercise.output) or None,
        "exerciseSha256": report.exercise.sha256,
        "submissionSha256": None if report.submission is None else report.submission.sha256,
    }


def _status(case: ShownTest) -> str:
    """Return CTRF's word for an outcome: `other` is what is nobody's failure, since there is no score."""
    if case.outcome is Outcome.PASSED:
        return "passed"
    if case.outcome is Outcome.BLOCKED:
        return "skipped"
    return "other" if case.unscored else "failed"


def _version(shown: Sequence[Shown]) -> dict[str, str]:
    versions = {exercise.report.versions.get("dlgrade", "") for exercise in shown}
    return {"version": versions.pop()} if len(versions) == 1 and "" not in versions else {}


def _measured(shown: Sequence[Shown]) -> bool:
    return all(exercise.report.measured for exercise in shown)


def _milliseconds(seconds: float) -> int:
    return round(1000 * seconds)


def _clean(text: str) -> str:
    """Return text for a reader that shows it in a terminal as it is: nothing that steers, lines kept."""
    return printable(text.replace("\r\n", "\n"), limit=MAX_TEXT, newlines=True)
