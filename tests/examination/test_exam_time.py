"""An exam's time: what its children have waited for a core is added, up to four times its limit."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import pytest

from grader.examination.exam_time import ExamTime

LIMIT_S = 100.0


@dataclass
class Waiting:
    """A child that has waited so long."""

    queued_s: float = 0.0
    device_s: float = 0.0
    asked: int = 0


class Counting(Waiting):
    """One that knows how often it was asked."""

    @property
    def queued_s(self) -> float:  # type: ignore[override]
        self.asked += 1
        return 0.0

    @queued_s.setter
    def queued_s(self, _: float) -> None:
        pass


def left_s(exam: ExamTime, *, within_s: float = math.inf) -> float:
    return exam.ends(within_s=within_s) - time.monotonic()


def test_without_waiting_an_exam_has_its_limit() -> None:
    assert left_s(ExamTime(LIMIT_S)) == pytest.approx(LIMIT_S, abs=5.0)


def test_what_all_its_children_have_waited_is_added_once() -> None:
    exam, first, second = ExamTime(LIMIT_S), Waiting(), Waiting()
    exam.watch(first)
    first.queued_s = 20.0
    exam.watch(second)
    second.queued_s = 30.0
    assert left_s(exam) == pytest.approx(LIMIT_S + 50.0, abs=5.0)
    assert left_s(exam) == pytest.approx(LIMIT_S + 50.0, abs=5.0)


def test_what_was_added_is_not_taken_back() -> None:
    exam, child = ExamTime(LIMIT_S), Waiting(queued_s=50.0)
    exam.watch(child)
    exam.ends()
    child.queued_s = 0.0
    assert left_s(exam) == pytest.approx(LIMIT_S + 50.0, abs=5.0)


def test_no_more_than_four_limits_are_added() -> None:
    exam = ExamTime(LIMIT_S)
    exam.watch(Waiting(queued_s=1e9))
    assert left_s(exam) == pytest.approx(5 * LIMIT_S, abs=5.0)


def test_the_start_of_a_gpu_is_added_beyond_all_limits() -> None:
    exam = ExamTime(LIMIT_S)
    exam.watch(Waiting(queued_s=1e9, device_s=40.0))
    assert left_s(exam) == pytest.approx(5 * LIMIT_S + 40.0, abs=5.0)


def test_nobody_is_asked_while_the_end_is_far() -> None:
    exam, child = ExamTime(LIMIT_S), Counting()
    exam.watch(child)
    exam.ends(within_s=LIMIT_S / 2)
    assert child.asked == 0
    exam.ends(within_s=2 * LIMIT_S)
    assert child.asked == 1
