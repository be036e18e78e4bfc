"""PrairieLearn's results.json, by a schema written from its documentation.

https://docs.prairielearn.com/externalGrading/
"""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any

import pytest
from hostile_reports import TEXTS, hostile_report
from platforms import UNSCORED, read, text_of, texts_in, validator
from report_scenarios import LARGE, ROWS, SCENARIOS, failed, graded

from grader.plaintext import printable
from grader.records import Award, Explanation, Language, Text
from grader.report.formats.prairielearn import MAX_BYTES

TEXT = {"type": "string"}
IMAGES = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["url"],
        "properties": {"label": TEXT, "url": {"type": "string", "pattern": "^data:image/[a-z+]+;base64,"}},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["gradable"],
    "if": {"properties": {"gradable": {"const": True}}},
    "then": {"required": ["score"]},
    "else": {"required": ["format_errors"], "not": {"required": ["score"]}},
    "properties": {
        "gradable": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "message": TEXT,
        "output": TEXT,
        "images": IMAGES,
        "format_errors": {"type": "array", "items": TEXT},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "points", "max_points"],
                "properties": {
                    "name": TEXT,
                    "description": TEXT,
                    "points": {"type": "number", "minimum": 0},
                    "max_points": {"type": "number", "minimum": 0},
                    "message": TEXT,
                    "output": TEXT,
                    "images": IMAGES,
                },
            },
        },
    },
}
READER = validator(SCHEMA)


def shown(*reports: Any, language: Language = Language.EN) -> dict[str, Any]:
    document = read("prairielearn", *reports, language=language)
    READER.validate(document)
    return document


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_report_obeys_the_documentation(scenario: str) -> None:
    for language in Language:
        shown(scenario, language=language)


def test_the_score_is_the_share_of_the_points_that_count() -> None:
    assert shown("full")["score"] == 1
    assert shown("partial")["score"] == 0.5
    late = replace(SCENARIOS["full"](), award=Award(points=8.0, kept=0.8))
    assert shown(late)["score"] == 0.8
    assert shown("full", "partial")["score"] == 0.75


@pytest.mark.parametrize("scenario", [*UNSCORED, "rejected"])
def test_what_could_not_be_graded_takes_no_attempt(scenario: str) -> None:
    document = shown(scenario)
    assert document["gradable"] is False
    assert document["format_errors"] == [document["message"]]


def test_one_without_a_score_makes_the_whole_not_gradable() -> None:
    assert shown("full", "grader_fault")["gradable"] is False


def test_pictures_are_documents_of_their_own_that_load_and_run_nothing() -> None:
    images = [image for test in shown("pictures")["tests"] for image in test.get("images", ())]
    assert len(images) >= 5
    for image in images:
        svg = base64.b64decode(image["url"].partition(",")[2], validate=True).decode()
        root = ElementTree.fromstring(svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        names = {part.tag.rpartition("}")[2] for part in root.iter()}
        assert names <= {"svg", "title", "desc", "style", "rect", "path", "text", "g", "circle", "line", "polyline"}
        assert not any("href" in name for part in root.iter() for name in part.attrib)
        assert "url(" not in svg
        assert image["label"]


def test_a_result_is_never_larger_than_prairielearn_takes() -> None:
    long = Explanation(problem=Text(en="\x00" * 2_000, zh="界" * 6_000))
    many = [replace(failed(ROWS, long, output="界" * 6_000), name=f"test_{number}") for number in range(80)]
    for language in Language:
        assert len(text_of("prairielearn", graded(*many), language=language).encode()) <= MAX_BYTES
    document = shown(graded(*many), language=Language.ZH)
    assert len(document["tests"]) == 80  # cut, but each is there


def test_what_a_hidden_test_printed_is_not_shown() -> None:
    tests = shown(graded(ROWS, failed(LARGE, None, output="tensor(98.7)")))["tests"]
    assert tests[1]["output"] == ""
    assert "98.7" not in str(tests)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_stands_as_text_and_format_errors_hold_no_markup(text: str) -> None:
    document = shown(hostile_report(text))
    assert all(one == printable(one, limit=20_000, newlines=True) for one in texts_in(document))
    broken = shown(replace(SCENARIOS["rejected"](), problem=Explanation(problem=Text(en=text, zh=text))))
    assert not any("<" in one for one in broken["format_errors"])
