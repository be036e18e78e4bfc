"""Whether a formula is the right one, decided in a child that can be killed.

Theory of operation. One child serves many answers: importing sympy takes longer than most of them. It is started for
the first formula, is asked one question at a time, and gets only data that our own parser made of a text. The clock
starts when a question is sent. When the time is over the child is killed, with all that it holds, and the next
question starts a new one. What it said by then counts: that a formula agrees with the answer at every point is enough
to be right. Where it said nothing the answer is undecided: unscored, for a person to look at, never a zero.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Self

from grader.errors import AuthorError, Closed, GraderFault
from grader.quiz.marking.algebra_frames import receive, send
from grader.quiz.marking.formula import Formula, to_wire
from grader.quiz.marking.mark import RIGHT, UNDECIDED, Mark, mark_of
from grader.quiz.model import Variable
from grader.records import Text

if TYPE_CHECKING:
    from grader.sandbox.fresh import Started

LIMIT_S = 2.0
_START_S = 60.0  # sympy from a cold and slow disk
_MAX_ANSWERS = 2_000  # of one child: sympy's caches grow
_ENTRY = "grader.quiz.marking.algebra_child:serve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a formula is compared with: the right ones, known wrong ones, and where its variables may lie."""

    right: tuple[Formula, ...]
    known: tuple[Formula, ...] = ()
    variables: tuple[Variable, ...] = ()


class Algebra:
    """Decides formulas, as a context manager; leaving it ends the child. Threads take turns."""

    def __init__(self, *, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._child: Started | None = None
        self._answers = 0
        self._is_closed = False
        self._turn = threading.Lock()

    def mark(self, given: Formula, asked: Comparison) -> Mark:
        """Mark a formula. Raises AuthorError if the answer has no value in its intervals, GraderFault; Closed."""
        request = {
            "given": to_wire(given),
            "right": [to_wire(one) for one in asked.right],
            "known": [to_wire(one) for one in asked.known],
            "intervals": {one.name: [repr(one.low), repr(one.high), one.whole] for one in asked.variables},
        }
        with self._turn:
            if self._is_closed:
                raise Closed(Text(en="The process for formulas was ended.", zh="公式计算进程已结束。"))
            wire = self._ready()
            self._answers += 1
            return self._mark(wire, request)

    def _mark(self, wire: socket.socket, request: Mapping[str, object]) -> Mark:
        deadline = time.monotonic() + self._limit_s
        mark = UNDECIDED
        try:
            _wait_until(wire, deadline)
            send(wire, request)
            while True:
                _wait_until(wire, deadline)
                frame = receive(wire)
                if frame is None:
                    break  # it ran out of memory, or was killed
                said = json.loads(frame)
                if said["state"] == "agrees":
                    mark = RIGHT
                    continue
                return _final(said)
        except OSError:
            pass  # its time is over
        self._end()
        return mark

    def _ready(self) -> socket.socket:
        if self._child is not None and (self._answers >= _MAX_ANSWERS or self._child.process.poll() is not None):
            self._end()
        if self._child is None:
            from grader.sandbox import fresh  # loaded later

            self._child, self._answers = fresh.start(_ENTRY, sockets=1), 0
            wire = self._child.sockets[0]
            wire.settimeout(_START_S)
            try:
                frame = receive(wire)
            except OSError:
                frame = None
            if frame is None:
                self._end()
                raise GraderFault(Text(en="The process for formulas did not start.", zh="公式计算进程未能启动。"))
        return self._child.sockets[0]

    def _end(self) -> None:
        if self._child is not None:
            from grader.sandbox import fresh  # loaded later

            fresh.kill_tree(self._child.process)
            self._child.process.wait()
            self._child.sockets[0].close()
            self._child = None

    def close(self) -> None:
        """End the child, for good."""
        with self._turn:
            self._is_closed = True
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _wait_until(wire: socket.socket, deadline: float) -> None:
    wire.settimeout(max(deadline - time.monotonic(), 0.001))


def _final(said: Mapping[str, object]) -> Mark:
    if said["state"] == "fault":
        raise GraderFault(Text(en=f"A formula could not be marked: {said['text']}", zh=f"公式无法评分：{said['text']}"))
    if said["state"] == "undecided":
        return UNDECIDED
    if said["state"] == "no-value":
        raise AuthorError(
            Text(
                en="The answer's formula has no value in most of the intervals of its variables.",
                zh="在变量的取值区间内，答案的公式大多没有数值。",
            ),
            remedy=Text(en="Give intervals in which it has one.", zh="请给出使公式有值的区间。"),
        )
    if said["state"] == "wrong":
        known = said["known"]
        return mark_of(Fraction(0), (known,) if isinstance(known, int) else ())
    return RIGHT
