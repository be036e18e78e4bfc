"""The examiner's own limits: what a student's values make the tests do must end, too.

A result of millions of elements that a test then walks through in Python would hold the examiner long after the child
has answered, or fill its memory. Both count as the student's: the same test passes on the reference. What walks it in C
code hears no alarm; an exam's fork therefore shows when its alarm rings, and the examiner ends it (`board`).
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import time
from collections.abc import Callable, Iterator

from grader.examination.board import Board
from grader.sandbox import jail

_AT_ONCE_S = 0.001  # a timer of 0 would be none
_AGAIN_S = 0.5  # what is raised in a `__del__` Python drops, and a test may catch anything: it rings until it is heard
OVERTIME_S = 1.0  # a test may go on so long after its exam's deadline, for its own arithmetic
MEMORY_MIB = 2_048  # of an exam's process, on top of what the examiner has loaded
SPARE_MIB = 64  # beside that, for its talk with the zygote: one that breaks off there would cost the exam its score
BESIDE_S = 15.0  # CPU time of an exam's process beside its tests: explanations have 10 s, known mistakes 3 s


class _Shown:
    """Where this process shows its alarm."""

    board = Board()


def show_on(board: Board) -> None:
    """Let the examiner see on this board when an alarm of this process rings."""
    _Shown.board = board


@contextlib.contextmanager
def interrupted_at(
    ends: Callable[[], float], stop: Callable[[], BaseException], *, overtime_s: float = OVERTIME_S
) -> Iterator[None]:
    """Raise `stop()` inside the block when it is not left `overtime_s` after it `ends`, in `time.monotonic()` seconds.

    And again, each half second, until it is left. `ends` is asked again when the time has come: it may have moved.
    Inside another such block, that one's time goes on. Where there is no timer signal (Windows) the controller's own
    limit is the only one.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return
    is_inside = True

    def ring(_number: int, _frame: object) -> None:
        if not is_inside:  # it rang while the block was being left
            return
        left_s = ends() + overtime_s - time.monotonic()
        if left_s > 0:
            _set_alarm(left_s)
            return
        reason = stop()  # which may take its time: another ring in there would leave a child half ended
        _set_alarm(_AGAIN_S)
        raise reason

    began = time.monotonic()
    around_s, _ = signal.setitimer(signal.ITIMER_REAL, 0.0)  # of the block around this one; 0.0: there is none
    before = signal.signal(signal.SIGALRM, ring)
    try:
        try:
            _set_alarm(max(ends() - began, 0.0) + overtime_s)
            yield
        finally:
            is_inside = False  # first: what rings in the lines below must not keep them from being done
    finally:
        _set_no_alarm()
        signal.signal(signal.SIGALRM, before)
        if around_s:
            _set_alarm(around_s - (time.monotonic() - began))


def _set_alarm(after_s: float) -> None:
    after_s = max(after_s, _AT_ONCE_S)
    _Shown.board.rings_at = time.monotonic() + after_s
    signal.setitimer(signal.ITIMER_REAL, after_s)


def _set_no_alarm() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    _Shown.board.rings_at = math.inf


def ending_at(moment: float) -> Callable[[], float]:
    """Return an end that does not move."""
    return lambda: moment


def limit_memory() -> None:
    """Let this process, an exam's fork, take no more memory than an exam can need."""
    jail.limit_memory(MEMORY_MIB, spare_mib=SPARE_MIB)


def limit_cpu(seconds: float) -> None:
    """Let the system end this process, an exam's fork, when it has computed for so long; SIGXCPU tells of it."""
    if os.name != "posix":
        return
    import resource

    for which, wanted in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, math.ceil(seconds))):
        soft, hard = resource.getrlimit(which)
        limits = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
        resource.setrlimit(which, (min([wanted, *limits]), hard))
