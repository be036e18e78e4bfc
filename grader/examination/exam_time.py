"""When an exam is over: after the time that its exercise gives it, without what its processes waited for a core.

An exam's limit is a time by the clock, as a call's is, and for the same reason it counts no waiting (`run_queue`): how
many exams are held side by side, and what else the machine does, would otherwise decide which tests are still reached.
Two processes work for an exam, in turn: its own, and its child. What both have waited is added, at most `MOST` times
the limit.
"""

from __future__ import annotations

import math
import os
import time
from typing import Protocol

from grader.sandbox.run_queue import MOST, RunQueue


class Child(Protocol):
    """What is asked of a child, alive or not."""

    device_s: float  # for the start of its GPU

    @property
    def queued_s(self) -> float:
        """What it has waited for a core since it was born."""


class ExamTime:
    """The time of one exam, which begins now."""

    def __init__(self, limit_s: float) -> None:
        self._began = time.monotonic()
        self._limit_s = limit_s
        self._children: list[Child] = []
        self._waited_s = 0.0
        self._own = RunQueue(os.getpid())
        self._own.begin()

    def watch(self, child: Child) -> None:
        """Give it what a new child's device took to start, and from now on what the child waits for a core."""
        self._children.append(child)

    def ends(self, *, within_s: float = math.inf) -> float:
        """Return when it is over, in `time.monotonic()` seconds; it may move later whenever something waits.

        Where that is farther than `within_s` from now, it need not be exact: to ask costs some microseconds.
        """
        least = self._began + self._limit_s + sum(child.device_s for child in self._children)
        if time.monotonic() + within_s >= least + self._waited_s:
            waited_s = self._own.waited_s() + sum(child.queued_s for child in self._children)
            self._waited_s = max(self._waited_s, min(waited_s, MOST * self._limit_s))
        return least + self._waited_s
