"""How long a child has waited for a core, read from outside: no limit of a call counts that.

Theory of operation. A call's limit is a time by the clock, so that one that sleeps is ended too. On a busy machine a
process that could run waits for a core, and that says nothing of the student's code. The kernel counts it for each
thread, in nanoseconds, and tells it of a process's first one, in which calls run. It is read when a call begins, and
again only when its limit has passed: then the call gets what it has waited, and no more than `MOST` times its limit,
since a submission could start threads of its own to wait for. The deadline of the exam is moved by nothing.

Source: /proc/PID/schedstat, the second number; Documentation/scheduler/sched-stats.rst of Linux. Where there is none
(macOS, Windows, gVisor, a kernel without CONFIG_SCHED_INFO) a call has waited for nothing.
"""

from __future__ import annotations

import contextlib
import os

MOST = 4.0  # of a call's limit: a machine with five times the work that it has cores for


class RunQueue:
    """What one child has waited for a core. `pid` is its number among our own processes; None where it has none."""

    def __init__(self, pid: int | None) -> None:
        self._file = None
        if pid is not None:
            with contextlib.suppress(OSError):  # there is no such file: nothing is known
                self._file = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        self._before_s = 0.0

    def begin(self) -> None:
        """Count from now."""
        self._before_s = self._read_s()

    def waited_s(self) -> float:
        """Return the seconds since `begin` in which it could have run, and had no core; 0.0 where it is not known."""
        return max(self._read_s() - self._before_s, 0.0)

    def close(self) -> None:
        """Give the file back; from now on nothing is known."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read_s(self) -> float:
        if self._file is None:
            return 0.0
        try:
            fields = os.pread(self._file, 64, 0).split()
        except OSError:  # it has been reaped
            self.close()
            return 0.0
        return int(fields[1]) / 1e9 if len(fields) > 1 else 0.0
