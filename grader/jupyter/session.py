"""The one warm grader of a kernel: the first check starts it, later ones find torch imported.

Theory of operation. A kernel keeps one `Grader` for all checks with the same device and isolation; another choice ends
it and starts another. It is ended at the kernel's exit, after some minutes without a check, and after anything that
stopped a check in its middle, an interrupt above all: then nobody would read the answer that is still to come. A
kernel that is killed cannot end anything: the base sees its end of the socket close, and ends itself and all it forked.
A fork of the kernel (a DataLoader's worker) has a copy of this module's state that is not its own, and starts afresh.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from grader.errors import GraderError
from grader.pipeline import Grader
from grader.records import Device, Isolation

IDLE_S = 15 * 60.0  # a base holds some hundred MiB, and a new one costs a second


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a grader was started for."""

    process: int
    isolation: Isolation | None
    device: Device
    others: bool


class _Session:
    """Keeps the grader between checks."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a check that is interrupted and one that comes too late may not both end it
        self._grader: Grader | None = None
        self._choice: _Choice | None = None
        self._timer: threading.Timer | None = None

    @contextmanager
    def grader(self, isolation: Isolation | None, device: Device, *, others: bool) -> Iterator[Grader]:
        choice = _Choice(os.getpid(), isolation, device, others)
        with self._lock:
            self._stop_waiting()
            if choice != self._choice:
                self.end()
            if self._grader is None:
                self._grader, self._choice = Grader(isolation, device, others=others), choice
            try:
                yield self._grader
            except GraderError:  # the grader itself has seen to what failed
                self._wait()
                raise
            except BaseException:  # also an interrupt: an answer may be under way that nobody waits for
                self.end()
                raise
            self._wait()

    def end(self) -> None:
        """End every process of this kernel's grader; the next check starts a new one."""
        with self._lock:
            self._stop_waiting()
            grader, choice = self._grader, self._choice
            self._grader = self._choice = None
            if grader is not None and choice is not None and choice.process == os.getpid():
                grader.close()

    def _wait(self) -> None:
        self._timer = threading.Timer(IDLE_S, self.end)
        self._timer.daemon = True  # it does not keep a kernel that is to exit
        self._timer.start()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_SESSION = _Session()
atexit.register(_SESSION.end)


def warm_grader(isolation: Isolation | None, device: Device, *, others: bool = False) -> AbstractContextManager[Grader]:
    """Return a context that gives this kernel's grader; leaving it in the ordinary way keeps it warm."""
    return _SESSION.grader(isolation, device, others=others)
