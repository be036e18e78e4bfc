"""Timing a student's function against the reference: on our clock, in like processes, on fresh inputs.

What a child says of time is worth nothing, so the examiner times whole calls. The reference runs in a child of its own,
reached by the same wire, and the two take turns, so that a slow moment of the machine falls on both. Every result is
compared: an answer that is fast and wrong fails. The figure is coarse; ask for a factor, not for a percentage.

What counts is the quickest call of each. A busy machine only ever adds to a time, so with two cores and five others at
work on them the quickest of seven varied by a tenth, where the median was up to six times too long. And since inputs
are new and every result is compared, there is nothing that one quick call could save for another.

A call of many milliseconds is interrupted on a busy machine every time, and then the quickest of seven can still be one
side's luck: with five others at work on two cores, one honest ratio in sixty was 1.9. So a ratio that could be such bad
luck is not believed at once: more pairs are timed, at most twice as many again. The quickest of more calls only falls.

Work outside the clock counts too: a function takes at least the CPU time that its child spent for each call, on all of
its threads, behind the return as well. It is read before each call, while an honest child waits.

On a GPU the two do not take turns: a kernel of the student's could go on there, unseen by any clock of ours, and slow
the reference down. So the student's child is ended, the reference timed alone and its child ended too, and only then
does a new child of the student's come.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from grader.examination.compare import close
from grader.examination.proxy import RemoteFunction
from grader.examination.session import Session
from grader.examination.signals import TestIsBroken

_ROUNDS = 3  # of `repeats` pairs, at most
_LUCK = (1.25, 8.0)  # ratios that a busy machine can make of an honest one
_SHARE = 0.1  # of what is left of the exam's time that a round must have taken at most for another to follow


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
        apart: bool | None = None,
        **kwargs: object,
    ) -> float:
        """Return how many times as long the student's function takes as the reference's: by the quickest call of each,
        or by the CPU time of a call, whichever is more.

        `make_inputs` makes new positional arguments for each pair. `apart`: first the reference, then the student's
        in a new child, and not by turns; by default on a GPU only. Raises Mismatched where the results differ.
        """
        if not isinstance(function, RemoteFunction):
            raise TestIsBroken("bench.ratio times a function of the student's module: bench.ratio(student.f, …)")
        student = function._session
        alone = student._device == "cuda" if apart is None else apart
        if alone:
            student.close()
        session = self._open_reference()
        own, rival = _Stopwatch(function, student), _Stopwatch(RemoteFunction(session, function.__name__), session)

        def pair() -> None:
            inputs = make_inputs()
            close(own.call(inputs, kwargs), rival.call(inputs, kwargs), rtol=rtol, atol=atol)

        if not alone:
            return _by_turns(own, rival, pair, repeats=repeats, deadline=student.deadline)
        given = [make_inputs() for _ in range(repeats + 1)]
        expected = [rival.call(inputs, kwargs) for inputs in given]
        rival.stop()
        session.close()
        student.begin_test(seed=student._test.seed, limit_s=student._test.limit_s, fresh=True)
        for inputs, right in zip(given, expected, strict=True):
            close(own.call(inputs, kwargs), right, rtol=rtol, atol=atol)
        own.stop()
        return own.over(rival)


def _by_turns(own: _Stopwatch, rival: _Stopwatch, pair: Callable[[], None], *, repeats: int, deadline: float) -> float:
    """Return the ratio of the two after as many rounds of pairs as it takes to believe it."""
    pair()  # warms both up
    for _ in range(_ROUNDS):
        began = time.monotonic()
        for _ in range(repeats):
            pair()
        own.stop()
        rival.stop()
        ratio = own.over(rival)
        now = time.monotonic()
        if not _LUCK[0] < ratio < _LUCK[1] or now - began > _SHARE * (deadline - now):
            break
    return ratio


class _Stopwatch:
    """Times the calls of one function, after a first one."""

    def __init__(self, function: RemoteFunction, session: Session) -> None:
        self._function = function
        self._session = session
        self._walls_s: list[float] = []
        self._cpu_s: list[float | None] = []  # the child's clock before each call
        self._last_s: float | None = None  # and when it was stopped

    def call(self, inputs: tuple[object, ...], kwargs: dict[str, object]) -> Any:
        self._cpu_s.append(self._session.cpu_s())
        began = time.perf_counter()
        result = self._function(*inputs, **kwargs)
        self._walls_s.append(time.perf_counter() - began)
        return result

    def stop(self) -> None:
        """Read the child's clock: what it has computed until now belongs to the calls so far."""
        self._last_s = self._session.cpu_s()

    def over(self, other: _Stopwatch) -> float:
        """Return how many times as long as the other's its calls take: by the wall clock, or by CPU time, if more.

        Like is compared with like: on a busy machine walls grow, and CPU time hardly does.
        """
        ratio = min(self._walls_s[1:]) / min(other._walls_s[1:])
        own_s, others_s = self._cpu_of_a_call_s(), other._cpu_of_a_call_s()
        return max(ratio, own_s / others_s) if own_s and others_s else ratio

    def _cpu_of_a_call_s(self) -> float:
        """Return the mean over the calls but the first, and over what was computed behind that one; 0.0 if unknown."""
        first, second, last = self._cpu_s[0], self._cpu_s[1], self._last_s
        if first is None or second is None or last is None:
            return 0.0
        behind_the_first_s = max(second - first - self._walls_s[0], 0.0)
        return (behind_the_first_s + last - second) / (len(self._walls_s) - 1)
