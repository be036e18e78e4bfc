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
from grader.examination.apart import Stage, Work, here, in_a_fork
from grader.examination.requests import Answer
from grader.records import Fault

FIRST = Stage(Answer(broken="first"), is_final=False)
LAST = Stage(Answer(broken="last"))


@pytest.fixture
def best(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Work], Answer]]:
    """Do work in a real fork; a later answer may take half a second."""
    monkeypatch.setattr(apart, "LATER_S", 0.5)
    control, controller = socket.socketpair()

    def best(work: Work) -> Answer:
        forks: list[int] = []
        answer = in_a_fork(control, forks, work)
        for pid in forks:
            os.waitpid(pid, 0)
        return answer

    with control, controller:
        yield best


def test_the_last_answer_counts(best: Callable[[Work], Answer]) -> None:
    assert best(lambda: iter([FIRST, LAST])).broken == "last"
    assert here(lambda: iter([FIRST, LAST])).broken == "last"


def test_a_fork_that_hangs_after_its_first_answer_is_ended_and_that_answer_stands(
    best: Callable[[Work], Answer],
) -> None:
    pids, writing = os.pipe()

    def work() -> Iterator[Stage]:
        yield FIRST
        os.write(writing, os.getpid().to_bytes(8, "little"))
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # as deaf as a loop in C code
        time.sleep(600)
        yield LAST

    assert best(work) == FIRST.answer
    with pytest.raises(ProcessLookupError):
        os.kill(int.from_bytes(os.read(pids, 8), "little"), 0)


def test_a_fork_that_dies_after_its_first_answer_leaves_that_one(best: Callable[[Work], Answer]) -> None:
    def work() -> Iterator[Stage]:
        yield FIRST
        os.kill(os.getpid(), signal.SIGKILL)  # as where memory is short

    assert best(work) == FIRST.answer


def test_an_error_after_the_first_answer_does_not_replace_it(best: Callable[[Work], Answer]) -> None:
    def work() -> Iterator[Stage]:
        yield FIRST
        raise AuthorError("too late to matter")

    assert best(work) == FIRST.answer
    assert here(work) == FIRST.answer


def test_an_error_before_any_answer_is_the_answer(best: Callable[[Work], Answer]) -> None:
    def work() -> Iterator[Stage]:
        raise AuthorError("a broken test")
        yield FIRST

    assert best(work).fault is Fault.AUTHOR
    assert here(work).fault is Fault.AUTHOR


def test_a_fork_without_any_answer_is_the_graders_fault(best: Callable[[Work], Answer]) -> None:
    def work() -> Iterator[Stage]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield FIRST

    assert best(work).fault is Fault.GRADER
