"""The examiner's end of one child: asks, waits until a deadline, serves callbacks, and ends the child.

Everything that comes back is decoded as hostile. A child that breaks the protocol, closes its wire, or lets a deadline
pass is killed with its whole tree, and `ChildEnded` says which it was. A deadline is absolute: bytes that drip do not
move it; only the time that a function of the test takes, when the child calls it back, is added.
"""

from __future__ import annotations

import math
import re
import secrets
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.errors import GraderFault
from grader.records import Outcome, Resources, SourceFile, SourceLine
from grader.sandbox import wire
from grader.sandbox.children import ChildSource, Ending
from grader.sandbox.messages import Answer, Do, Invoke, Load, Ready, Reply, Request
from grader.sandbox.wire import Buffer, Channel, DeadlinePassed, Payload, PeerGone, WireError

MAX_OUTPUT_BYTES = 16 * 1024  # of what a child prints that is kept, between two `take_output`
MAX_CALLBACKS = 100_000  # of one call
START_TIMEOUT_S = 60.0  # of a child that must import torch first, on a slow disk
_TRACE_GRACE_S = 0.05
_MAX_READS = 64  # of the output at a time, 64 KiB each
_TRACE_LINE = re.compile(r'^  File "([^"\n]{1,200})", line (\d{1,9}) in (.{1,200})$', re.MULTILINE)
_TRACE_START = re.compile(
    r"^(Fatal Python error|Current thread|Thread 0x|Stack \(most recent call first\))", re.MULTILINE
)
_XCPU = getattr(signal, "SIGXCPU", 0)
_KILL = getattr(signal, "SIGKILL", 9)


class ChildEnded(Exception):
    """The child is gone; `detail` as in `evidence.Ended`."""

    def __init__(self, outcome: Outcome, detail: str, *, status: int = 0, trace: tuple[SourceLine, ...] = ()) -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.detail = detail
        self.status = status
        self.trace = trace


@dataclass(frozen=True, slots=True)
class Served:
    """What a function of the test answered, and how long it alone took: reading its arguments is the child's time."""

    answer: Answer
    buffers: Sequence[Buffer]
    own_s: float


@dataclass(slots=True)
class _Usage:
    calls: int = 0
    ending: Ending | None = None


class Client:
    """One living child. `files` are the submission's, to recognise its lines in a trace."""

    def __init__(self, source: ChildSource, files: Sequence[SourceFile]) -> None:
        self._source = source
        self._files = {file.name: file.text.splitlines() for file in files}
        spawned = source.spawn()
        self.pid = spawned.pid
        self._output_socket: socket.socket | None = spawned.output
        spawned.output.setblocking(False)
        self._channel = Channel(spawned.wire, output=spawned.output, drain=self._drain)
        self._output = bytearray()
        self._dropped = 0
        self._usage = _Usage()
        self._memory_mib = 0
        self._await_ready()

    def _await_ready(self) -> None:
        """Wait until the child is up and jailed. Raises GraderFault: it has seen nothing of the student's yet."""
        try:
            reply, _ = self._channel.receive(wire.decode_reply, deadline=time.monotonic() + START_TIMEOUT_S)
            problem = "" if isinstance(reply, Ready) else "it began with something else"
        except (PeerGone, DeadlinePassed, WireError) as error:
            problem = str(error) or type(error).__name__
        if problem:
            ending = self.end()
            raise GraderFault(f"a new child process did not come up: {problem} ({ending}).")

    @property
    def alive(self) -> bool:
        return self._usage.ending is None

    def exchange(
        self,
        request: Load | Do,
        buffers: Sequence[Buffer],
        *,
        deadline: float,
        latest: float = math.inf,
        serve: Callable[[Invoke, Payload], Served] | None = None,
    ) -> tuple[Reply, Payload]:
        """Send a request and return its reply; `serve` answers what the child calls back meanwhile.

        `deadline` in `time.monotonic()` seconds; the time of the test's own functions is added, up to `latest`.
        Raises ChildEnded.
        """
        self._usage.calls += 1
        if isinstance(request, Load):
            self._memory_mib = request.memory_mib
        try:
            if self._channel.has_unsolicited():
                raise WireError("bytes before the question")
            reply, payload = self._ask(request, buffers, deadline)
            for _ in range(MAX_CALLBACKS):
                if not isinstance(reply, Invoke):
                    return reply, payload
                if serve is None:
                    raise WireError("a call back from where none is possible")
                served = serve(reply, payload)
                deadline = min(deadline + served.own_s, latest)
                reply, payload = self._ask(served.answer, served.buffers, deadline)
            raise WireError("too many calls back")
        except DeadlinePassed:
            raise self._end_for_time() from None
        except PeerGone:
            raise self._end_for_death() from None
        except WireError:
            self.end()
            raise ChildEnded(Outcome.CRASHED, "wire") from None

    def _ask(self, request: Request, buffers: Sequence[Buffer], deadline: float) -> tuple[Reply, Payload]:
        self._channel.send(request, buffers, deadline=deadline)
        reply, payload = self._channel.receive(wire.decode_reply, deadline=deadline)
        if reply.nonce != request.nonce:
            raise WireError("a reply to another question")
        return reply, payload

    # -- output

    def take_output(self) -> str:
        """Return what the child printed since the last time, capped; the text is the student's."""
        self._collect_output()
        text = self._output.decode(errors="backslashreplace")
        if self._dropped:
            text += f"\n… (+{self._dropped} bytes)"
        self._output.clear()
        self._dropped = 0
        return text

    def _collect_output(self) -> None:
        for _ in range(_MAX_READS):  # what floods faster is read on in the next wait, which has a deadline
            if self._output_socket is None or not self._drain():
                return

    def _drain(self) -> bool:
        """Take what waits in the output socket; False when nothing does, for now or for ever."""
        if self._output_socket is None:
            return False
        try:
            data = self._output_socket.recv(1 << 16)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._output_socket.close()
            self._output_socket = None
            return False
        room = max(MAX_OUTPUT_BYTES - len(self._output), 0)
        self._output += data[:room]
        self._dropped += len(data) - min(room, len(data))
        return True

    # -- the end

    def end(self) -> Ending:
        """Kill the child with everything that it started; return how it ended and what it used."""
        if self._usage.ending is None:
            self._usage.ending = self._source.reap(self.pid)
            self._collect_output()
            self._channel.close()
            if self._output_socket is not None:
                self._output_socket.close()
                self._output_socket = None
        return self._usage.ending

    @property
    def resources(self) -> Resources:
        """What the child has used; complete once it has ended."""
        ending = self._usage.ending or Ending()
        return Resources(
            children=1, calls=self._usage.calls, cpu_s=ending.cpu_s, peak_memory_mib=round(ending.peak_mib, 1)
        )

    def _end_for_time(self) -> ChildEnded:
        """Ask the child where it is, wait a moment for the answer, and end it."""
        self._collect_output()
        printed, self._output = self._output, bytearray()  # the trace has room whatever was printed before
        self._source.trace(self.pid)
        until = time.monotonic() + _TRACE_GRACE_S
        while time.monotonic() < until and not _TRACE_LINE.search(self._output.decode(errors="replace")):
            self._drain()
            time.sleep(0.001)
        self.end()
        trace = self._take_trace()
        self._output[:0] = printed
        return ChildEnded(Outcome.TIMEOUT, "call", trace=trace)

    def _end_for_death(self) -> ChildEnded:
        ending = self.end()
        trace = self._take_trace()
        if ending.signal == _XCPU:
            return ChildEnded(Outcome.TIMEOUT, "cpu", trace=trace)
        if ending.signal == _KILL and ending.peak_mib > self._memory_mib / 2:  # a system that is out of memory kills so
            return ChildEnded(Outcome.MEMORY, "memory", trace=trace)
        if ending.signal:
            return ChildEnded(Outcome.CRASHED, "signal", status=ending.signal, trace=trace)
        return ChildEnded(Outcome.CRASHED, "exit", status=ending.exit_status, trace=trace)

    def _take_trace(self) -> tuple[SourceLine, ...]:
        """Take the trace that faulthandler wrote out of the output; keep the student's lines, outermost first."""
        text = self._output.decode(errors="backslashreplace")
        start = _TRACE_START.search(text)
        if start is None:
            return ()
        self._output[:] = text[: start.start()].encode()
        found: list[SourceLine] = []
        for name, number, function in _TRACE_LINE.findall(text[start.start() :]):
            lines = self._files.get(name)
            if lines is not None:
                source = lines[int(number) - 1] if 0 < int(number) <= len(lines) else ""
                found.append(SourceLine(file=name, line=int(number), function=function, source=source))
        return tuple(reversed(found[:20]))


class Nonces:
    """Numbers that a child cannot foresee, one for each call; drawn from the system many at a time."""

    def __init__(self) -> None:
        self._drawn: list[int] = []

    def next(self) -> int:
        if not self._drawn:
            block = secrets.token_bytes(8 * 64)
            self._drawn = [int.from_bytes(block[at : at + 8]) >> 1 for at in range(0, len(block), 8)]
        return self._drawn.pop()
