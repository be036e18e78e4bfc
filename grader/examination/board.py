"""What an exam's fork lets its examiner see: which test it is at, and when it is to have answered its alarm.

Theory of operation. A fork that is held in C code runs no handler of a signal and can say nothing. So it writes, ahead
of that, into a page of memory that the two share: a message would wake the examiner for every test, and a store wakes
nobody. The examiner looks only where an exam takes long. A fork whose alarm (`watch`) rang and was not answered for
`HELD_S`, in which it did not wait for a core, is held. One that asks the zygote for something is not: that has
deadlines of its own, and an answer that nobody reads would be taken for the next one.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import time
from collections.abc import Iterator

from grader.sandbox import jail
from grader.sandbox.children import ChildSource, Spawned
from grader.sandbox.endings import Ending
from grader.sandbox.run_queue import MOST, RunQueue

HELD_S = 1.0  # an alarm is answered between two steps of Python: one of C code takes microseconds, large ones a second
NO_TEST = -1
_TEST, _EXPLAINS, _RINGS_AT, _ASKS = range(4)
_CHILDREN = range(4, 20, 2)  # where each living child stands: its number for `reap`, and its outer one; 0: none
_NUMBERS = 20


class Board:
    """A fork's notes. `memory` holds doubles; a process that nobody watches has a board of its own."""

    def __init__(self, memory: memoryview[float] | None = None) -> None:
        self._numbers = memory if memory is not None else memoryview(bytearray(8 * _NUMBERS)).cast("d")
        self._numbers[_TEST] = NO_TEST
        self._numbers[_RINGS_AT] = math.inf

    @classmethod
    def shared(cls) -> Board:
        """Return one that forks of this process share with it."""
        return cls(memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("d"))

    @property
    def test(self) -> int:
        """Which of the exam's tests it is at, from 0; NO_TEST before the first."""
        return int(self._numbers[_TEST])

    @test.setter
    def test(self, number: int) -> None:
        self._numbers[_TEST] = number

    @property
    def explains(self) -> bool:
        """Whether it is at the explanation of that test, whose verdict is made."""
        return bool(self._numbers[_EXPLAINS])

    @explains.setter
    def explains(self, does: bool) -> None:
        self._numbers[_EXPLAINS] = does

    @property
    def rings_at(self) -> float:
        """When its alarm rings, in `time.monotonic()` seconds; never: infinity."""
        return self._numbers[_RINGS_AT]

    @rings_at.setter
    def rings_at(self, moment: float) -> None:
        self._numbers[_RINGS_AT] = moment

    @property
    def asks(self) -> bool:
        """Whether it waits for an answer of the zygote's."""
        return bool(self._numbers[_ASKS])

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Note that the block waits for the zygote; it has memory even where a test has filled that of its process."""
        self._numbers[_ASKS] = True
        try:
            with jail.spare_memory():
                yield
        finally:
            self._numbers[_ASKS] = False

    def born(self, child: Spawned) -> None:
        """Note a child that lives."""
        at = next(at for at in _CHILDREN if not self._numbers[at])  # a fork has two at most
        self._numbers[at + 1] = child.outer_pid or 0
        self._numbers[at] = child.pid

    def ended(self, pid: int) -> None:
        """Note that a child has been reaped."""
        for at in _CHILDREN:
            if self._numbers[at] == pid:
                self._numbers[at] = 0

    def end_children(self, source: ChildSource) -> None:
        """End the children that a fork has left behind when it was ended. Raises GraderFault."""
        for at in _CHILDREN:
            pid, outer_pid = int(self._numbers[at]), int(self._numbers[at + 1])
            if pid and source.gpu is not None and outer_pid:
                source.gpu.release(outer_pid)
            if pid:
                source.reap(pid)
                self.ended(pid)


class SeenChildren:
    """The children of a fork, of which its examiner knows by the board."""

    def __init__(self, source: ChildSource, board: Board) -> None:
        self._source = source
        self._board = board
        self.gpu = source.gpu

    def spawn(self) -> Spawned:
        with self._board.asking():
            child = self._source.spawn()
            self._board.born(child)
        return child

    def trace(self, pid: int) -> None:
        with self._board.asking():
            self._source.trace(pid)

    def reap(self, pid: int) -> Ending:
        with self._board.asking():
            ending = self._source.reap(pid)
            self._board.ended(pid)
        return ending


class Overseer:
    """Says whether a fork is held, by its board; to be asked from time to time."""

    def __init__(self, board: Board, pid: int) -> None:
        self._board = board
        self._pid = pid
        self._rang_at = math.inf  # of the alarm that is not answered yet
        self._since = math.inf
        self._queue: RunQueue | None = None

    def is_held(self) -> bool:
        """Whether an alarm has not been answered for so long that it will not be."""
        now, rang_at = time.monotonic(), self._board.rings_at
        if now < rang_at or self._board.asks:
            self._rang_at = math.inf
            return False
        if self._queue is None:
            self._queue = RunQueue(self._pid)
        if rang_at != self._rang_at:
            self._rang_at, self._since = rang_at, now
            self._queue.begin()
            return False
        waited_s = min(self._queue.waited_s(), MOST * HELD_S)
        return now - self._since - waited_s >= HELD_S

    def close(self) -> None:
        """Look no more."""
        if self._queue is not None:
            self._queue.close()
