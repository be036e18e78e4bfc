"""In which order exams of several exercises are held: each worker is to stay warm for one exercise.

To load an exercise takes a worker as long as several exams. Were the exercises held one after another, every worker
would load every one of them. So a few are in work at once, and work comes evenly from each of them; who has nothing to
do for its own exercise takes the next, or helps with another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Lanes(Generic[Item]):
    """Gives the items of each exercise in their order, those of `at_once` exercises side by side."""

    def __init__(self, lanes: Mapping[str, Iterator[Item]], *, at_once: int) -> None:
        self._coming = deque(lanes.items())
        self._open: dict[str, Iterator[Item]] = {}
        self._at_once = at_once

    def next(self, in_work: Mapping[str, int]) -> Item | None:
        """Return an item of the exercise that has fewest `in_work`; None when none is left."""
        while True:
            while self._coming and len(self._open) < self._at_once:
                exercise, items = self._coming.popleft()
                self._open[exercise] = items
            if not self._open:
                return None
            exercise = min(self._open, key=lambda name: in_work.get(name, 0))
            item = next(self._open[exercise], None)
            if item is not None:
                return item
            del self._open[exercise]
