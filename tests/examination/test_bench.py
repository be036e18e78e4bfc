"""Timing one after the other, as on a GPU: tried on a CPU."""

from __future__ import annotations

from typing import Any

import pytest
from exams import result

from grader.records import Outcome

REFERENCE = """
import time

calls = []


def work(x):
    calls.append(1)
    time.sleep({seconds})
    return {factor} * x


def count():
    return len(calls)
"""
TESTS = """
def test_times(student, bench):
    "Counts the calls of one child."
    student.work(torch.ones(1))
    ratio = bench.ratio(student.work, lambda: (torch.ones(2),), repeats=3, apart={apart})
    assert ratio > 3.0, ratio
    assert student.count() == {count}
"""


@pytest.mark.parametrize(("apart", "count"), [(True, 4), (False, 5), (None, 5)])
def test_apart_the_student_is_timed_in_a_new_child(exams: Any, apart: bool | None, count: int) -> None:
    """So far apart that no busy machine makes it believable bad luck: then there would be more pairs, and calls."""
    report = exams.run(
        REFERENCE.format(seconds=0.06, factor=2),
        TESTS.format(apart=apart, count=count),
        reference=REFERENCE.format(seconds=0.0, factor=2),
    )
    assert result(report, "test_times").outcome is Outcome.PASSED, report.tests[0].explanation


def test_apart_too_a_quick_wrong_answer_fails(exams: Any) -> None:
    report = exams.run(
        REFERENCE.format(seconds=0.0, factor=3),
        TESTS.format(apart=True, count=4),
        reference=REFERENCE.format(seconds=0.01, factor=2),
    )
    assert result(report, "test_times").outcome is not Outcome.PASSED
