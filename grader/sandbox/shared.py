"""One warm base for several graders: torch is imported once, and each has slots of its own in it.

Theory of operation. A base knows no exercise, so it does not matter whose slots it forks: examiner and zygote of each
are the grader's own, as before, and end when it closes their sockets. What graders share is the base's one socket. It
carries one question and its answer at a time, so they take turns: opening a slot takes some hundredths of a second, and
waiting for torch is the same wait for all. A grader that gives its lease up may have met a fault of the base, so that
base is lent to nobody any more, and ends with the last grader that is left in it; the next lease is one of a new base.
Where there is no fork there is nothing to share.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from grader.records import Isolation
from grader.sandbox import launch
from grader.sandbox.gpu_records import Gpu
from grader.sandbox.jail.proofs import Proof
from grader.sandbox.launch import OpenedSlot, SlotOrder, Warm


class SharedBase:
    """Lends one base to the graders of several threads. Whoever leases closes the lease."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lent: _Lent | None = None

    def lease(self) -> Warm:
        """Return the base, started if need be, as one that can be closed by itself. Raises OSError."""
        if not launch.can_fork():
            return launch.start_warm()
        with self._lock:
            if self._lent is None or self._lent.is_retired:
                self._lent = _Lent(launch.start_warm())
            self._lent.leases += 1
            return _Lease(self, self._lent)

    def _give_back(self, lent: _Lent) -> None:
        with self._lock:
            lent.is_retired = True
            lent.leases -= 1
            is_last = not lent.leases
        if is_last:  # outside of the lock: that can take seconds
            lent.base.close()


@dataclass(slots=True)
class _Lent:
    base: Warm
    leases: int = 0
    is_retired: bool = False
    turn: threading.Lock = field(default_factory=threading.Lock)  # of who asks the base


class _Lease:
    """One grader's share of a base."""

    def __init__(self, shared: SharedBase, lent: _Lent) -> None:
        self._shared, self._lent = shared, lent
        self._is_closed = False

    def open(self, order: SlotOrder) -> OpenedSlot:
        with self._lent.turn:
            return self._lent.base.open(order)

    def prove(self, degrees: tuple[Isolation, ...], device: str, *, gpu: Gpu | None = None) -> list[Proof]:
        with self._lent.turn:
            return self._lent.base.prove(degrees, device, gpu=gpu)

    def last_words(self) -> str:
        return self._lent.base.last_words()

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._shared._give_back(self._lent)
