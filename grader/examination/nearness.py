"""How near the values that passed came to the edge of their tolerance: for those who judge the tests.

A tolerance that the right answer only just keeps is a test that fails on another machine. So an exam of the reference
may record, for each `close` of a test file, the largest error as a share of what was allowed. It is switched on in the
exam's own process, by the request; a submission has no part in it, and no verdict depends on it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from grader.examination.measuring import Tolerance, Values, differences
from grader.exercise.manifest import HIDDEN_TESTS, VISIBLE_TESTS
from grader.records import Nearness

TEST_FILES = (VISIBLE_TESTS, HIDDEN_TESTS)


class NearnessLog:
    """Collects the comparisons of one exam, by the line of the test file that asked for them."""

    def __init__(self) -> None:
        self._worst: dict[tuple[str, int], float] = {}

    def note(self, actual: Values, expected: Values, tolerance: Tolerance) -> None:
        """Keep how near two arrays of floats come to the edge; above 1 they are beyond it."""
        place = _asking_line()
        if place is None or expected.dtype.kind not in "fc" or not expected.size:
            return
        self._worst[place] = max(self._worst.get(place, 0.0), _share(actual, expected, tolerance))

    @property
    def found(self) -> tuple[Nearness, ...]:
        """Each comparison's worst, in the order of the files' lines."""
        return tuple(Nearness(file=file, line=line, share=share) for (file, line), share in sorted(self._worst.items()))


_log: NearnessLog | None = None


def note(actual: Values, expected: Values, tolerance: Tolerance) -> None:
    """Tell the log of a comparison, where one is kept; otherwise at no cost."""
    if _log is not None:
        _log.note(actual, expected, tolerance)


@contextmanager
def kept_in(log: NearnessLog) -> Iterator[None]:
    """Keep every comparison within the block in `log`."""
    global _log  # one exam a process
    _log = log
    try:
        yield
    finally:
        _log = None


def _share(actual: Values, expected: Values, tolerance: Tolerance) -> float:
    """Return the largest error as a share of the allowed one. What is not finite on both sides is not measured."""
    return float(differences(actual, expected, tolerance).shares.max(initial=0.0))


def _asking_line() -> tuple[str, int] | None:
    frame = sys._getframe(1)
    while frame is not None:
        name = PurePath(frame.f_code.co_filename).name
        if name in TEST_FILES:
            return name, frame.f_lineno
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None
