"""Explaining a failed test, bounded: what a student's values make an explanation do must end, and costs no score.

The verdict is made by then. Where the explanation takes too long, or fails, the measured outcome alone is told, and a
note says so; the note holds no word of an exception's text, which may quote a hidden input.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import Protocol

from grader.examination.evidence import Evidence
from grader.examination.watch import ending_at, interrupted_at
from grader.plugins import Plugin
from grader.records import Exercise, Explanation, Reveal, Text

EXPLAINING_S = 10.0  # for all the explanations of one exam; one takes some milliseconds
ONE_S = 3.0  # for one of them
UNEXPLAINED = "unexplained"

_PROBLEM = Text(
    en="This test did not pass. Its explanation could not be worked out.",
    zh="此测试未通过，但未能得出原因说明。",
)
_NEXT_STEP = Text(
    en="Try the function on small inputs of your own, and look at what it returns: its type, its shape, its nesting.",
    zh="请用自己的小输入试一试这个函数，看看它返回的类型、形状和嵌套结构。",
)
_NOTE = Text(
    en="Some explanations took too long or failed, and are left out. No score is affected.",
    zh="部分原因说明耗时过长或出错，因此略去。成绩不受影响。",
)


class Explain(Protocol):
    """What makes the explanation of a failed test, for every exam of one exercise."""

    @property
    def notes(self) -> tuple[Text, ...]:
        """What operator or author should mend."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Of what it is made of, besides dlgrade itself."""

    def prepare(self, exercise: Exercise, plugins: Sequence[Plugin]) -> None:
        """Load what exams need, once."""

    def __call__(self, evidence: Evidence, reveal: Reveal) -> Explanation:
        """Return why the test that left `evidence` failed, no more than `reveal` allows."""


class _TooLate(BaseException):
    """An explanation took too long; not an Exception, so that nothing on the way takes it for a failure of its own."""


class BoundedExplaining:
    """Explains the failures of one exam, in a bounded time together."""

    def __init__(self, explain: Explain, *, limit_s: float = EXPLAINING_S) -> None:
        self._explain = explain
        self._left_s = limit_s
        self.notes: tuple[Text, ...] = ()

    def __call__(self, evidence: Evidence, reveal: Reveal) -> Explanation:
        """Return why a test failed, or that it is not known why. Raises nothing."""
        began = time.monotonic()
        limit_s = min(ONE_S, self._left_s)
        try:
            if limit_s <= 0.0:
                raise _TooLate
            with interrupted_at(ending_at(began + limit_s), _TooLate, overtime_s=0.0):
                return self._explain(evidence, reveal)
        except (Exception, _TooLate):  # noqa: BLE001  whatever it is, the verdict stands
            traceback.print_exc()  # into the file that the controller quotes from
            sys.stderr.flush()
            self.notes = (_NOTE,)
            return Explanation(problem=_PROBLEM, cause_id=UNEXPLAINED, next_step=_NEXT_STEP)
        finally:
            self._left_s -= time.monotonic() - began
