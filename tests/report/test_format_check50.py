"""check50's JSON, by a schema written from its documentation, and in the page that check50 makes of it.

https://cs50.readthedocs.io/projects/check50/en/latest/json_specification/
"""

from __future__ import annotations

import html.parser

import pytest
from hostile_reports import TEXTS, hostile_report
from platforms import SCORED, UNSCORED, read, validator
from report_scenarios import SCENARIOS

from grader.records import Language

TEXT = {"type": "string"}
NONE = {"type": "null"}
CAUSE = {
    "type": "object",
    "required": ["rationale", "help"],
    "properties": {"rationale": TEXT, "help": {"type": ["string", "null"]}},
}
RESULT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "description", "passed", "log", "cause", "data", "dependency"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "description": TEXT,
        "passed": {"type": ["boolean", "null"]},
        "log": {"type": "array", "items": TEXT},
        "cause": {"anyOf": [CAUSE, NONE]},
        "data": {"type": "object"},
        "dependency": {"type": ["string", "null"]},
    },
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["slug", "version"],
    "oneOf": [{"required": ["results"]}, {"required": ["error"]}],
    "properties": {
        "slug": TEXT,
        "version": TEXT,
        "results": {"type": "array", "items": RESULT},
        "error": {"type": "object", "required": ["type", "value", "traceback", "actions", "data"]},
    },
}
READER = validator(SCHEMA)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_report_obeys_the_documentation(scenario: str) -> None:
    for language in Language:
        READER.validate(read("check50", scenario, language=language))


@pytest.mark.parametrize("scenario", SCORED)
def test_a_dependency_is_a_check_that_did_not_pass(scenario: str) -> None:
    results = {result["name"]: result for result in read("check50", scenario)["results"]}
    for result in results.values():
        assert (result["passed"] is None) == (result["dependency"] is not None)
        assert (result["cause"] is None) == (result["passed"] is True)
        if result["dependency"] is not None:
            assert results[result["dependency"]]["passed"] is False


@pytest.mark.parametrize("scenario", UNSCORED)
def test_without_a_score_there_is_an_error_and_no_result(scenario: str) -> None:
    error = read("check50", scenario)["error"]
    assert error["type"] in ("grader-fault", "author-fault")
    assert "it is not a zero" in error["value"]


def test_points_stand_in_data() -> None:
    results = read("check50", "partial")["results"]
    assert [result["data"]["earned"] for result in results] == [1, 0, 1, 0, 2.5, 0.5]
    assert results[1]["log"][0] == "step 0: sum = 1.65"
    assert results[3]["log"] == []  # of a hidden test


def test_checks_of_several_exercises_keep_names_of_their_own() -> None:
    results = read("check50", "full", "waiting")["results"]
    assert all(result["name"].startswith("exercise03_softmax.") for result in results)
    assert results[8]["dependency"] == "exercise03_softmax.test_rows_sum_to_one"


class Page(html.parser.HTMLParser):
    """Notes every element that a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_what_check50_puts_into_its_page_unescaped_makes_no_element(text: str) -> None:
    document = read("check50", hostile_report(text))
    READER.validate(document)
    page = Page()
    for result in document["results"]:
        if result["cause"] is not None:
            # results.html, autoescape false: `{{ check.cause.rationale | replace(" ", "&nbsp;") }}`
            for part in (result["cause"]["rationale"], result["cause"]["help"] or ""):
                page.feed(part.replace(" ", "&nbsp;") + "\n")
    page.close()
    assert page.tags == []
