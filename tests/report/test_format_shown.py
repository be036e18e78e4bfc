"""What every format may show of a report: decided once, in `shown`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_scenarios import LARGE, SCENARIOS, failed, graded

from grader.records import Award, Fault, Language, NotebookCell, Outcome, SourceLine, Text
from grader.report import FORMATS, Status, View
from grader.report.formats.shown import MAX_OUTPUT, show

FOR_PROGRAMS = ("junit", "ctrf", "github", "markdown", "csv")


def test_output_and_time_of_a_hidden_test_are_in_no_format() -> None:
    report = SCENARIOS["partial"]()
    report = replace(report, tests=tuple(replace(test, wall_s=0.123456) for test in report.tests))
    hidden = [test for test in show(report, Language.EN).tests if not test.visible]
    assert {test.wall_s for test in hidden} == {0.0}
    assert {test.output for test in hidden} == {""}
    assert [test.withheld for test in hidden] == [True, False, False]
    for name in FOR_PROGRAMS:
        assert "98.7" not in FORMATS[name].render(report, View())


def test_points_are_those_that_count_after_the_rules() -> None:
    reason = Text(en="One day late.", zh="迟交一天。")
    late = replace(SCENARIOS["partial"](), award=Award(points=4.5, kept=0.9, late_days=1, reason=reason))
    shown = show(late, Language.EN)
    assert (shown.points, shown.earned, shown.possible, shown.percent) == (4.5, 5, 10, 45)
    assert shown.award == "Earned: 5, of which 4.5 count. One day late."
    assert show(late, Language.ZH).award.endswith("迟交一天。")


def test_an_award_of_every_point_needs_no_words() -> None:
    assert show(replace(SCENARIOS["full"](), award=Award(points=10)), Language.EN).award == ""


@pytest.mark.parametrize("scenario", ["author_fault", "grader_fault", "sandbox_unavailable", "broken_manifest"])
def test_without_a_score_no_test_has_points_that_read_like_one(scenario: str) -> None:
    shown = show(SCENARIOS[scenario](), Language.EN)
    assert (shown.status, shown.points, shown.percent) == (Status.UNSCORED, None, None)
    assert all(case.earned is None for case in shown.cases)
    assert any(case.unscored and case.why for case in shown.cases)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("language", Language)
def test_every_case_that_did_not_pass_says_why(scenario: str, language: Language) -> None:
    for case in show(SCENARIOS[scenario](), language).cases:
        assert (case.why is None) == (case.outcome is Outcome.PASSED)
        assert case.why is None or case.why.message


@pytest.mark.parametrize("scenario", ["author_fault", "rejected", "grader_broke"])
def test_a_problem_that_no_test_has_is_a_case_of_its_own(scenario: str) -> None:
    shown = show(SCENARIOS[scenario](), Language.EN)
    assert shown.problem is not None
    assert shown.whole is not None and shown.cases[0] is shown.whole
    assert shown.whole.why == shown.problem


def test_code_that_does_not_load_is_why_no_test_passed() -> None:
    shown = show(SCENARIOS["import_error"](), Language.EN)
    assert shown.whole is None
    assert {case.why.message for case in shown.tests if case.why} == {"ModuleNotFoundError: No module named 'scipy'"}


def test_a_line_of_a_notebook_is_counted_in_its_cell() -> None:
    cell = NotebookCell(number=5, line=10)
    why = SCENARIOS["raised"]().tests[2].explanation
    assert why is not None
    line = SourceLine(file="softmax.py", line=12, function="softmax", source="x", cell=cell)
    report = graded(failed(LARGE, replace(why, traceback=(line,))))
    (frame,) = show(report, Language.EN).tests[0].why.frames  # type: ignore[union-attr]
    assert (frame.cell, frame.line, frame.place) == (5, 3, "cell 5 of the notebook, line 3, in softmax")


def test_what_a_test_printed_is_capped() -> None:
    rows = failed(replace(LARGE, visible=True), None, output="x" * (MAX_OUTPUT + 1))
    (test,) = show(graded(rows), Language.EN).tests
    assert len(test.output) == MAX_OUTPUT


def test_a_students_failure_is_no_fault_of_anybody_else() -> None:
    tests = show(SCENARIOS["every_outcome"](), Language.EN).tests
    assert not any(test.unscored for test in tests)
    assert {test.fault for test in tests} == {Fault.STUDENT, None}
