"""The JSON document and its published schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest
import report_scenarios as scenarios
from jsonschema import Draft202012Validator
from report_scenarios import SCENARIOS

from grader.records import Device, Fault, Isolation, Outcome
from grader.report import Status
from grader.report.document import as_document, load_schema, to_json, without_timings
from grader.report.terminal import to_terminal

SCHEMA = load_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def document_of(scenario: str) -> dict[str, Any]:
    return json.loads(to_json(SCENARIOS[scenario]()))


def objects(node: object) -> Iterator[dict[str, Any]]:
    """Yield every object of a schema, at any depth, that describes a key or an item."""
    if isinstance(node, list):
        for item in node:
            yield from objects(item)
    elif isinstance(node, dict):
        yield node
        for value in node.values():
            yield from objects(value)


def test_schema_is_sound() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_key_of_the_schema_is_described_and_no_object_is_open() -> None:
    for schema in objects({key: value for key, value in SCHEMA.items() if key != "allOf"}):
        if schema.get("type") == "object" and "properties" in schema:
            assert schema["additionalProperties"] is False
            assert list(schema["properties"]) == schema["required"]
            undescribed = [key for key, value in schema["properties"].items() if not value.get("description")]
            assert undescribed == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_document_obeys_the_schema(scenario: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(document_of(scenario))] == []


@pytest.mark.parametrize("place", ["top", "exercise", "test", "explanation", "score", "timings"])
def test_unknown_key_fails(place: str) -> None:
    document = document_of("partial")
    where = {
        "top": document,
        "exercise": document["exercise"],
        "test": document["tests"][0],
        "explanation": document["tests"][1]["explanation"],
        "score": document["score"],
        "timings": document["timings"],
    }[place]
    where["extra"] = 1
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    ("scenario", "key", "value"),
    [
        ("grader_fault", "score", {"earned": 0, "possible": 10}),
        ("author_fault", "fault", "student"),
        ("partial", "score", None),
        ("partial", "score", {"earned": 0, "possible": None}),
        ("full", "fault", "student"),
        ("full", "exit_code", 1),
        ("partial", "seed", 7),
        ("partial", "schema", "report/2"),
    ],
)
def test_contradiction_fails(scenario: str, key: str, value: object) -> None:
    assert not VALIDATOR.is_valid({**document_of(scenario), key: value})


@pytest.mark.parametrize(
    ("values", "enum"),
    [
        (SCHEMA["properties"]["status"]["enum"], Status),
        (SCHEMA["properties"]["fault"]["enum"][1:], Fault),
        (SCHEMA["properties"]["device"]["enum"], Device),
        (SCHEMA["properties"]["isolation"]["enum"][1:], Isolation),
        (SCHEMA["$defs"]["test"]["properties"]["outcome"]["enum"], Outcome),
    ],
    ids=["status", "fault", "device", "isolation", "outcome"],
)
def test_schema_knows_exactly_the_values_of_the_enum(values: list[str], enum: type[StrEnum]) -> None:
    assert values == [member.value for member in enum]


def test_keys_stand_in_the_order_of_the_schema() -> None:
    document = document_of("partial")
    assert list(document) == SCHEMA["required"]
    assert list(document["tests"][0]) == SCHEMA["$defs"]["test"]["required"]


def test_same_exam_at_another_speed_differs_in_timings_only() -> None:
    report = scenarios.partial()
    slower = replace(
        report,
        timings=replace(report.timings, exam_s=3.0, total_s=4.0, cpu_s=2.0),
        resources=replace(report.resources, peak_memory_mib=99.0, cpu_s=2.0),
        tests=tuple(replace(test, wall_s=9 * test.wall_s) for test in report.tests),
    )
    first, second = json.loads(to_json(report)), json.loads(to_json(slower))
    assert first != second
    assert without_timings(first) == without_timings(second)
    assert without_timings(first)["score"] == {"earned": 5.0, "possible": 10.0}


def test_the_time_of_a_hidden_test_is_not_told() -> None:
    """A call may sleep as long as a hidden input says."""
    tests = document_of("partial")["tests"]
    assert {test["visible"] for test in tests} == {True, False}
    assert all((test["wall_s"] is None) is not test["visible"] for test in tests)


def test_sums_over_hidden_tests_are_told_to_two_digits() -> None:
    report = scenarios.full()
    document = as_document(
        replace(
            report,
            timings=replace(report.timings, exam_s=0.123456, total_s=12.3456, cpu_s=0.0),
            resources=replace(report.resources, peak_memory_mib=321.9),
        )
    )
    assert document["timings"] == {"exam_s": 0.12, "total_s": 12.0, "cpu_s": 0.0}
    assert document["resources"]["peak_memory_mib"] == 320.0


def test_the_terminal_tells_no_more_digits_of_the_time_than_the_document() -> None:
    report = scenarios.full()
    shown = to_terminal(replace(report, timings=replace(report.timings, total_s=0.4567)), width=80)
    assert "460 ms" in shown
    assert "457" not in shown


def test_hostile_text_survives_the_round_trip_and_cannot_steer_a_terminal() -> None:
    text = to_json(scenarios.hostile())
    assert not any(char in text for char in "\x1b\x07\x9b\x7f\r\u202e\u2066\ud800")
    text.encode("utf-8")
    assert "\x1b[2J\x1b[31mFULL SCORE" in json.loads(text)["tests"][1]["output"]


def test_tag_characters_are_escaped_as_a_pair() -> None:
    report = replace(scenarios.full(), output="a\U000e0041b")
    assert "\\udb40\\udc41" in to_json(report)
    assert json.loads(to_json(report))["output"] == "a\U000e0041b"


def test_chinese_is_readable_in_the_document() -> None:
    assert "数值稳定的 softmax" in to_json(scenarios.full())


def test_large_seed_is_not_a_number() -> None:
    assert document_of("full")["seed"] == "8412077360915204117"


def test_time_that_is_not_finite_is_refused() -> None:
    report = scenarios.full()
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(replace(report, timings=replace(report.timings, exam_s=float("nan"))))


def test_document_holds_no_path_of_the_machine() -> None:
    text = to_json(scenarios.partial())
    assert "/course" not in text
    assert "/home" not in text
