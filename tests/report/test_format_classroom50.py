"""Classroom 50's result.json, by a schema written from its published one and its runner's rules.

https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hostile_reports import TEXTS, hostile_report
from platforms import SETTING, UNSCORED, VARIABLES, read, texts_in, validator
from report_scenarios import SCENARIOS

from grader.errors import UsageError
from grader.plaintext import printable
from grader.records import Award, HandedIn, Language
from grader.report import FORMATS, Setting, View, render

NAME = {"type": "string", "minLength": 1}
WHOLE = {"type": "integer", "minimum": 0}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"}
KEYS = ("schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review")
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": [*KEYS, "datetime", "score", "max-score", "tests"],
    "properties": {
        **dict.fromkeys(KEYS, NAME),
        "schema": {"const": "classroom50/result/v1"},
        "assignment_type": {"enum": ["individual", "group", "team"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": MOMENT,
        "graded_at": MOMENT,
        "score": WHOLE,
        "max-score": WHOLE,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {"test-name": NAME, "passed": {"type": "boolean"}, "score": WHOLE, "max-score": WHOLE},
            },
        },
    },
}
READER = validator(SCHEMA)


def collected(*reports: Any, language: Language = Language.EN) -> dict[str, Any]:
    """Return a result that the collector takes: by the schema, and by the rules that no schema can tell."""
    document = read("classroom50", *reports, language=language)
    READER.validate(document)
    for one in (document, *document["tests"]):
        assert one["score"] <= one["max-score"]
        assert not isinstance(one["score"], bool)
    return document


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_report_is_collected(scenario: str) -> None:
    for language in Language:
        collected(scenario, language=language)


def test_who_and_where_come_from_the_runner() -> None:
    document = collected("full")
    assert document["owner"] == "ada"
    assert [document[key] for key in ("classroom", "assignment", "submission", "commit", "release", "review")] == [
        VARIABLES[name]
        for name in ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL")
    ]


def test_moments_are_utc_and_the_one_of_handing_in_is_kept_by_a_regrade() -> None:
    assert collected("full")["datetime"] == "2026-09-01T12:00:00Z"
    known = replace(SCENARIOS["full"](), handed_in=HandedIn(student="ada", at="2026-08-31T23:59:00+02:00"))
    document = collected(known)
    assert (document["datetime"], document["graded_at"]) == ("2026-08-31T21:59:00Z", "2026-09-01T12:00:00Z")


def test_points_are_whole_and_nothing_but_a_full_score_reads_like_one() -> None:
    assert [(test["score"], test["max-score"]) for test in collected("full")["tests"]] == [
        (1, 1), (2, 2), (1, 1), (3, 3), (3, 3), (1, 1),  # the last two are of 2.5 and of 0.5 points
    ]  # fmt: skip
    for points, shown in ((9.99, 9), (10.0, 10), (0.9, 0)):
        late = replace(SCENARIOS["full"](), award=Award(points=points, kept=points / 10))
        assert (collected(late)["score"], collected(late)["max-score"]) == (shown, 10)


@pytest.mark.parametrize("scenario", UNSCORED)
def test_without_a_score_it_is_none_of_none_and_no_test_passed(scenario: str) -> None:
    document = collected(scenario)
    assert (document["score"], document["max-score"]) == (0, 0)
    assert document["tests"]  # else it would read as "no tests configured", and as a success
    assert not any(test["passed"] for test in document["tests"])


def test_one_of_several_that_could_not_be_read_takes_no_points_of_the_others() -> None:
    document = collected("full", "rejected")
    assert (document["score"], document["max-score"]) == (10, 10)
    assert [test["passed"] for test in document["tests"]] == [True] * 6 + [False]


def test_every_variable_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        render(SCENARIOS["full"](), format_name="classroom50", view=View())
    check = FORMATS["classroom50"].check  # before an exam is spent on it
    assert check is not None
    with pytest.raises(UsageError, match="CLASSROOM, ASSIGNMENT"):
        check(Setting())
    for name in ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "USERNAME"):
        assert name in caught.value.problem.en
        assert name in caught.value.problem.zh
    assert "REVIEW_URL" not in caught.value.problem.en  # without it, the commit is to be looked at


def test_a_tag_that_the_collector_would_refuse_is_refused_here() -> None:
    wrong = replace(SETTING, variables={**VARIABLES, "SUBMISSION_TAG": "v1"})
    with pytest.raises(UsageError, match="submit/"):
        render(SCENARIOS["full"](), format_name="classroom50", view=View(setting=wrong))


def test_without_a_review_the_commit_is_named_and_an_owner_goes_before_a_user_name() -> None:
    variables = {name: value for name, value in VARIABLES.items() if name != "REVIEW_URL"} | {"OWNER": "group-1"}
    view = View(setting=Setting(variables=variables, now=SETTING.now))
    text = render(SCENARIOS["full"](), format_name="classroom50", view=view)
    assert f'"review": "{VARIABLES["COMMIT_URL"]}"' in text
    assert '"owner": "group-1"' in text


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_stands_as_text(text: str) -> None:
    document = collected(hostile_report(text))
    assert all(one == printable(one, limit=20_000, newlines=True) for one in texts_in(document))
    assert all("\n" not in test["test-name"] for test in document["tests"])
