"""A recorded test, held again with other code in the student's place: in the examiner, for the author's own code.

Theory of operation. The child's `Server` serves a module of the author's here, in the exam's own fork, over a scripted
channel: what the test sent is sent again, byte for byte, and the functions of the test are not called but answer what
they answered the student. After each reply a judge looks at it, beside what the student's code replied, and says
whether it is worth going on. There is no box, no tripwire and no process: what runs is a file of the hidden half, as
trusted as the tests. Nothing that came from a student is run, and its frames are only read (see `behaviour`).

A test is replayed from its own beginning, in a fresh module with the generators seeded as they were. What the student's
module remembered from earlier tests is not known here; code that depends on it matches nothing.
"""

from __future__ import annotations

import contextlib
import io
import math
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from grader.examination.behaviour import Base, Overlay, Reading, Unreadable
from grader.examination.transcript import Frame, Transcript
from grader.sandbox.child import Server
from grader.sandbox.messages import (
    STUDENT_ROOT,
    Answer,
    ArraySpec,
    Do,
    Graph,
    HandleSpec,
    Invoke,
    Reply,
    Request,
    Returned,
    TensorSpec,
)
from grader.sandbox.wire import Buffer, Payload, PeerGone

MAX_OPERATIONS = 200  # of one test that are replayed: a property is tried on very many inputs
MAX_ELEMENTS = 1 << 20  # of the arrays of one frame: a student's result, passed on, may be four bytes expanded to a GiB
Judge = Callable[[int, Reading], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange: what was sent, and how the student's code replied. `function` of the student's, as far as known."""

    sent: Do | Answer
    payload: bytes
    base: Base
    function: str
    reading: Reading


class _Reader:
    """Reads the replies of one side in turn: what it does to the arguments adds up while their call lasts."""

    def __init__(self) -> None:
        self._overlays: dict[int, Overlay] = {}

    def read(self, base: Base, reply: Reply, payload: bytes) -> Reading:
        reading = Reading(base, reply, payload, self._overlays.get(id(base), {}))
        self._overlays[id(base)] = reading.overlay
        return reading


@dataclass(frozen=True, slots=True)
class Script:
    """A test's conversation, read. `functions` are the names of the student's module that the test used."""

    steps: tuple[Step, ...]
    functions: frozenset[str]
    first_handle: int

    @classmethod
    def of(cls, transcript: Transcript) -> Script:
        """Read a transcript. Raises Unreadable where it was not kept, or holds what cannot be compared."""
        steps = tuple(_steps(transcript.frames()))
        if not steps:
            raise Unreadable("nothing was kept")
        handles = [spec.id for step in steps for spec in _handles(step.reading.reply)]
        used = frozenset(step.function for step in steps if step.function)
        return cls(steps, used, min(handles, default=1))


def _steps(frames: Iterator[Frame]) -> Iterator[Step]:
    reader, count = _Reader(), 0
    under_way: list[tuple[Base, str]] = []
    made_by: dict[int, tuple[Base, str]] = {}  # handle -> the operation that it came from
    for frame in frames:
        if isinstance(frame.sent, Do):
            under_way.append(_operation(frame.sent, frame.sent_payload, made_by))
        forbidden: str = getattr(frame.received, "forbidden", "")
        if not under_way or forbidden:
            raise Unreadable("an answer to nothing, or a broken rule")
        if _elements(frame.sent.graph) > MAX_ELEMENTS:
            raise Unreadable("arguments too large to run the author's code on")
        base, function = under_way[-1]
        reading = reader.read(base, frame.received, frame.received_payload)
        for spec in _handles(frame.received):
            made_by.setdefault(spec.id, under_way[-1])
        yield Step(frame.sent, frame.sent_payload, base, function, reading)
        if not isinstance(frame.received, Invoke):
            under_way.pop()
        if not under_way and (count := count + 1) >= MAX_OPERATIONS:
            return  # what a test tries hundreds of times over shows in the first of them


def _elements(graph: Graph) -> int:
    return sum(math.prod(node.shape) for node in graph.nodes if isinstance(node, TensorSpec | ArraySpec))


def _operation(do: Do, payload: bytes, made_by: dict[int, tuple[Base, str]]) -> tuple[Base, str]:
    """Return an operation's arguments (an iterator's are those of the call that made it) and its function."""
    if do.handle == STUDENT_ROOT:
        return Base.of(do.graph, payload), do.path[0] if do.path else ""
    known = made_by.get(do.handle)
    if do.handle >= 0 and known is None:
        raise Unreadable("an object of an earlier test")
    if do.op == "next" and known is not None:
        return known
    return Base.of(do.graph, payload), known[1] if known is not None else ""


def _handles(reply: Reply) -> list[HandleSpec]:
    graph = reply.graph if isinstance(reply, Returned | Invoke) else Graph()
    return [node for node in graph.nodes if isinstance(node, HandleSpec)]


# ---------------------------------------------------------------------------------------------------- the budget


class OutOfTime(BaseException):
    """The time for replays is over; not an Exception, so that no author's `except Exception` hides it."""


class Budget:
    """The CPU time that replays may take, and on the clock a multiple of it: for code that waits or never ends."""

    def __init__(self, cpu_s: float, *, wall_factor: float = 5.0) -> None:
        self._wall_factor = wall_factor
        self._is_running = False
        self.renew(cpu_s)

    def renew(self, cpu_s: float) -> None:
        """Give all who hold this budget so much time from now on."""
        self._wall_s = cpu_s * self._wall_factor
        self._cpu_s = cpu_s
        self._ends = time.process_time() + cpu_s
        self.rang = False

    def check(self) -> None:
        """Raise OutOfTime when the time is over."""
        if self.rang or time.process_time() > self._ends:
            raise OutOfTime

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Begin the time, and interrupt the block when it is over; without a timer (Windows) what hangs hangs."""
        self._ends = time.process_time() + self._cpu_s
        if not hasattr(signal, "setitimer"):
            yield
            return

        def ring(_number: int, _frame: object) -> None:
            self.rang = True
            if self._is_running:
                raise OutOfTime

        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, self._wall_s, 0.02)  # and again: an author's `except:` may catch it
        try:
            try:
                self._is_running = True
                yield
            finally:
                self._is_running = False  # first: what rings in the lines below must not keep them from being done
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, before)


# ---------------------------------------------------------------------------------------------------- the replay


class _Over(BaseException):
    """The judge has seen enough."""


class _Scripted:
    """The channel of a replay: hands out what was sent, and takes the replies to the judge."""

    def __init__(self, script: Script, judge: Judge, budget: Budget) -> None:
        self._steps: Sequence[Step] = script.steps
        self._judge = judge
        self._budget = budget
        self._reader = _Reader()
        self._at = 0
        self._is_over = False

    def receive(self, decode: Callable[[Buffer], Request]) -> tuple[Request, Payload]:
        del decode  # nothing was encoded
        if self._at == len(self._steps):
            raise PeerGone
        step = self._steps[self._at]
        return step.sent, np.frombuffer(step.payload, dtype=np.uint8).copy()

    def send(self, message: Reply, buffers: Sequence[Buffer] = ()) -> None:
        self._budget.check()
        if self._is_over:  # the server replies to what ended it, too
            raise _Over
        step = self._steps[self._at]
        self._is_over = True  # also where the judge raises
        goes_on = self._judge(self._at, self._reader.read(step.base, message, b"".join(buffers)))
        in_step = isinstance(message, Invoke) == isinstance(step.reading.reply, Invoke)
        self._at += 1
        self._is_over = not (goes_on and in_step)
        if self._is_over:
            raise _Over


def replay(script: Script, module: object, judge: Judge, budget: Budget) -> bool:
    """Let `module` answer a script; return whether it came to the end. `judge(step, reading)` says whether to go on.

    Raises: Unreadable for what cannot be compared; OutOfTime.
    """
    server = Server(_Scripted(script, judge, budget), None, module=module, first_handle=script.first_handle)
    with contextlib.suppress(_Over):
        server.serve()
        return True
    return False


@contextlib.contextmanager
def left_as_it_was() -> Iterator[None]:
    """Put back what a replay changes of the whole process: random generators, torch's defaults, what is printed."""
    torch_state, numpy_state, python_state = torch.get_rng_state(), np.random.get_state(), random.getstate()
    dtype, grad = torch.get_default_dtype(), torch.is_grad_enabled()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        torch.set_rng_state(torch_state)
        np.random.set_state(numpy_state)
        random.setstate(python_state)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(grad)
