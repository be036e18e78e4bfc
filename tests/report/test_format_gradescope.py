"""Gradescope's results.json, by a schema written from its documentation.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hostile_reports import TEXTS, hostile_report
from platforms import SCORED, UNSCORED, read, texts_in, validator
from report_scenarios import EXERCISE, LARGE, SCENARIOS, SHAPE, failed, graded

from grader.plaintext import printable
from grader.records import Award, Language, Reveal, Text
from grader.report import unmeasured

FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
NUMBER = {"type": "number"}
TEXT = {"type": "string"}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["score"]}, {"required": ["tests"]}],
    "properties": {
        "score": NUMBER,
        "execution_time": {"type": "number", "minimum": 0},
        "output": TEXT,
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "leaderboard": {"type": "array"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["score"],
                "properties": {
                    "score": NUMBER,
                    "max_score": NUMBER,
                    "status": {"enum": ["passed", "failed"]},
                    "name": TEXT,
                    "name_format": FORMAT,
                    "number": TEXT,
                    "output": TEXT,
                    "output_format": FORMAT,
                    "tags": {"type": "array", "items": TEXT},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}
READER = validator(SCHEMA)


@pytest.mark.parametrize("scenario", SCORED)
def test_every_score_obeys_the_documentation(scenario: str) -> None:
    for language in Language:
        READER.validate(read("gradescope", scenario, language=language))


@pytest.mark.parametrize("scenario", UNSCORED)
def test_without_a_score_gradescope_finds_nothing_to_record(scenario: str) -> None:
    document = read("gradescope", scenario)
    assert "score" not in document
    assert "tests" not in document
    assert not READER.is_valid(document)
    READER.validate({**document, "score": 0.0})  # nothing else is wrong with it
    assert "it is not a zero" in document["output"]


def test_the_points_that_count_override_the_sum_of_the_tests() -> None:
    late = Award(
        points=4.0, kept=0.8, late_days=2, reason=Text(en="2 days late: 20 % off.", zh="迟交 2 天：扣除 20 %。")
    )
    document = read("gradescope", replace(SCENARIOS["partial"](), award=late))
    assert document["score"] == 4.0
    assert sum(test["score"] for test in document["tests"]) == 5.0
    assert "2 days late: 20 % off." in document["output"]


def test_hidden_tests_are_visible_so_that_the_total_is_and_show_claim_and_hint_alone() -> None:
    document = read("gradescope", "partial")
    assert {test["visibility"] for test in document["tests"]} == {"visible"} == {document["visibility"]}
    assert document["stdout_visibility"] == "hidden"
    rows, large = document["tests"][1], document["tests"][3]
    assert "softmax(tensor(" in rows["output"]
    assert "step 0: sum = 1.65" in rows["output"]
    assert large["name"] == "Large logits do not overflow."
    assert "Subtract the largest logit of each row first" in large["output"]
    assert "98.7" not in str(document)  # what was printed in the hidden test


def test_a_hint_is_shown_as_far_as_reveal_allows() -> None:
    for reveal, shown in ((Reveal.NONE, False), (Reveal.HINT, True)):
        report = graded(SHAPE, failed(LARGE, None), exercise=replace(EXERCISE, reveal_hidden=reveal))
        assert ("Subtract the largest" in read("gradescope", report)["tests"][1]["output"]) == shown


def test_a_test_that_waits_says_for_what_and_a_code_that_does_not_load_is_explained_once() -> None:
    waiting = read("gradescope", "waiting")["tests"]
    assert [test["output"] for test in waiting[2:3]] == [
        "Not run, since it waits for: Each row of the result sums to 1."
    ]
    broken = read("gradescope", "syntax_error")
    assert "Close the bracket" in broken["output"]
    assert {test["output"] for test in broken["tests"]} == {"SyntaxError: '(' was never closed"}


def test_several_exercises_have_one_score_and_tests_of_their_own_numbers() -> None:
    document = read("gradescope", "full", "partial")
    READER.validate(document)
    assert document["score"] == 15.0
    assert [test["number"] for test in document["tests"]] == [f"{one}.{two}" for one in (1, 2) for two in range(1, 7)]
    assert all(test["name"].startswith("exercise03_softmax: ") for test in document["tests"])
    assert not READER.is_valid(read("gradescope", "full", "grader_fault"))  # the sum is not known, and so is no zero


def test_without_measurements_there_is_no_time() -> None:
    assert "execution_time" in read("gradescope", "full")
    assert "execution_time" not in read("gradescope", unmeasured(SCENARIOS["full"]()))


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_stands_as_plain_text_and_is_declared_so(text: str) -> None:
    document = read("gradescope", hostile_report(text))
    READER.validate(document)
    formats = {document[key] for key in ("output_format", "test_output_format", "test_name_format")}
    for test in document["tests"]:
        formats |= {test["name_format"], test["output_format"]}
    assert formats == {"text"}
    assert all(one == printable(one, limit=20_000, newlines=True) for one in texts_in(document))
