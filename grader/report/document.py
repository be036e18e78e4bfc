"""The report as a JSON document of the published schema `report-1.schema.json`, for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib import resources
from typing import Any

from grader.pictures import Picture
from grader.records import Award, Explanation, HandedIn, NotebookCell, Review, SourceLine, TestResult, Text
from grader.report.escape import json_text
from grader.report.model import Report, coarse, exit_code

SCHEMA = "report/1"


def to_json(report: Report) -> str:
    """Return the document: keys in the order of the schema, two spaces, UTF-8 text, one newline at the end.

    Raises: ValueError for a time that is not finite.
    """
    return json_text(as_document(report), indent=2) + "\n"


def as_document(report: Report) -> dict[str, Any]:
    """Return the report as JSON values, in the order of the schema."""
    score, submission = report.score, report.submission
    return {
        "schema": SCHEMA,
        "status": report.status.value,
        "score": None if score is None else {"earned": score.earned, "possible": score.possible},
        "fault": None if report.fault is None else report.fault.value,
        "exit_code": exit_code(report),
        "exercise": {
            "id": report.exercise.id,
            "slug": report.exercise.slug,
            "name": report.exercise.name,
            "title": _text(report.exercise.title),
            "files": list(report.exercise.files),
            "sha256": report.exercise.sha256,
        },
        "submission": None
        if submission is None
        else {
            "sha256": submission.sha256,
            "files": list(submission.files),
            "untouched": submission.untouched,
        },
        "handed_in": _handed_in(report.handed_in),
        "award": _award(report.award),
        "device": report.device.value,
        "isolation": None if report.isolation is None else report.isolation.value,
        # Text: a reader that keeps numbers as doubles would change a seed beyond 2**53.
        "seed": None if report.seed is None else str(report.seed),
        "attempts": report.attempts if report.measured else None,
        "hidden_available": report.hidden_available,
        "counts": {
            "tests": report.counts.tests,
            "passed": report.counts.passed,
            "failed": report.counts.failed,
            "blocked": report.counts.blocked,
            "visible": report.counts.visible,
            "hidden": report.counts.hidden,
        },
        "problem": _explanation(report.problem),
        "output": report.output,
        "tests": [_test(test, report) for test in report.tests],
        "reviews": [_review(review) for review in report.reviews],
        "notes": [_text(note) for note in report.notes],
        "hints": report.hints,
        "next_exercise": report.next_exercise,
        "resources": {
            "children": report.resources.children,
            "calls": report.resources.visible_calls,
            "peak_memory_mib": coarse(report.resources.peak_memory_mib) if report.measured else None,
        },
        "timings": None
        if not report.measured
        else {
            "exam_s": coarse(report.timings.exam_s),
            "total_s": coarse(report.timings.total_s),
            "cpu_s": coarse(report.timings.cpu_s),
        },
        "versions": {name: report.versions[name] for name in sorted(report.versions)},
        "signature": None,  # `grader.report.signing` fills it in: a report does not know who vouches for it
    }


def without_timings(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return `document` without what is measured: equal for the same seed, submission, exercise and versions.

    Gone are `timings`, `attempts`, each test's `wall_s`, and `resources.peak_memory_mib`.
    """
    return {
        **{key: value for key, value in document.items() if key not in ("timings", "attempts")},
        "resources": {key: value for key, value in document["resources"].items() if key != "peak_memory_mib"},
        "tests": [{key: value for key, value in test.items() if key != "wall_s"} for test in document["tests"]],
    }


def load_schema() -> dict[str, Any]:
    """Return the published JSON Schema that every document of `to_json` obeys."""
    file = resources.files("grader") / "schemas" / "report-1.schema.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


def _test(test: TestResult, report: Report) -> dict[str, Any]:
    return {
        "name": test.name,
        "claim": _text(test.claim),
        "visible": test.visible,
        "outcome": test.outcome.value,
        "fault": None if test.fault is None else test.fault.value,
        "points": test.points,
        "earned": test.earned,
        # A call may take as long as a hidden input says.
        "wall_s": round(test.wall_s, 6) if test.visible and report.measured else None,
        "blocked_by": test.blocked_by,
        "hint": _text(test.hint),
        "explanation": _explanation(test.explanation),
        "output": test.output,
        "output_withheld": test.name in report.withheld,
    }


def _handed_in(handed_in: HandedIn | None) -> dict[str, Any] | None:
    if handed_in is None:
        return None
    return {
        "student": handed_in.student,
        "name": handed_in.name,
        "entry": handed_in.entry,
        "at": handed_in.at or None,
        "commit": handed_in.commit or None,
        "attempt": handed_in.attempt,
    }


def _award(award: Award | None) -> dict[str, Any] | None:
    if award is None:
        return None
    return {
        "points": award.points,
        "kept": award.kept,
        "late_days": award.late_days,
        "reason": _text(award.reason),
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "file": review.file,
        "line": review.line,
        "column": review.column,
        "code": review.code,
        "text": _text(review.text),
        "cell": _cell(review.cell),
    }


def _explanation(explanation: Explanation | None) -> dict[str, Any] | None:
    if explanation is None:
        return None
    return {
        "problem": _text(explanation.problem),
        "cause_id": explanation.cause_id,
        "call": explanation.call,
        "expected": _text(explanation.expected),
        "got": _text(explanation.got),
        "where": _text(explanation.where),
        "cause": _text(explanation.cause),
        "next_step": _text(explanation.next_step),
        "traceback": [_source_line(line) for line in explanation.traceback],
        "pictures": [_picture(picture) for picture in explanation.pictures],
        "example": _text(explanation.example),
    }


def _picture(picture: Picture) -> dict[str, Any]:
    data = getattr(picture, picture.kind.name.lower())
    return {
        "kind": picture.kind.value,
        "title": _text(picture.title),
        "alt": _text(picture.alt),
        "data": _plain(data),
    }


def _plain(value: Any) -> Any:
    """Return a record of a picture as JSON values: its keys are its fields, in their order."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _source_line(line: SourceLine) -> dict[str, Any]:
    return {
        "file": line.file,
        "line": line.line,
        "column": line.column or None,
        "function": line.function,
        "source": line.source,
        "cell": _cell(line.cell),
    }


def _cell(cell: NotebookCell | None) -> dict[str, Any] | None:
    return None if cell is None else {"number": cell.number, "line": cell.line, "executed": cell.executed}


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"en": text.en, "zh": text.zh}
