"""Timing a student's function against the reference: on our clock, in like processes, on fresh inputs.

What a child says of time is worth nothing, so the examiner times whole calls. The reference runs in a child of its own,
reached by the same wire, and the two take turns, so that a slow moment of the machine falls on both. Every result is
compared: an answer that is fast and wrong fails. The figure is coarse; ask for a factor, not for a percentage.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from grader.examination.compare import close
from grader.examination.proxy import RemoteFunction
from grader.examination.session import Session
from grader.examination.signals import TestIsBroken


class Bench:
    """The `bench` fixture. `open_reference` gives a session in which the reference stands in the student's place."""

    def __init__(self, open_reference: Callable[[], Session]) -> None:
        self._open_reference = open_reference

    def ratio(
        self,
        function: RemoteFunction,
        make_inputs: Callable[[], tuple[object, ...]],
        *,
        repeats: int = 7,
        rtol: float | None = None,
        atol: float | None = None,
        **kwargs: object,
    ) -> float:
        """Return how many times as long the student's function takes as the reference's: the median over pairs.

        `make_inputs` makes new positional arguments for each pair. Raises Mismatched where the results differ.
        """
        if not isinstance(function, RemoteFunction):
            raise TestIsBroken("bench.ratio times a function of the student's module: bench.ratio(student.f, …)")
        rival = RemoteFunction(self._open_reference(), function.__name__)
        ratios: list[float] = []
        for repeat in range(repeats + 1):
            inputs = make_inputs()
            own_s, own = _timed(function, inputs, kwargs)
            rival_s, expected = _timed(rival, inputs, kwargs)
            close(own, expected, rtol=rtol, atol=atol)
            if repeat:  # the first pair warms both up
                ratios.append(own_s / rival_s)
        return statistics.median(ratios)


def _timed(function: RemoteFunction, inputs: tuple[object, ...], kwargs: dict[str, object]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = function(*inputs, **kwargs)
    return time.perf_counter() - began, result
