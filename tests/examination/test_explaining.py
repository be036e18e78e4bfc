"""Explaining is bounded: what takes too long or fails costs an explanation, never more."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest

from grader.examination.evidence import Asserted, Evidence
from grader.examination.explaining import UNEXPLAINED, BoundedExplaining
from grader.examination.watch import ending_at, interrupted_at
from grader.records import Explanation, Reveal, Text

EVIDENCE = Asserted(message="", call=None)
WELL = Explanation(problem=Text(en="well", zh="好"), cause_id="well")


class Explains:
    """An explanation maker for the tests here; `deed` is what it does first."""

    notes = ()
    versions: dict[str, str] = {}  # noqa: RUF012  the protocol's shape

    def __init__(self, deed: Callable[[], object]) -> None:
        self._deed = deed

    def prepare(self, *_: object) -> None:
        """Load nothing."""

    def __call__(self, evidence: Evidence, reveal: Reveal) -> Explanation:
        self._deed()
        return WELL


def endless() -> None:
    while True:
        with contextlib.suppress(Exception):  # as careless code does
            time.sleep(0.01)


def too_deep() -> None:
    raise RecursionError("secret input 42")


def test_an_explanation_in_time_is_told_without_a_note() -> None:
    explaining = BoundedExplaining(Explains(lambda: None))
    assert explaining(EVIDENCE, Reveal.FULL) is WELL
    assert explaining.notes == ()


@pytest.mark.parametrize("deed", [endless, too_deep])
def test_one_that_fails_or_does_not_end_is_replaced_and_noted_in_no_words_of_its_own(deed: Callable[[], None]) -> None:
    explaining = BoundedExplaining(Explains(deed), limit_s=0.1)
    made = explaining(EVIDENCE, Reveal.FULL)
    assert made.cause_id == UNEXPLAINED
    assert "secret" not in str(made)
    assert len(explaining.notes) == 1
    assert "secret" not in str(explaining.notes)


def test_one_that_used_up_the_time_leaves_the_next_unexplained_at_once() -> None:
    asked = []
    explaining = BoundedExplaining(Explains(lambda: (asked.append(1), endless())), limit_s=0.1)
    explaining(EVIDENCE, Reveal.FULL)
    assert explaining(EVIDENCE, Reveal.FULL).cause_id == UNEXPLAINED
    assert len(asked) == 1


class Outer(BaseException):
    pass


class Inner(BaseException):
    pass


def test_a_limit_inside_another_leaves_that_one_running() -> None:
    with pytest.raises(Outer), interrupted_at(ending_at(time.monotonic() - 5.0), Outer, overtime_s=0.2):
        with interrupted_at(ending_at(time.monotonic() + 60.0), Inner):
            time.sleep(0.01)
        endless()
