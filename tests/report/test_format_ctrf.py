"""CTRF, against its published schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hostile_reports import TEXTS, hostile_report
from report_scenarios import SCENARIOS

from grader.plaintext import printable
from grader.records import Language
from grader.report import FORMATS, Report, Setting, View

SCHEMA = Path(__file__).resolve().parent / "schemas" / "ctrf-0.0.schema.json"
VIEW = View(setting=Setting(now=datetime(2026, 9, 1, 12, 0, tzinfo=UTC)))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def read(*reports: Report, view: View = VIEW) -> dict[str, Any]:
    together = FORMATS["ctrf"].together
    assert together is not None
    document: dict[str, Any] = json.loads(together(reports, view))
    return document


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_report_obeys_the_schema(scenario: str, validator: jsonschema.Draft7Validator) -> None:
    for view in (VIEW, View(language=Language.ZH)):
        validator.validate(read(SCENARIOS[scenario](), view=view))


def test_the_schema_would_refuse_what_is_wrong(validator: jsonschema.Draft7Validator) -> None:
    document = read(SCENARIOS["full"]())
    document["results"]["tests"][0]["status"] = "crashed"
    assert not validator.is_valid(document)


def test_the_summary_counts_the_tests() -> None:
    results = read(SCENARIOS["every_outcome"](), SCENARIOS["grader_fault"]())["results"]
    statuses = [test["status"] for test in results["tests"]]
    counted = {name: statuses.count(name) for name in ("passed", "failed", "skipped", "pending", "other")}
    assert {name: results["summary"][name] for name in counted} == counted
    assert counted == {"passed": 4, "failed": 5, "skipped": 2, "pending": 0, "other": 1}
    assert results["summary"]["tests"] == len(statuses)
    assert results["summary"]["suites"] == 2


def test_the_run_ends_when_it_was_graded() -> None:
    summary = read(SCENARIOS["full"]())["results"]["summary"]
    assert summary["stop"] == 1_788_264_000_000
    assert summary["stop"] - summary["start"] == summary["duration"] == 41


def test_points_stand_in_extra() -> None:
    results = read(SCENARIOS["partial"](), SCENARIOS["grader_fault"]())["results"]
    scores = [(one["score"], one["maxScore"]) for one in results["extra"]["exercises"]]
    assert scores == [(5, 10), (None, None)]
    assert [test["extra"]["score"] for test in results["tests"]] == [1, 0, 1, 0, 2.5, 0.5, *[None] * 6]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_is_text_in_its_own_field(text: str, validator: jsonschema.Draft7Validator) -> None:
    document = read(hostile_report(text))
    validator.validate(document)
    tests = document["results"]["tests"]
    assert len(tests) == 6
    shown = printable(text.replace("\r\n", "\n"), limit=20_000, newlines=True)
    assert tests[1]["message"] == shown
    assert "stdout" not in tests[3]  # of a hidden test
