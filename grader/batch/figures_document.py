"""The figures of a class as a JSON document, for programs."""

from __future__ import annotations

from typing import Any

from grader.batch.statistics import Case, CauseFigures, ExerciseFigures, Spread, Statistics, TestFigures
from grader.records import Text
from grader.report.escape import json_text

SCHEMA = "statistics/1"


def to_json(found: Statistics) -> str:
    """Return the document: two spaces, UTF-8 text, one newline at the end."""
    return json_text(as_document(found), indent=2) + "\n"


def as_document(found: Statistics) -> dict[str, Any]:
    """Return the figures as JSON values. Shares are from 0 to 1; null is what is not known."""
    return {
        "schema": SCHEMA,
        "students": found.students,
        "exercises": [_exercise(figures) for figures in found.exercises],
        "cases": [_case(case) for case in found.cases],
    }


def _exercise(figures: ExerciseFigures) -> dict[str, Any]:
    exercise = figures.exercise
    return {
        "id": exercise.id,
        "name": exercise.name,
        "title": _text(exercise.title),
        "possible": exercise.possible,
        "students": figures.students,
        "handed_in": figures.handed_in,
        "missing": figures.missing,
        "graded": figures.graded,
        "unscored": figures.unscored,
        "rejected": figures.rejected,
        "not_started": figures.not_started,
        "forbidden": figures.forbidden,
        "not_loaded": figures.not_loaded,
        "full": figures.full,
        "cut": figures.cut,
        "undated": figures.undated,
        "scores": None if figures.spread is None else _spread(figures.spread),
        "tests": [_test(test) for test in figures.tests],
        "causes": [_cause(cause) for cause in figures.causes],
    }


def _spread(spread: Spread) -> dict[str, Any]:
    return {
        "mean": spread.mean,
        "lower_quartile": spread.lower,
        "median": spread.median,
        "upper_quartile": spread.upper,
        "histogram": list(spread.histogram),
    }


def _test(test: TestFigures) -> dict[str, Any]:
    return {
        "name": test.name,
        "claim": _text(test.claim),
        "visible": test.visible,
        "taken": test.taken,
        "passed": test.passed,
        "discrimination": test.discrimination,
    }


def _cause(cause: CauseFigures) -> dict[str, Any]:
    return {
        "cause_id": cause.cause_id,
        "students": cause.students,
        "tests": list(cause.tests),
        "text": _text(cause.text),
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "why": case.why.value,
        "student": case.student,
        "name": case.name,
        "exercise": case.exercise,
        "attempt": case.attempt or None,
        "fault": None if case.fault is None else case.fault.value,
        "count": case.count,
        "problem": _text(case.problem),
    }


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"en": text.en, "zh": text.zh}
