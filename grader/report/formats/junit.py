"""JUnit XML as pytest writes it, one suite an exercise: what nearly every CI reads.

JUnit has no field for points, so properties carry them, of each test and of the suite. A test's `classname` ends in
`visible` or `hidden`. A student's mistake is a `failure` whose `type` is the outcome, a test that waits for another is
`skipped`, and what the author or the grader is to blame for is an `error`, which is no failure of the student's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.records import Fault, Outcome
from grader.report.escape import xml_text
from grader.report.formats.shown import Shown, ShownTest, show
from grader.report.model import Report
from grader.report.points import format_points

if TYPE_CHECKING:
    from grader.report import View


def render(reports: Sequence[Report], view: View) -> str:
    """Return the XML document, a suite for each of `reports`."""
    suites = [show(report, view.language) for report in reports]
    cases = [case for suite in suites for case in suite.cases]
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    counts = _counts(cases)
    del counts["skipped"]  # a suite alone has that
    time = _seconds(sum(suite.exam_s for suite in suites))
    lines.append(_open("testsuites", {"name": "dlgrade", "tests": str(len(cases)), **counts, "time": time}))
    for suite in suites:
        lines += _suite(suite, view)
    return "\n".join((*lines, "</testsuites>")) + "\n"


def _suite(suite: Shown, view: View) -> list[str]:
    attributes = {"name": suite.name, **_counts(suite.cases), "tests": str(len(suite.cases))}
    attributes["time"] = _seconds(suite.exam_s)
    if view.setting.now is not None and suite.report.measured:
        attributes["timestamp"] = view.setting.now.isoformat(timespec="seconds")
    lines = [_open("testsuite", attributes), *_properties(_facts(suite))]
    for case in suite.cases:
        lines += _case(case, suite)
    return [*lines, *_printed(suite.output), "</testsuite>"]


def _case(case: ShownTest, suite: Shown) -> list[str]:
    group = "visible" if case.visible else "hidden"
    lines = [
        _open("testcase", {"classname": f"{suite.name}.{group}", "name": case.name, "time": _seconds(case.wall_s)})
    ]
    facts = {"claim": case.claim, "max_score": format_points(case.points)}
    if case.earned is not None:
        facts["score"] = format_points(case.earned)
    if case.why is not None and case.why.cause_id:
        facts["cause"] = case.why.cause_id
    lines += _properties(facts)
    if case.why is not None:
        tag, kind = _tag(case)
        attributes = {"message": case.why.message, "type": kind}
        lines.append(_open(tag, attributes) + xml_text(_body(case, suite)) + f"</{tag}>")
    return [*lines, *_printed(case.output), "</testcase>"]


def _tag(case: ShownTest) -> tuple[str, str]:
    """Return the element that says what became of a test, and its `type`."""
    if case.outcome is Outcome.BLOCKED:
        return "skipped", "dlgrade.blocked"
    if case.unscored:
        return "error", f"dlgrade.{case.fault or Fault.GRADER}-fault"
    return "failure", f"dlgrade.{case.outcome}"


def _body(case: ShownTest, suite: Shown) -> str:
    assert case.why is not None
    parts = [case.claim, case.why.in_full()]
    if case.unscored and suite.way_out:
        parts.append(suite.way_out)
    return "\n".join(parts)


def _facts(suite: Shown) -> dict[str, str]:
    """Return what the suite's properties say: no name of a student, since CI shows them to whoever sees the project."""
    report = suite.report
    found = {
        "exercise": suite.id,
        "title": suite.title,
        "status": str(suite.status),
        "score": "" if suite.points is None else format_points(suite.points),
        "max_score": "" if suite.possible is None else format_points(suite.possible),
        "percent": "" if suite.percent is None else str(suite.percent),
        "award": suite.award,
        "fault": "" if suite.fault is None else str(suite.fault),
        "hidden_tests_ran": str(report.hidden_available).lower() if suite.tests else "",
        "device": str(report.device),
        "isolation": "" if report.isolation is None else str(report.isolation),
        "seed": "" if report.seed is None else str(report.seed),
        "exercise_sha256": report.exercise.sha256,
        "submission_sha256": "" if report.submission is None else report.submission.sha256,
    }
    return {name: value for name, value in found.items() if value}


def _counts(cases: Sequence[ShownTest]) -> dict[str, str]:
    tags = [_tag(case)[0] for case in cases if case.why is not None]
    names = {"errors": "error", "failures": "failure", "skipped": "skipped"}
    return {name: str(tags.count(tag)) for name, tag in names.items()}


def _properties(facts: dict[str, str]) -> list[str]:
    lines = [_open("property", {"name": name, "value": value}, empty=True) for name, value in facts.items()]
    return ["<properties>", *lines, "</properties>"]


def _printed(output: str) -> list[str]:
    return [f"<system-out>{xml_text(output)}</system-out>"] if output.strip() else []


def _open(tag: str, attributes: dict[str, str], *, empty: bool = False) -> str:
    shown = "".join(f' {name}="{xml_text(value)}"' for name, value in attributes.items())
    return f"<{tag}{shown}{'/' if empty else ''}>"


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
