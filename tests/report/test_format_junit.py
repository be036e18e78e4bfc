"""JUnit XML, as readers that are not ours read it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hostile_reports import TEXTS, hostile_report
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from report_scenarios import SCENARIOS

from grader.records import Fault, Language
from grader.report import FORMATS, Report, Setting, View, render


def read(*reports: Report, view: View | None = None) -> JUnitXml:
    together = FORMATS["junit"].together
    assert together is not None
    return JUnitXml.fromstring(together(reports, view or View()).encode())


def cases(suite: TestSuite) -> dict[str, TestCase]:
    return {case.name: case for case in suite}


def properties(part: TestSuite | TestCase) -> dict[str, str]:
    found = part._elem.findall("properties/property")  # the reader itself knows those of suites only
    return {one.attrib["name"]: one.attrib["value"] for one in found}


def test_a_reader_finds_each_outcome_by_its_kind() -> None:
    (suite,) = read(SCENARIOS["every_outcome"]())
    found = {name: [(type(one), one.type) for one in case.result] for name, case in cases(suite).items()}
    assert found == {
        "test_shape_and_dtype_are_kept": [],
        "test_rows_sum_to_one": [(Failure, "dlgrade.forbidden")],
        "test_one_axis": [(Failure, "dlgrade.timeout")],
        "test_large_logits_stay_finite": [(Failure, "dlgrade.memory")],
        "test_gradient": [(Failure, "dlgrade.crashed")],
        "test_input_is_left_alone": [(Skipped, "dlgrade.blocked")],
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_counts_are_those_that_a_reader_counts(scenario: str) -> None:
    document = read(SCENARIOS[scenario]())
    (suite,) = document
    written = (suite.tests, suite.failures, suite.errors, suite.skipped)
    suite.update_statistics()
    assert written == (suite.tests, suite.failures, suite.errors, suite.skipped)
    assert (document.tests, document.failures, document.errors) == written[:3]


def test_a_fault_of_author_or_grader_is_an_error_and_no_failure() -> None:
    (suite,) = read(SCENARIOS["grader_fault"]())
    (result,) = cases(suite)["test_large_logits_stay_finite"].result
    assert isinstance(result, Error)
    assert result.type == "dlgrade.grader-fault"
    assert "dlgrade doctor" in result.text
    author = replace(SCENARIOS["grader_broke"](), fault=Fault.AUTHOR)
    (suite,) = read(author)
    assert cases(suite)["exam"].result[0].type == "dlgrade.author-fault"


def test_points_are_properties_of_each_test_and_of_the_suite() -> None:
    (suite,) = read(SCENARIOS["partial"]())
    assert properties(suite)["score"] == "5"
    assert properties(suite)["max_score"] == "10"
    found = {name: (properties(case)["score"], properties(case)["max_score"]) for name, case in cases(suite).items()}
    assert found["test_gradient"] == ("2.5", "2.5")
    assert found["test_rows_sum_to_one"] == ("0", "2")


def test_without_a_score_there_are_no_points_to_add_up() -> None:
    (suite,) = read(SCENARIOS["grader_fault"]())
    assert "score" not in properties(suite)
    assert not any("score" in properties(case) for case in suite)


def test_several_exercises_are_several_suites() -> None:
    document = read(SCENARIOS["full"](), SCENARIOS["partial"](), SCENARIOS["rejected"]())
    assert [suite.tests for suite in document] == [6, 6, 1]
    assert document.tests == 13


def test_visible_and_hidden_tests_stand_apart() -> None:
    (suite,) = read(SCENARIOS["full"]())
    assert [case.classname.rpartition(".")[2] for case in suite] == ["visible"] * 3 + ["hidden"] * 3


def test_what_the_code_printed_is_the_tests_own_output() -> None:
    (suite,) = read(SCENARIOS["partial"]())
    assert cases(suite)["test_rows_sum_to_one"].system_out.startswith("step 0: sum = 1.65\nstep 1")
    assert cases(suite)["test_large_logits_stay_finite"].system_out is None


def test_messages_are_in_the_language_of_the_view() -> None:
    (suite,) = read(SCENARIOS["partial"](), view=View(language=Language.ZH))
    assert cases(suite)["test_rows_sum_to_one"].result[0].message == "第 0 行之和为 1.65，应为 1（误差不超过 1e-06）。"


def test_the_time_of_grading_is_the_settings() -> None:
    view = View(setting=Setting(now=datetime(2026, 9, 1, 12, 0, tzinfo=UTC)))
    (suite,) = read(SCENARIOS["partial"](), view=view)
    assert suite.timestamp == "2026-09-01T12:00:00+00:00"


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_hostile_text_adds_no_element_and_no_command(text: str) -> None:
    document = render(hostile_report(text), format_name="junit")
    tags = [element.tag for element in ET.fromstring(document.encode()).iter()]
    harmless = [element.tag for element in ET.fromstring(render(hostile_report("x"), format_name="junit")).iter()]
    assert tags == harmless
    assert not re.search(r"^\s*::|##\[", document, re.MULTILINE)
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]", document
    )
