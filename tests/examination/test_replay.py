"""What a replay leaves behind, and how code that never ends comes to an end. Replays themselves: tests/diagnosis."""

from __future__ import annotations

import contextlib
import random
import signal
import time

import numpy as np
import pytest
import torch

from grader.examination.behaviour import Unreadable
from grader.examination.replay import Budget, OutOfTime, Script, left_as_it_was
from grader.examination.transcript import Transcript


def test_generators_defaults_and_streams_are_left_as_they_were(capsys: pytest.CaptureFixture[str]) -> None:
    before = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()
    with left_as_it_was():
        torch.manual_seed(7)
        np.random.seed(7)
        random.seed(7)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        print("a mistake prints")
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.random.get_state()[1].tolist() == before[1]
    assert random.getstate() == before[2]
    assert torch.get_default_dtype() is torch.float32
    assert torch.is_grad_enabled()
    assert capsys.readouterr().out == ""


def test_code_that_never_ends_is_interrupted_even_where_it_catches_everything() -> None:
    budget = Budget(0.02)
    caught = 0
    with pytest.raises(OutOfTime), budget.running():
        while True:
            try:
                while True:
                    pass
            except BaseException:
                caught += 1
                if caught > 2:
                    raise
    assert budget.rang
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0.0


def test_a_handler_of_somebody_else_is_put_back() -> None:
    rings: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rings.append(1))
    try:
        with Budget(10.0).running():
            pass
        signal.raise_signal(signal.SIGALRM)
        assert rings == [1]
    finally:
        signal.signal(signal.SIGALRM, before)


def test_work_that_takes_too_much_cpu_time_is_over_at_the_next_check() -> None:
    budget = Budget(0.01, wall_factor=1e6)
    with budget.running(), contextlib.suppress(OutOfTime):
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass
        budget.check()
        pytest.fail("the time was over")


def test_a_budget_that_is_spent_can_be_given_anew_to_all_who_hold_it() -> None:
    budget = Budget(0.0, wall_factor=1e6)
    with budget.running(), pytest.raises(OutOfTime):
        budget.check()
    budget.rang = True  # the timer may also ring when the work is just done
    budget.renew(60.0)
    with budget.running():
        budget.check()


def test_a_test_of_which_nothing_was_kept_cannot_be_replayed() -> None:
    with pytest.raises(Unreadable):
        Script.of(Transcript())
