"""A test that is held in C code by a student's value ends, near the exam's limit, and is the student's."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from grader.examination import board as boards
from grader.examination.apart import Stuck
from grader.examination.board import Board, Overseer, SeenChildren
from grader.examination.exam import NOTHING, WHOLE, Over
from grader.examination.examiner import held_until_it_ends
from grader.examination.requests import Answer
from grader.examination.watch import ending_at, interrupted_at, show_on
from grader.records import Fault, Outcome
from grader.report import Report, Status
from grader.sandbox.children import Spawned
from grader.sandbox.endings import Ending

LIMITS = "call_s = 0.2\nexam_s = 0.3"
# In C code: the handler of a signal waits, and `take_while` never ends for a number that is no result of the reference.
HOLDING = """
from itertools import count, takewhile
def held(value): return sum(takewhile(value.__ne__, count()))
"""
TESTS = f"""{HOLDING}
def test_before(student): assert student.one() == 1
def test_held(student): assert held(student.three()) == 3
def test_behind(student): assert student.one() == 1
"""
RIGHT = "def one(): return 1\ndef three(): return 3\n"
HOLDS = "def one(): return 1\ndef three(): return -1\n"


def outcomes(report: Report) -> dict[str, Outcome]:
    return {test.name: test.outcome for test in report.tests}


def test_a_test_that_is_held_in_c_code_is_the_students_timeout_and_what_passed_before_it_counts(exams: Any) -> None:
    report = exams.run(HOLDS, TESTS, reference=RIGHT, limits=LIMITS)
    assert report.status is Status.PARTIAL
    assert report.fault == "student"
    assert report.attempts == 1
    assert outcomes(report) == {
        "test_before": Outcome.PASSED,
        "test_held": Outcome.TIMEOUT,
        "test_behind": Outcome.TIMEOUT,
    }
    told = next(test.explanation for test in report.tests if test.name == "test_held")
    assert told is not None
    assert "did not end within 0.3 s" in told.problem.en
    assert exams.run(RIGHT, TESTS, limits=LIMITS).status is Status.FULL


def test_a_test_that_the_reference_is_held_in_too_is_the_authors(exams: Any) -> None:
    tests = f"{HOLDING}\ndef test_held(student): assert held(-student.three()) == 3\n"
    report = exams.run(HOLDS.replace("-1", "1"), tests, reference=RIGHT, limits=LIMITS)
    assert report.fault == "author"
    assert report.score is None
    assert "test_held does not end on the reference itself" in report.problem.problem.en


def test_an_exception_of_the_test_whose_text_never_ends_is_a_timeout_too(exams: Any) -> None:
    tests = """
    class Slow(Exception):
        def __str__(self):
            while True: pass
    def test_it(student):
        if student.one() != 1: raise Slow
    def test_behind(student): assert student.three() == 3
    """
    report = exams.run(RIGHT.replace("1", "2"), tests, reference=RIGHT, limits=LIMITS)
    assert report.status is Status.PARTIAL
    assert report.fault == "student"
    assert outcomes(report)["test_it"] is Outcome.TIMEOUT


CRASHING = """
import ctypes
def crash(): ctypes.string_at(0)
"""
CRASH_TESTS = f"""{CRASHING}
def test_before(student): assert student.one() == 1
def test_crashes(student):
    if student.three() != 3: crash()
def test_behind(student): assert student.one() == 1
"""


def test_a_test_whose_process_crashes_on_the_students_values_is_the_students_and_what_passed_before_counts(
    exams: Any,
) -> None:
    report = exams.run(HOLDS, CRASH_TESTS, reference=RIGHT)
    assert report.status is Status.PARTIAL
    assert report.fault == "student"
    assert report.attempts == 1
    assert outcomes(report) == {
        "test_before": Outcome.PASSED,
        "test_crashes": Outcome.CRASHED,
        "test_behind": Outcome.CRASHED,
    }
    told = next(test.explanation for test in report.tests if test.name == "test_crashes")
    assert told is not None
    assert told.cause_id == "ended.exam_crashed"
    assert "made the process that runs them crash" in told.problem.en
    assert exams.run(RIGHT, CRASH_TESTS).status is Status.FULL


def test_a_test_whose_process_crashes_on_the_reference_too_is_the_authors(exams: Any) -> None:
    tests = f"{CRASHING}\ndef test_crashes(student):\n    student.three()\n    crash()\n"
    report = exams.run(HOLDS, tests, reference=RIGHT)
    assert report.fault == "author"
    assert report.score is None
    assert "test_crashes crashes the exam's process on the reference itself" in report.problem.problem.en


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process's memory is not limited")
def test_memory_that_a_students_values_have_filled_beyond_their_test_costs_the_student_points_and_the_exam_no_score(
    exams: Any,
) -> None:
    tests = """
    kept = []
    def test_before(student): assert student.one() == 1
    def test_fills(student):
        size = 1 << 28
        while student.three() != 3 and size > 64:
            try:
                kept.append(bytearray(size))
            except MemoryError:
                size //= 2
    def test_behind(student): assert student.one() == 1
    """
    report = exams.run(HOLDS, tests, reference=RIGHT)
    assert report.status is Status.PARTIAL
    assert report.fault == "student"
    assert report.attempts == 1
    found = outcomes(report)
    assert found["test_before"] is Outcome.PASSED
    assert found["test_behind"] in (Outcome.CRASHED, Outcome.MEMORY, Outcome.FAILED)


def stuck_in(test: int, *, explains: bool = False, outcome: Outcome = Outcome.TIMEOUT) -> Stuck:
    board = Board()
    board.test, board.explains = test, explains
    return Stuck(board, outcome)


@pytest.mark.parametrize(
    ("stuck", "overs"),
    [
        ([], [WHOLE]),
        ([stuck_in(3)], [WHOLE, Over(from_test=3)]),
        ([stuck_in(3, explains=True)], [WHOLE, Over(is_explained=False)]),
        ([stuck_in(3), stuck_in(1)], [WHOLE, Over(from_test=3), NOTHING]),
        ([stuck_in(3, outcome=Outcome.CRASHED)], [WHOLE, Over(from_test=3, outcome=Outcome.CRASHED)]),
        ([stuck_in(3, explains=True, outcome=Outcome.MEMORY)], [WHOLE, Over(is_explained=False)]),
        (
            [stuck_in(3), stuck_in(1, outcome=Outcome.CRASHED)],
            [WHOLE, Over(from_test=3), replace(NOTHING, outcome=Outcome.CRASHED)],
        ),
    ],
)
def test_an_exam_that_is_held_is_held_once_more_that_far_and_then_not_at_all(
    stuck: list[Stuck], overs: list[Over]
) -> None:
    answers: Iterator[Answer | Stuck] = iter([*stuck, Answer(broken="ended")])
    asked: list[Over] = []

    def hold(over: Over) -> Answer | Stuck:
        asked.append(over)
        return next(answers)

    assert held_until_it_ends(hold, Source()).broken == "ended"
    assert asked == overs


def test_an_exam_that_is_held_although_no_test_runs_is_a_fault_of_ours() -> None:
    assert held_until_it_ends(lambda over: stuck_in(0), Source()).fault is Fault.GRADER


# ------------------------------------------------------------------------------------------------- the parts


@pytest.fixture
def board() -> Iterator[Board]:
    """Show this process's alarms on a board of its own."""
    shown = Board.shared()
    show_on(shown)
    yield shown
    show_on(Board())


class Stop(BaseException):
    pass


def test_the_board_shows_when_the_alarm_of_the_innermost_block_rings(board: Board) -> None:
    now = time.monotonic()
    assert board.rings_at == math.inf
    with interrupted_at(ending_at(now + 60.0), Stop, overtime_s=0.0):
        assert board.rings_at == pytest.approx(now + 60.0, abs=5.0)
        with interrupted_at(ending_at(now + 600.0), Stop, overtime_s=0.0):
            assert board.rings_at == pytest.approx(now + 600.0, abs=5.0)
        assert board.rings_at == pytest.approx(now + 60.0, abs=5.0)
    assert board.rings_at == math.inf


def test_a_fork_that_answers_its_alarms_is_not_held(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "HELD_S", 0.0)
    overseer = Overseer(board, os.getpid())
    board.rings_at = time.monotonic() + 60.0
    assert not overseer.is_held()
    board.rings_at = time.monotonic() - 1.0
    assert not overseer.is_held()  # seen for the first time
    board.rings_at = time.monotonic() - 0.5
    assert not overseer.is_held()  # another one: it has answered meanwhile
    assert overseer.is_held()
    overseer.close()


def test_a_fork_that_waits_for_the_zygote_is_not_held(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "HELD_S", 0.0)
    overseer = Overseer(board, os.getpid())
    board.rings_at = time.monotonic() - 1.0
    with board.asking():
        assert [overseer.is_held() for _ in range(3)] == [False] * 3
    assert [overseer.is_held() for _ in range(2)] == [False, True]
    overseer.close()


class Source:
    """Children that are numbers."""

    gpu = None

    def __init__(self) -> None:
        self.reaped: list[int] = []
        self._next = 7

    def spawn(self) -> Spawned:
        self._next += 1
        return Spawned(self._next, None, None)  # type: ignore[arg-type]  # nobody talks to it

    def trace(self, pid: int) -> None: ...

    def reap(self, pid: int) -> Ending:
        self.reaped.append(pid)
        return Ending()


def test_children_that_an_ended_fork_left_behind_are_ended_by_its_examiner(board: Board) -> None:
    inside, outside = Source(), Source()
    seen = SeenChildren(inside, board)
    first, second, third = (seen.spawn().pid for _ in range(3))
    seen.reap(second)
    board.end_children(outside)
    assert outside.reaped == [first, third]
    board.end_children(outside)
    assert outside.reaped == [first, third]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_alarm_that_was_swallowed_rings_again() -> None:
    class Slow:
        def __del__(self) -> None:
            while not heard and time.monotonic() < gives_up_at:
                pass

    heard: list[int] = []
    gives_up_at = time.monotonic() + 20.0

    def stop() -> BaseException:
        heard.append(1)
        return Stop()

    with pytest.raises(Stop), interrupted_at(ending_at(time.monotonic()), stop, overtime_s=0.1):
        slow = Slow()
        del slow  # what is raised in here goes nowhere
        while time.monotonic() < gives_up_at:
            pass
    assert len(heard) == 2


def test_an_alarm_is_still_when_its_block_has_been_left() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Stop), interrupted_at(ending_at(time.monotonic()), Stop, overtime_s=0.0):
        while True:
            pass
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0.0
    assert signal.getsignal(signal.SIGALRM) is before
