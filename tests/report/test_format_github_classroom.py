"""What GitHub Classroom's reporter reads, read as the reporter does.

https://github.com/classroom-resources/autograding-grading-reporter: main.js decodes, notify-classroom.js adds up,
console-results.js prints.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hostile_reports import TEXTS, hostile_report
from platforms import SCORED, SETTING, UNSCORED, read, text_of, validator
from report_scenarios import ROWS, SCENARIOS, graded

from grader.cli.actions import tell_actions
from grader.records import Award, Language, Text
from grader.report import View
from grader.report.formats.github_classroom import MAX_BYTES, step_output

TEXT = {"type": "string"}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "status", "max_score", "tests"],
    "properties": {
        "version": {"const": 3},
        "status": {"enum": ["pass", "fail", "error"]},
        "message": {"type": ["string", "null"]},
        "max_score": {"type": "number", "minimum": 0},
        "tests": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "status", "score"],
                "properties": {
                    "name": TEXT,
                    "status": {"enum": ["pass", "fail", "error"]},
                    "score": {"type": "number"},
                    "message": {"type": ["string", "null"]},
                    "test_code": TEXT,
                    "task_id": {"type": "integer", "minimum": 1},
                    "filename": TEXT,
                    "line_no": {"type": "integer", "minimum": 0},
                    "duration": {"type": "integer", "minimum": 0},
                    "output": TEXT,
                },
            },
        },
    },
}
READER = validator(SCHEMA)


def reported(document: dict[str, Any]) -> tuple[float, float] | None:
    """Return the points that the reporter tells GitHub, as notify-classroom.js adds them up; None: it tells nothing."""
    if not document["max_score"]:
        return None
    return sum(test["score"] for test in document["tests"]), document["max_score"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_report_can_be_read(scenario: str) -> None:
    for language in Language:
        READER.validate(read("github-classroom", scenario, language=language))


@pytest.mark.parametrize("scenario", [name for name in SCORED if name != "rejected"])
def test_the_reporter_adds_up_the_points_that_count(scenario: str) -> None:
    score = SCENARIOS[scenario]().score
    assert score is not None
    assert reported(read("github-classroom", scenario)) == (score.earned, score.possible)


@pytest.mark.parametrize("scenario", UNSCORED)
def test_without_a_score_the_job_fails_and_no_points_are_told(scenario: str) -> None:
    document = read("github-classroom", scenario)
    assert document["status"] == "error"
    assert reported(document) is None
    assert "it is not a zero" in document["message"]


def test_what_the_rules_take_is_in_the_sum() -> None:
    late = Award(
        points=8.0, kept=0.8, late_days=2, reason=Text(en="2 days late: 20 % off.", zh="迟交 2 天：扣除 20 %。")
    )
    document = read("github-classroom", replace(SCENARIOS["full"](), award=late))
    assert reported(document) == (8.0, 10)
    assert document["status"] == "fail"
    assert "2 days late" in document["tests"][-1]["message"]


def test_a_failure_names_the_innermost_line_of_the_student() -> None:
    test = read("github-classroom", "raised")["tests"][2]
    assert (test["filename"], test["line_no"], test["status"]) == ("softmax.py", 9, "fail")


def test_the_step_output_is_one_line_of_base64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(file))
    tell_actions([SCENARIOS["partial"]()], View(setting=SETTING), formats=("text", "github-classroom"))
    name, _, value = file.read_text(encoding="utf-8").removesuffix("\n").partition("=")
    assert name == "result"
    assert json.loads(base64.b64decode(value, validate=True)) == read("github-classroom", "partial")


def test_an_output_too_large_for_github_is_cut() -> None:
    many = [replace(ROWS, name=f"test_{number}", output="x" * 9_000) for number in range(200)]
    assert len(step_output(text_of("github-classroom", graded(*many)))) <= MAX_BYTES


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_what_the_reporter_prints_into_the_log_is_no_command(text: str) -> None:
    document = read("github-classroom", hostile_report(text))
    READER.validate(document)
    for test in document["tests"]:
        printed = f"{test['name']}\n\nError: {test['message']}\n"  # console-results.js
        assert not re.search(r"^\s*::[a-z]|##\[", printed, re.MULTILINE)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", printed)
