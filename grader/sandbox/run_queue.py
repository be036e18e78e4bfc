"""How long a child has waited for a core, read from outside: no limit of a call counts that.

Theory of operation. A call's limit is a time by the clock, so that one that sleeps is ended too. On a busy machine a
process that could run waits for a core, and that says nothing of the student's code. The kernel counts it for each
thread, in nanoseconds, and tells it of a process's first one, in which calls run. It is read when a call begins, and
again when it has taken long or its limit has passed: then the call gets what it has waited, and no more than `MOST`
times its limit. The exam, of which the call is a part, gets it too (`examination.exam_time`).

A submission can start threads that compute while its first one waits for the core that they are on. What they compute
is work of its own, so it is taken off: the CPU time of the whole process less that of its first thread.

Source: /proc/PID/schedstat, CPU time and waiting of the first thread; Documentation/scheduler/sched-stats.rst of Linux.
Where there is none (macOS, Windows, gVisor, a kernel without CONFIG_SCHED_INFO) a call has waited for nothing.
"""

from __future__ import annotations

import contextlib
import os
import time

from grader.sandbox.cpu import cpu_clock

MOST = 4.0  # of a call's limit: a machine with five times the work that it has cores for


class RunQueue:
    """What one child waits for a core. `pid` is its number among our own processes; None where it has none."""

    def __init__(self, pid: int | None) -> None:
        self._file = None
        self._clock = cpu_clock(pid)
        if pid is not None:
            with contextlib.suppress(OSError):  # there is no such file: nothing is known
                self._file = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        self._before_s = self._last_s = 0.0

    def begin(self) -> None:
        """Count from now."""
        self._before_s = self._read_s()

    def waited_s(self) -> float:
        """Return the seconds since `begin` in which it could have run, and had no core because of others.

        0.0 where it is not known.
        """
        return max(self._read_s() - self._before_s, 0.0)

    def close(self) -> None:
        """Give the file back; what was known last stays so."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def total_s(self) -> float:
        """Return the same since the process began."""
        return max(self._read_s(), 0.0)

    def _read_s(self) -> float:
        if self._file is None:
            return self._last_s
        try:
            first_ns, waited_ns, *_ = map(int, os.pread(self._file, 64, 0).split())
            others_s = 0.0 if self._clock is None else time.clock_gettime(self._clock) - first_ns / 1e9
        except (OSError, ValueError):  # it has been reaped, and the file may be empty
            self.close()
            return self._last_s
        self._last_s = waited_ns / 1e9 - others_s
        return self._last_s
