"""The child that decides whether two formulas are the same: sympy and mpmath, under limits, for many answers.

Theory of operation. It gets formulas as data (`formula.to_wire`), never text, and builds them from a table of
operations; nothing is parsed, evaluated or looked up by name here. A question of equality is answered in two steps,
each sent as soon as it is known:

1. by numbers: both formulas are worked out to 50 and to 200 digits at random rational points of the intervals that
   the author gave, and at some special ones. Where they differ at one point they are not the same, and that is the end;
2. by algebra, for formulas that agree at every point: their difference is expanded and simplified. Zero proves them
   the same; a number other than zero, or a polynomial, proves that they only agreed to 100 digits; anything else leaves
   the first word.

The parent kills the process when its time is over; what was sent by then counts. Memory is limited by rlimits, and so
is the CPU time of every request: a child whose parent has died ends as well.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from fractions import Fraction

import mpmath  # type: ignore[import-untyped]

from grader.quiz.marking.algebra_frames import receive, send
from grader.quiz.marking.algebra_numbers import DIGITS, ENOUGH, agrees, samples
from grader.quiz.marking.algebra_points import Interval, Intervals
from grader.quiz.marking.algebra_symbols import proof
from grader.quiz.marking.formula import Wire
from grader.sandbox.jail import limit_memory

MEMORY_MIB = 512
_CPU_S = 6  # of one request, when the parent is not there to end it


@dataclass(frozen=True, slots=True)
class _Request:
    given: Wire
    right: list[Wire]
    known: list[Wire]
    intervals: Intervals

    @classmethod
    def of(cls, frame: bytes) -> _Request:
        data = json.loads(frame)
        intervals = {
            name: Interval(low=Fraction(low), high=Fraction(high), whole=whole)
            for name, (low, high, whole) in data["intervals"].items()
        }
        return cls(data["given"], data["right"], data["known"], intervals)


def serve(wire: socket.socket) -> None:
    """Answer questions until the parent goes."""
    limit_memory(MEMORY_MIB)
    mpmath.mp.dps = DIGITS
    send(wire, {"state": "ready"})
    while (frame := receive(wire)) is not None:
        _limit_cpu()
        try:
            _answer(wire, _Request.of(frame))
        except MemoryError:
            send(wire, {"state": "undecided"})
        except Exception as error:  # noqa: BLE001  told to the parent, which raises it as our own fault
            send(wire, {"state": "fault", "text": repr(error)[:500]})


def _answer(wire: socket.socket, request: _Request) -> None:
    for answer in request.right:
        found = samples(answer, request.intervals)
        if len(found) < (ENOUGH if request.intervals else 1):
            send(wire, {"state": "no-value"})
            return
        if not agrees(request.given, found, answer, request.intervals):
            continue
        send(wire, {"state": "agrees"})
        is_same = _proof_or_none(request.given, answer, request.intervals)
        if is_same is not False:
            send(wire, {"state": "proved" if is_same else "unproved"})
            return
    known = (i for i, wrong in enumerate(request.known) if _is_known(request, wrong))
    send(wire, {"state": "wrong", "known": next(known, None)})


def _proof_or_none(given: Wire, answer: Wire, intervals: Intervals) -> bool | None:
    try:
        return proof(given, answer, intervals)
    except Exception:  # noqa: BLE001  sympy gives up with exceptions of every kind; the numbers have spoken
        return None


def _is_known(request: _Request, wrong: Wire) -> bool:
    found = samples(wrong, request.intervals)
    return bool(found) and agrees(request.given, found, wrong, request.intervals)


def _limit_cpu() -> None:
    if os.name == "posix":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + _CPU_S, hard))
