"""Reports that name the course's files as seen from its top.

Where that lies on the teacher's machine is no student's business, and the same report is to come out on any machine.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from grader.exercise.paths import show_path
from grader.records import Explanation, Text
from grader.report import Report


def seen_from(course: Path, report: Report) -> Report:
    """Return the report with paths below the course's top folder cut to what is below it."""
    tops = sorted({str(course), show_path(course), str(course.resolve())} - {"", ".", "/"}, key=len, reverse=True)
    if not tops:
        return report
    below = re.compile(rf"(?<![\w.~/\\-])(?:{'|'.join(map(re.escape, tops))})[/\\]")
    tests = tuple(
        test if test.explanation is None else replace(test, explanation=_explanation(below, test.explanation))
        for test in report.tests
    )
    problem = None if report.problem is None else _explanation(below, report.problem)
    notes = tuple(_text(below, note) for note in report.notes)
    return replace(report, tests=tests, problem=problem, notes=notes)


def _explanation(below: re.Pattern[str], said: Explanation) -> Explanation:
    return replace(
        said,
        problem=_text(below, said.problem),
        cause=None if said.cause is None else _text(below, said.cause),
        next_step=None if said.next_step is None else _text(below, said.next_step),
    )


def _text(below: re.Pattern[str], text: Text) -> Text:
    return Text(en=below.sub("", text.en), zh=below.sub("", text.zh))
