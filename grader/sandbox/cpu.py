"""The CPU time of a child, read from outside: what it computes between its calls is seen.

Theory of operation. A child has work to do from a request until its reply, and afterwards for a moment more, in which
it gives back memory and waits again. Whatever computes longer is a thread that outlives its call: it could prepare an
answer, or finish one, where no clock of ours runs. The system counts a process's CPU time, all threads together, and
tells it to any process that knows its number, in a third of a microsecond; so it is read before each request and behind
each reply. Python has no name for the clock of another process; its number is `~pid << 3 | 2`.
Sources: clock_getcpuclockid(3); CPUCLOCK_SCHED in Linux's include/linux/posix-timers_types.h.

The system brings the figure of a thread up to date when the thread stops, and a few milliseconds apart while it runs.
A reading *before a request* is therefore exact, as an honest child waits then; one *behind a reply* may lack the end
of the call. So `Work.between_s`, which ends a child, forgives as much as the call itself took, while `Work.total_s`,
which timing uses, compares readings before requests alone.

Where a child's clock cannot be read (macOS, Windows, gVisor) nothing is counted: `Work.known` says so.
"""

from __future__ import annotations

import os
import sys
import time

ALLOWED_BETWEEN_S = 0.1  # of a child, in its whole life, on top of what each gap forgives
_FORGIVEN_S = 0.0005  # of each gap: giving back a result and waiting again take 30 µs
_MOST_FORGIVEN_S = 0.05  # giving back 512 MiB takes 20 ms; readings lag by 10 ms at most


_OVERTIME_S = 2.0  # for which a child may outlive its exam's deadline


def limit_for(life_s: float) -> float:
    """Return the limit on the CPU time of a child that lives for so many seconds at most.

    The system counts towards RLIMIT_CPU in ticks, and a child can be running at every tick without using the time
    between them: it would be killed with little CPU time used, as if from outside. So the limit is what all processors
    together could count in its life, and what ends a child is a deadline of ours.
    """
    return (life_s + _OVERTIME_S) * (os.cpu_count() or 1)


def cpu_clock(pid: int | None) -> int | None:
    """Return the clock that counts a process's CPU time, all threads together; None where there is none."""
    return None if pid is None or sys.platform != "linux" else (~pid << 3) | 2


class Work:
    """What one child has computed. `pid` is its number among our own processes; None where it has none."""

    def __init__(self, pid: int | None) -> None:
        self._clock = cpu_clock(pid)
        self.between_s = 0.0  # CPU seconds between calls, beyond what is forgiven
        self._asked = self._replied = time.monotonic()
        self._cpu_s = self._read()
        self.known = self._cpu_s > 0.0

    def _read(self) -> float:
        """Return the child's CPU seconds so far; 0.0 where they cannot be had."""
        if self._clock is None:
            return 0.0
        try:
            return time.clock_gettime(self._clock)
        except OSError:  # it has been reaped, or there is no such clock
            self._clock = None
            return 0.0

    @property
    def total_s(self) -> float:
        """The child's CPU seconds so far, exact while it waits."""
        return self._read()

    def look(self) -> None:
        """Count what the child has computed since its last reply, or since the last look."""
        if self._clock is None:
            return
        now_s = self._read()
        over_s = now_s - self._cpu_s - _FORGIVEN_S
        if over_s > 0.0:
            forgiven_s = min(max(self._replied - self._asked, 0.0), _MOST_FORGIVEN_S)
            self.between_s += max(over_s - forgiven_s, 0.0)
        self._cpu_s = now_s
        self._replied = self._asked  # forgiven once

    def asks(self) -> None:
        """Note that a request is about to be sent."""
        self.look()
        self._asked = time.monotonic()

    def replies(self) -> None:
        """Note that its reply has come."""
        self._replied = time.monotonic()
        if self._clock is not None:
            self._cpu_s = self._read()

    @property
    def too_much(self) -> bool:
        """Whether the child has computed more between its calls than any honest one does."""
        return self.between_s > ALLOWED_BETWEEN_S
