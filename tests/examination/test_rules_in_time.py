"""A submission that cannot be looked through in time is over a limit: never unchecked, and never without a score."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import NoReturn

import pytest

from grader.errors import GraderFault
from grader.examination.evidence import READING
from grader.examination.rules import Rules, in_time
from grader.examination.rules.in_time import looked_in_time
from grader.records import Outcome, SourceFile

RULES = Rules(["torch.softmax"])
SLOW = "x = f'" + "{0}" * 150_000 + "'\n"  # a minute of Python 3.11's parser
LONG = f"y = 0{' ' * 200}\n" * 200

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="no forks here, so the controller's limit is the only one"
)


def files(text: str) -> list[SourceFile]:
    return [SourceFile(name="softmax.py", text=text)]


def test_what_takes_the_parser_minutes_is_a_timeout_and_costs_the_exam_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_time, "LIMIT_S", 1)
    began = time.process_time()
    found = looked_in_time(RULES, files("import torch\ntorch.softmax\n" + SLOW))
    assert time.process_time() - began < 0.5
    assert found.forbidden is not None
    assert found.forbidden.outcome is Outcome.TIMEOUT
    assert (found.forbidden.detail, found.forbidden.limit) == (READING, 1.0)


def test_a_short_source_that_is_followed_without_end_is_a_timeout_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(Rules):
        def look(self, files: object) -> NoReturn:  # type: ignore[override]
            while True:
                with contextlib.suppress(Exception):
                    list(range(1000))

    monkeypatch.setattr(in_time, "LIMIT_S", 1)
    before = signal.getsignal(signal.SIGVTALRM)
    found = looked_in_time(Endless([]), files("x = 1\n"))
    assert found.forbidden is not None
    assert (found.forbidden.outcome, found.forbidden.detail) == (Outcome.TIMEOUT, READING)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGVTALRM) is before


def test_an_alarm_that_rings_when_a_short_source_has_been_read_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    set_timer = signal.setitimer

    def ring_before_it_is_off(which: int, seconds: float, interval: float = 0.0) -> None:
        if not seconds:
            signal.raise_signal(signal.SIGVTALRM)
        set_timer(which, seconds, interval)

    monkeypatch.setattr(signal, "setitimer", ring_before_it_is_off)
    before = signal.getsignal(signal.SIGVTALRM)
    try:
        assert looked_in_time(RULES, files("x = 1\n")) == RULES.look(files("x = 1\n"))
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
        assert signal.getsignal(signal.SIGVTALRM) is before
    finally:  # what a failure leaves on would end the other tests
        set_timer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize(
    "text",
    [
        "import torch\ntorch.softmax(1)\n",
        "import torch\ngetattr(torch, input())\n",
        "import torch\ntorch.add(1, 1)\n",
        "def f(:\n",
    ],
)
def test_a_long_submission_is_looked_through_like_a_short_one(text: str) -> None:
    assert looked_in_time(RULES, files(text + LONG)) == RULES.look(files(text + LONG))


def test_a_fault_of_ours_in_the_fork_is_told_as_ours() -> None:
    class Broken(Rules):
        def look(self, files: object) -> None:  # type: ignore[override]
            raise ZeroDivisionError("in the rules")

    with pytest.raises(GraderFault, match="in the rules"):
        looked_in_time(Broken([]), files(LONG))
