"""The report's model: status, score, fault and exit code."""

from __future__ import annotations

from dataclasses import replace

import pytest
import report_scenarios as scenarios
from report_scenarios import EXERCISE, SCENARIOS

from grader.errors import GraderFault, SandboxUnavailable, SubmissionError, UsageError
from grader.records import Device, Fault, Outcome, Reveal, Text
from grader.report import FORMATS, Score, Status, build_failure, exit_code, render
from grader.report.points import (
    filled_blocks,
    format_percent,
    format_points,
    table_number,
    table_share,
    whole_percent,
)

VERDICTS = {
    "full": (Status.FULL, 10, None, 0),
    "partial": (Status.PARTIAL, 5, Fault.STUDENT, 1),
    "raised": (Status.PARTIAL, 9, Fault.STUDENT, 1),
    "waiting": (Status.PARTIAL, 1, Fault.STUDENT, 1),
    "not_started": (Status.NOT_STARTED, 0, Fault.STUDENT, 1),
    "syntax_error": (Status.PARTIAL, 0, Fault.STUDENT, 1),
    "import_error": (Status.PARTIAL, 0, Fault.STUDENT, 1),
    "timeout": (Status.PARTIAL, 7, Fault.STUDENT, 1),
    "crash": (Status.PARTIAL, 0, Fault.STUDENT, 1),
    "every_outcome": (Status.PARTIAL, 1, Fault.STUDENT, 1),
    "visible_only": (Status.FULL, 4, None, 0),
    "visible_only_partial": (Status.PARTIAL, 2, Fault.STUDENT, 1),
    "author_fault": (Status.UNSCORED, None, Fault.AUTHOR, 2),
    "grader_fault": (Status.UNSCORED, None, Fault.GRADER, 3),
    "sandbox_unavailable": (Status.UNSCORED, None, Fault.GRADER, 3),
    "rejected": (Status.REJECTED, 0, Fault.STUDENT, 1),
    "broken_manifest": (Status.UNSCORED, None, Fault.AUTHOR, 2),
    "grader_broke": (Status.UNSCORED, None, Fault.GRADER, 3),
    "hostile": (Status.PARTIAL, 8, Fault.STUDENT, 1),
    "needs_review": (Status.FULL, 10, None, 0),
    "pictures": (Status.PARTIAL, 0, Fault.STUDENT, 1),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_verdict_and_exit_code(scenario: str) -> None:
    report = SCENARIOS[scenario]()
    earned = None if report.score is None else report.score.earned
    assert (report.status, earned, report.fault, exit_code(report)) == VERDICTS[scenario]


def test_one_test_of_the_authors_fault_leaves_the_whole_report_unscored() -> None:
    broken = replace(scenarios.LARGE, outcome=Outcome.FAILED, earned=0, fault=Fault.AUTHOR)
    report = scenarios.graded(scenarios.SHAPE, broken)
    assert (report.status, report.score, report.fault) == (Status.UNSCORED, None, Fault.AUTHOR)


def test_graders_fault_outweighs_the_authors() -> None:
    broken = replace(scenarios.ROWS, outcome=Outcome.FAILED, earned=0, fault=Fault.AUTHOR)
    lost = replace(scenarios.LARGE, outcome=Outcome.GRADER_FAULT, earned=0, fault=None)
    assert scenarios.graded(broken, lost).fault is Fault.GRADER


@pytest.mark.parametrize("tests", [(), (replace(scenarios.SHAPE, points=0, earned=0),)])
def test_nothing_to_earn_is_the_authors_fault_and_no_full_score(tests: tuple[object, ...]) -> None:
    report = scenarios.graded(*tests)
    assert (report.status, report.fault) == (Status.UNSCORED, Fault.AUTHOR)
    assert report.problem is not None


def test_problem_of_no_named_fault_is_the_students() -> None:
    report = scenarios.graded(scenarios.failed(scenarios.SHAPE, None), problem=scenarios.RAISED)
    assert (report.status, report.fault) == (Status.PARTIAL, Fault.STUDENT)


def test_points_of_tenths_add_up_to_full() -> None:
    report = scenarios.graded(*(replace(scenarios.SHAPE, name=f"t{n}", points=0.1, earned=0.1) for n in range(10)))
    assert (report.status, report.score) == (Status.FULL, Score(earned=1.0, possible=1.0))


@pytest.mark.parametrize(
    ("points", "earned"), [(1, 2), (1, -1), (float("nan"), 0), (1, float("inf")), (1, float("nan"))]
)
def test_impossible_points_are_refused(points: float, earned: float) -> None:
    with pytest.raises(GraderFault):
        scenarios.graded(replace(scenarios.SHAPE, points=points, earned=earned))


@pytest.mark.parametrize(
    ("reveal", "hint", "output"),
    [("none", False, False), ("hint", True, False), ("shape", True, False), ("full", True, True)],
)
def test_hidden_test_shows_what_reveal_allows(reveal: str, hint: bool, output: bool) -> None:
    hidden = scenarios.failed(scenarios.LARGE, scenarios.OVERFLOW, output="tensor(98.7)\n")
    report = scenarios.graded(hidden, exercise=replace(EXERCISE, reveal_hidden=Reveal(reveal)))
    assert (report.tests[0].hint is not None, bool(report.tests[0].output)) == (hint, output)
    assert report.withheld == (frozenset() if output else {"test_large_logits_stay_finite"})


def test_visible_output_is_never_withheld() -> None:
    visible = scenarios.failed(scenarios.ROWS, scenarios.AXIS, output="mine\n")
    report = scenarios.graded(visible, exercise=replace(EXERCISE, reveal_hidden=Reveal.NONE))
    assert report.tests[0].output == "mine\n"


def test_counts_add_up() -> None:
    for make in SCENARIOS.values():
        counts = make().counts
        assert counts.tests == counts.passed + counts.failed + counts.blocked == counts.visible + counts.hidden


def test_hints_are_those_of_tests_that_went_wrong_each_once() -> None:
    assert scenarios.partial().hints == 2
    assert scenarios.waiting().hints == 1
    assert scenarios.full().hints == 0


def test_rejected_submission_is_zero_out_of_an_unknown_number() -> None:
    error = SubmissionError("The file is empty.")
    assert build_failure(EXERCISE, error, device=Device.CPU).score == Score(earned=0.0, possible=None)


def test_what_cannot_be_had_here_brings_no_advice_to_try_again() -> None:
    shown = render(build_failure(EXERCISE, SandboxUnavailable("No GPU is here."), device=Device.CUDA))
    assert "This cannot be had here" in shown
    assert "once more" not in shown
    assert "`dlgrade doctor`" in shown


def test_failure_speaks_chinese_where_the_error_does() -> None:
    error = SubmissionError(Text(en="It is empty.", zh="文件为空。"), remedy=Text(en="Fill it.", zh="请填写。"))
    problem = build_failure(EXERCISE, error, device=Device.CPU).problem
    assert problem is not None
    assert (problem.problem.zh, problem.cause_id) == ("文件为空。", "student.SubmissionError")
    assert problem.next_step is not None and problem.next_step.zh == "请填写。"


def test_unknown_format_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="Did you mean json") as caught:
        render(scenarios.full(), format_name="jsn")
    assert all(name in str(caught.value) for name in FORMATS)
    with pytest.raises(UsageError, match=r"'yaml'.*Available: text, json"):
        render(scenarios.full(), format_name="yaml")


@pytest.mark.parametrize(
    ("points", "shown"), [(10, "10"), (2.5, "2.5"), (9.999, "9.99"), (0, "0"), (0.29, "0.29"), (1_000_000, "1000000")]
)
def test_points_are_never_rounded_up(points: float, shown: str) -> None:
    assert format_points(points) == shown


def test_a_whole_percentage_is_never_rounded_up() -> None:
    assert [whole_percent(points, 10) for points in (0, 2.9, 9.999, 10)] == [0, 29, 99, 100]
    assert whole_percent(None, 10) is None
    assert whole_percent(1, None) is None
    assert whole_percent(0, 0) is None


def test_a_table_gets_numbers_that_every_spreadsheet_reads() -> None:
    shown = [table_number(value) for value in (None, 0, 10, 0.1 + 0.2, 1e-9, 1e6)]
    assert shown == ["", "0", "10", "0.3", "0", "1000000"]
    assert [table_share(share) for share in (0, 0.29, 0.99999, 1)] == ["0", "0.29", "0.9999", "1"]


def test_bar_is_full_only_at_full_score_and_empty_only_at_none() -> None:
    assert [filled_blocks(share, 30) for share in (0, 0.001, 0.5, 0.999, 1)] == [0, 1, 15, 29, 30]
    assert [format_percent(share) for share in (0, 0.29, 0.999, 1)] == ["0 %", "29 %", "99 %", "100 %"]
