"""The marker of a desk, made when the first answer is marked: a student's first question waits for nothing of it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.quiz.marking.algebra import Algebra
    from grader.quiz.marking.marker import Marker


class LazyMarker:
    """Gives out one marker; threads may share it. After `close` it still marks, but no formula: that is Closed."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._algebra: Algebra | None = None
        self._marker: Marker | None = None
        self._is_closed = False

    def marker(self) -> Marker:
        """Return the marker."""
        with self._turn:
            if self._marker is None:
                from grader.quiz.marking.algebra import Algebra  # loaded later
                from grader.quiz.marking.marker import Marker

                self._algebra = Algebra()
                if self._is_closed:
                    self._algebra.close()
                self._marker = Marker(self._algebra)
            return self._marker

    def close(self) -> None:
        """End the process that decides formulas, for good: whoever waits for it gets Closed."""
        with self._turn:
            self._is_closed = True
            algebra = self._algebra
        if algebra is not None:
            algebra.close()
