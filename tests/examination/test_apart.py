"""Work in a fork: the best answer that came in time counts, and what comes to nothing later costs no answer."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from grader.errors import AuthorError
from grader.examination import apart
from grader.examination import board as boards
from grader.examination.apart import Stage, Stuck, Work, here, in_a_fork
from grader.examination.board import Board
from grader.examination.requests import Answer
from grader.examination.watch import ending_at, interrupted_at
from grader.records import Fault

FIRST = Stage(Answer(broken="first"), is_final=False)
LAST = Stage(Answer(broken="last"))
CPU_S = 60.0


@pytest.fixture
def best(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Work], Answer]]:
    """Do work in a real fork; a later answer may take half a second."""
    monkeypatch.setattr(apart, "LATER_S", 0.5)
    control, controller = socket.socketpair()

    def best(work: Work) -> Answer:
        forks: list[int] = []
        answer = in_a_fork(control, forks, work, cpu_s=CPU_S)
        for pid in forks:
            os.waitpid(pid, 0)
        assert isinstance(answer, Answer)
        return answer

    with control, controller:
        yield best


def test_the_last_answer_counts(best: Callable[[Work], Answer]) -> None:
    assert best(lambda _board: iter([FIRST, LAST])).broken == "last"
    assert here(lambda _board: iter([FIRST, LAST])).broken == "last"


def test_a_fork_that_hangs_after_its_first_answer_is_ended_and_that_answer_stands(
    best: Callable[[Work], Answer],
) -> None:
    pids, writing = os.pipe()

    def work(_board: Board) -> Iterator[Stage]:
        yield FIRST
        os.write(writing, os.getpid().to_bytes(8, "little"))
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # as deaf as a loop in C code
        time.sleep(600)
        yield LAST

    assert best(work) == FIRST.answer
    with pytest.raises(ProcessLookupError):
        os.kill(int.from_bytes(os.read(pids, 8), "little"), 0)


def test_a_fork_that_dies_after_its_first_answer_leaves_that_one(best: Callable[[Work], Answer]) -> None:
    def work(_board: Board) -> Iterator[Stage]:
        yield FIRST
        os.kill(os.getpid(), signal.SIGKILL)  # as where memory is short

    assert best(work) == FIRST.answer


def test_an_error_after_the_first_answer_does_not_replace_it(best: Callable[[Work], Answer]) -> None:
    def work(_board: Board) -> Iterator[Stage]:
        yield FIRST
        raise AuthorError("too late to matter")

    assert best(work) == FIRST.answer
    assert here(work) == FIRST.answer


def test_an_error_before_any_answer_is_the_answer(best: Callable[[Work], Answer]) -> None:
    def work(_board: Board) -> Iterator[Stage]:
        raise AuthorError("a broken test")
        yield FIRST

    assert best(work).fault is Fault.AUTHOR
    assert here(work).fault is Fault.AUTHOR


def test_a_fork_without_any_answer_is_the_graders_fault(best: Callable[[Work], Answer]) -> None:
    def work(_board: Board) -> Iterator[Stage]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield FIRST

    assert best(work).fault is Fault.GRADER


def deaf_at(test: int | None) -> Work:
    """Return work that is held in a test, or before any, and does not hear its alarm."""

    def work(board: Board) -> Iterator[Stage]:
        if test is not None:
            board.test = test
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # as deaf as a loop in C code
        with interrupted_at(ending_at(time.monotonic()), AssertionError, overtime_s=0.0):
            time.sleep(600)
        yield LAST

    return work


def held(work: Work, *, cpu_s: float = CPU_S) -> Answer | Stuck:
    control, controller = socket.socketpair()
    with control, controller:
        return in_a_fork(control, [], work, cpu_s=cpu_s)


def test_a_fork_that_does_not_answer_its_alarm_is_ended_and_says_in_which_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "HELD_S", 0.1)
    found = held(deaf_at(3))
    assert isinstance(found, Stuck)
    assert found.board.test == 3


def test_a_fork_that_is_held_before_any_test_is_the_graders_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "HELD_S", 0.1)
    found = held(deaf_at(None))
    assert isinstance(found, Answer)
    assert found.fault is Fault.GRADER


def test_a_fork_that_computes_without_end_where_no_alarm_is_set_is_ended_too() -> None:
    def work(board: Board) -> Iterator[Stage]:
        board.test = 2
        while True:
            pass
        yield LAST

    found = held(work, cpu_s=1.0)
    assert isinstance(found, Stuck)
    assert found.board.test == 2
