"""Work in a fork: the best answer that came in time counts, and what comes to nothing later costs no answer."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import socket
import sys
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
from grader.records import Fault, Outcome

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


def ending_in(test: int | None, end: Callable[[Board], None]) -> Work:
    """Return work that ends without an answer, in a test or before any."""

    def work(board: Board) -> Iterator[Stage]:
        if test is not None:
            board.test = test
        faulthandler.disable()  # pytest's would tell of it at length
        end(board)
        yield LAST

    return work


def send_itself(number: int) -> Callable[[Board], None]:
    return lambda _board: os.kill(os.getpid(), number)


def fill_memory(_board: Board) -> None:
    bytearray(1 << 40)


CRASHES: dict[str, Callable[[Board], None]] = {
    "a bad address": lambda _board: ctypes.string_at(0) and None,
    "abort": lambda _board: os.abort(),
    "a bus error": send_itself(signal.SIGBUS),
    "an illegal instruction": send_itself(signal.SIGILL),
    "a division by zero in C": send_itself(signal.SIGFPE),
    "a library that gives up": lambda _board: os._exit(1),
}


@pytest.mark.parametrize("crash", CRASHES)
def test_a_fork_that_crashes_in_a_test_says_in_which(crash: str) -> None:
    found = held(ending_in(3, CRASHES[crash]))
    assert isinstance(found, Stuck)
    assert (found.board.test, found.outcome) == (3, Outcome.CRASHED)


@pytest.mark.parametrize("crash", CRASHES)
def test_a_fork_that_crashes_before_any_test_is_the_graders_fault(crash: str) -> None:
    found = held(ending_in(None, CRASHES[crash]))
    assert isinstance(found, Answer)
    assert found.fault is Fault.GRADER


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_fork_that_is_ended_from_outside_in_a_test_is_the_graders_fault(number: int) -> None:
    def end(_board: Board) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    found = held(ending_in(3, end))
    assert isinstance(found, Answer)
    assert found.fault is Fault.GRADER


def test_a_fork_that_crashes_while_it_asks_the_zygote_is_the_graders_fault_as_the_reply_is_still_to_come() -> None:
    def end(board: Board) -> None:
        with board.asking():
            os.abort()

    found = held(ending_in(3, end))
    assert isinstance(found, Answer)
    assert found.fault is Fault.GRADER


def test_memory_that_runs_out_in_a_test_is_its_doing_and_before_any_test_a_fault_of_ours() -> None:
    found = held(ending_in(3, fill_memory))
    assert isinstance(found, Stuck)
    assert (found.board.test, found.outcome) == (3, Outcome.MEMORY)
    in_this_process = here(ending_in(3, fill_memory))
    assert isinstance(in_this_process, Stuck)
    assert in_this_process.outcome is Outcome.MEMORY
    before = held(ending_in(None, fill_memory))
    assert isinstance(before, Answer)
    assert before.fault is Fault.GRADER


def test_another_error_of_ours_in_a_test_stays_ours() -> None:
    def end(_board: Board) -> None:
        raise RuntimeError("a mistake of the examination's own")

    found = held(ending_in(3, end))
    assert isinstance(found, Answer)
    assert found.fault is Fault.GRADER


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process's memory is not limited")
def test_a_fork_whose_memory_is_full_can_still_talk_with_the_zygote() -> None:
    def end(board: Board) -> None:
        held_on_to, size = [], 1 << 28
        while size >= 1 << 18:
            try:
                held_on_to.append(bytearray(size))
            except MemoryError:
                size //= 2
        with board.asking():
            bytearray(16 << 20)
        os.kill(os.getpid(), signal.SIGBUS)  # not reached where that failed

    found = held(ending_in(3, end))
    assert isinstance(found, Stuck)
    assert found.outcome is Outcome.CRASHED


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
