"""Exercism's results.json, by a schema written from version 3 of its test runners' interface.

https://exercism.org/docs/building/tooling/test-runners/interface
"""

from __future__ import annotations

from typing import Any

import pytest
from hostile_reports import TEXTS, hostile_report
from platforms import UNSCORED, read, texts_in, validator
from report_scenarios import SCENARIOS

from grader.plaintext import printable
from grader.records import Language
from grader.report.formats.exercism import MAX_OUTPUT

STATUS = {"enum": ["pass", "fail", "error"]}
TEXT = {"type": ["string", "null"]}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "status", "tests"],
    "properties": {
        "version": {"const": 3},
        "status": STATUS,
        "message": TEXT,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "status"],
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "status": STATUS,
                    "test_code": TEXT,
                    "message": TEXT,
                    "output": {"type": ["string", "null"], "maxLength": MAX_OUTPUT},
                    "task_id": {"type": "integer", "minimum": 1},
                },
            },
        },
    },
    "if": {"properties": {"status": {"const": "error"}}},
    "then": {"required": ["message"], "properties": {"message": {"type": "string", "minLength": 1}}},
    "else": {"properties": {"message": {"type": "null"}}},
}
READER = validator(SCHEMA)


def shown(*reports: Any, language: Language = Language.EN) -> dict[str, Any]:
    document = read("exercism", *reports, language=language)
    READER.validate(document)
    return document


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_report_obeys_the_interface(scenario: str) -> None:
    for language in Language:
        shown(scenario, language=language)


def test_the_status_says_whether_the_tests_ran_and_passed() -> None:
    statuses = {scenario: shown(scenario)["status"] for scenario in SCENARIOS}
    errors = {*UNSCORED, "rejected", "syntax_error", "import_error"}
    assert {name for name, status in statuses.items() if status == "error"} == errors
    assert {name for name, status in statuses.items() if status == "pass"} == {"full", "visible_only", "needs_review"}


def test_the_message_is_all_that_a_student_needs_where_the_code_does_not_load() -> None:
    message = shown("syntax_error")["message"]
    assert "'(' was never closed" in message
    assert "softmax.py, line 5, column 21" in message


def test_what_a_test_printed_is_cut_where_the_interface_says_and_says_so() -> None:
    tests = shown("hostile")["tests"]
    assert len(tests[1]["output"]) == MAX_OUTPUT
    assert tests[1]["output"].endswith("Output was truncated to 500 characters.")
    printed = shown("partial")["tests"]
    assert printed[1]["output"].endswith("sum = 1.76")
    assert printed[3]["output"] is None  # of a hidden test


def test_each_of_several_exercises_is_a_task() -> None:
    assert [test["task_id"] for test in shown("full", "partial")["tests"]] == [1] * 6 + [2] * 6
    assert not any("task_id" in test for test in shown("full")["tests"])


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_stands_as_text(text: str) -> None:
    assert all(one == printable(one, limit=20_000, newlines=True) for one in texts_in(shown(hostile_report(text))))
