"""The examiner's own limits: what a student's values make the tests do must end, too.

A result of millions of elements that a test then walks through in Python would hold the examiner long after the child
has answered, or fill its memory. Both count as the student's: the same test passes on the reference.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator

from grader.sandbox import jail

_AT_ONCE_S = 0.001  # a timer of 0 would be none
OVERTIME_S = 1.0  # a test may go on so long after its exam's deadline, for its own arithmetic
MEMORY_MIB = 2_048  # of an exam's process, on top of what the examiner has loaded


@contextlib.contextmanager
def interrupted_at(
    ends: Callable[[], float], stop: Callable[[], BaseException], *, overtime_s: float = OVERTIME_S
) -> Iterator[None]:
    """Raise `stop()` inside the block when it is not left `overtime_s` after it `ends`, in `time.monotonic()` seconds.

    `ends` is asked again when the time has come: it may have moved. Inside another such block, that one's time goes on.
    Where there is no timer signal (Windows) the controller's own limit is the only one.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_number: int, _frame: object) -> None:
        left_s = ends() + overtime_s - time.monotonic()
        if left_s <= 0:
            raise stop()
        signal.setitimer(signal.ITIMER_REAL, max(left_s, _AT_ONCE_S))

    began = time.monotonic()
    around_s, _ = signal.setitimer(signal.ITIMER_REAL, 0.0)  # of the block around this one; 0.0: there is none
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(max(ends() - began, 0.0) + overtime_s, _AT_ONCE_S))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
        if around_s:
            left_s = around_s - (time.monotonic() - began)
            signal.setitimer(signal.ITIMER_REAL, max(left_s, 0.001))


def ending_at(moment: float) -> Callable[[], float]:
    """Return an end that does not move."""
    return lambda: moment


def limit_memory() -> None:
    """Let this process, an exam's fork, take no more memory than an exam can need."""
    jail.limit_memory(MEMORY_MIB)
