"""The examiner's end of one child: asks, waits until a deadline, serves callbacks, and ends the child.

Everything that comes back is decoded as hostile. A child that breaks the protocol, closes its wire, or lets a deadline
pass is killed with its whole tree, and `ChildEnded` says which it was. A deadline is absolute: bytes that drip do not
move it; only the time that a function of the test takes, when the child calls it back, is added, and the time in which
the child waited for a core (`run_queue`).

No byte is taken that was not asked for. Each question has a nonce that the child cannot foresee, and no byte may wait
when it is asked; what arrives between that look and the question cannot carry the nonce, and what arrives behind a
reply is found before the next question. What a child computes between questions is counted (`cpu`); a child that goes
on computing is ended.
"""

from __future__ import annotations

import math
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.errors import GraderFault
from grader.records import Isolation, Outcome, Resources, SourceFile, SourceLine, Text
from grader.sandbox import wire
from grader.sandbox.children import ChildSource
from grader.sandbox.cpu import Work
from grader.sandbox.endings import (
    DYING_CUDA_S,
    Allowed,
    ChildEnded,
    Ending,
    cpu_limit_s,
    death,
    has_died,
    has_trace,
    is_stopped,
    over_gpu_memory,
    split_trace,
    stopped_from_outside,
)
from grader.sandbox.gpu_ledger import Verdict
from grader.sandbox.messages import Answer, DeviceStarted, Do, Invoke, Load, Ready, Reply, Request, StartDevice
from grader.sandbox.run_queue import MOST, RunQueue
from grader.sandbox.wire import Buffer, Channel, DeadlinePassed, Payload, PeerGone, WireError

if TYPE_CHECKING:
    from grader.sandbox.gpu import GpuWatch

START_DEVICE_S = 60.0  # a context takes a second; a GPU that slept, or a machine that is overloaded, more
MAX_OUTPUT_BYTES = 16 * 1024  # of what a child prints that is kept, between two `take_output`
MAX_CALLBACKS = 100_000  # of one call
_TRACE_GRACE_S = 0.05
_WORTH_A_LOOK_S = 0.01  # what is quicker has waited for no core that matters
_MAX_READS = 64  # of the output at a time, 64 KiB each


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


@dataclass(slots=True)
class _Excuse:
    """By how much the deadline of one exchange may move, and what its asks have waited for a core, but for the last."""

    most_s: float
    before_s: float = 0.0


class Client:
    """One living child. `files` are the submission's, to recognise its lines in a trace."""

    def __init__(self, source: ChildSource, files: Sequence[SourceFile]) -> None:
        self._source = source
        self._files = {file.name: file.text.splitlines() for file in files}
        spawned = source.spawn()
        self.pid = spawned.pid
        self._output_socket: socket.socket | None = spawned.output
        spawned.output.setblocking(False)
        self._queue = RunQueue(spawned.outer_pid)
        self._excuse = _Excuse(0.0)
        self._channel = Channel(spawned.wire, output=spawned.output, drain=self._drain, excused=self._excused_s)
        self._output = bytearray()
        self._dropped = 0
        self._usage = _Usage()
        self.waited_s = 0.0  # for replies, all together, but for what the child itself waited for a core
        self._outer_pid = spawned.outer_pid
        self._allowed = Allowed(isolation=spawned.isolation)
        self._gpu: GpuWatch | None = None  # once it watches the child
        self._await_ready(spawned.start_s)
        # What the start of its GPU took is no time of the student's.
        self.device_s = 0.0 if source.gpu is None else self._start_device(source.gpu)
        self.work = Work(spawned.outer_pid)

    def _await_ready(self, start_s: float) -> None:
        """Wait until the child is up and jailed. Raises GraderFault: it has seen nothing of the student's yet."""
        try:
            reply, _ = self._channel.receive(wire.decode_reply, deadline=time.monotonic() + start_s)
            problem = "" if isinstance(reply, Ready) else "it began with something else"
        except (PeerGone, DeadlinePassed, WireError) as error:
            problem = str(error) or type(error).__name__
        if problem:
            ending = self.end()
            raise GraderFault(
                Text(
                    en=f"A new process for the student's code did not come up: {problem} ({_told(ending)}).",
                    zh=f"运行学生代码的新进程未能启动：{problem}（{_told(ending)}）。",
                )
            )

    def _start_device(self, gpu: GpuWatch) -> float:
        """Have the child start its GPU, and have it watched; return the seconds that it took.

        Raises GraderFault: nothing here is the student's yet.
        """
        began = time.monotonic()
        request = StartDevice(nonce=secrets.randbits(63), uuid=gpu.uuid, memory_mib=gpu.memory_mib)
        try:
            reply = self._ask_device(request)
            if reply.problem:
                raise _no_device(reply.problem)
            gpu.watch(self._outer_pid)
        except GraderFault:
            self.end()
            raise
        self._gpu = gpu
        return time.monotonic() - began

    def _ask_device(self, request: StartDevice) -> DeviceStarted:
        deadline = time.monotonic() + START_DEVICE_S
        try:
            self._channel.send(request, deadline=deadline)
            reply, _ = self._channel.receive(wire.decode_reply, deadline=deadline)
        except (PeerGone, DeadlinePassed, WireError) as error:
            raise _no_device(str(error) or type(error).__name__) from None
        if not isinstance(reply, DeviceStarted) or reply.nonce != request.nonce:
            raise _no_device("it answered something else")
        return reply

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

        `deadline` in `time.monotonic()` seconds; the time of the test's own functions is added, up to `latest`, and the
        time in which the child waited for a core. Raises ChildEnded.
        """
        self._usage.calls += 1
        excuse = _Excuse(MOST * (deadline - time.monotonic()))
        if isinstance(request, Load):
            # Of a child's peak CUDA has a part that nobody knows: no cause can be seen in that.
            memory_mib = request.memory_mib if self._gpu is None else 0
            self._allowed = replace(self._allowed, memory_mib=memory_mib, cpu_s=request.cpu_s)
        try:
            reply, payload = self._ask(request, buffers, deadline, excuse)
            for _ in range(MAX_CALLBACKS):
                if not isinstance(reply, Invoke):
                    return reply, payload
                if serve is None:
                    raise WireError("a call back from where none is possible")
                served = serve(reply, payload)
                deadline = min(deadline + served.own_s, latest)
                reply, payload = self._ask(served.answer, served.buffers, deadline, excuse)
            raise WireError("too many calls back")
        except DeadlinePassed:
            raise self._end_for_time() from None
        except PeerGone:
            raise self._end_for_death() from None
        except WireError:
            self.end()
            raise ChildEnded(Outcome.CRASHED, "wire") from None

    def _ask(
        self, request: Request, buffers: Sequence[Buffer], deadline: float, excuse: _Excuse
    ) -> tuple[Reply, Payload]:
        self.work.asks()
        if self.work.too_much:
            raise self._end_for_work()
        if self._channel.has_unsolicited():
            raise WireError("bytes before the question")
        self._excuse = excuse
        self._queue.begin()
        asked = time.monotonic()
        self._channel.send(request, buffers, deadline=deadline)
        reply, payload = self._channel.receive(wire.decode_reply, deadline=deadline)
        took_s = time.monotonic() - asked
        if took_s > _WORTH_A_LOOK_S:
            waited_s = min(self._queue.waited_s(), took_s)
            excuse.before_s += waited_s
            took_s -= waited_s
        self.waited_s += took_s
        self.work.replies()
        if reply.nonce != request.nonce:
            raise WireError("a reply to another question")
        return reply, payload

    def _excused_s(self) -> float:
        return min(self._excuse.before_s + self._queue.waited_s(), self._excuse.most_s)

    @property
    def queued_s(self) -> float:
        """What the child has waited for a core since it was born."""
        return self._queue.total_s()

    def settle(self) -> None:
        """Look at what the child has computed since its last reply. Raises ChildEnded where that is too much."""
        if self.alive:
            self.work.look()
            if self.work.too_much:
                raise self._end_for_work()

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
            self._queue.total_s()  # for the last time
            try:
                verdict = self._end_watch()  # before its number can become another's
            finally:
                self._usage.ending = self._source.reap(self.pid)
                self._collect_output()
                self._channel.close()
                self._queue.close()
                if self._output_socket is not None:
                    self._output_socket.close()
                    self._output_socket = None
            self._usage.ending = replace(self._usage.ending, gpu_killed=verdict.killed, gpu_peak_mib=verdict.peak_mib)
        return self._usage.ending

    def _end_watch(self) -> Verdict:
        gpu, self._gpu = self._gpu, None
        return Verdict() if gpu is None or self._outer_pid is None else gpu.release(self._outer_pid)

    @property
    def resources(self) -> Resources:
        """What the child has used; complete once it has ended."""
        ending = self._usage.ending or Ending()
        return Resources(
            children=1, calls=self._usage.calls, cpu_s=ending.cpu_s, peak_memory_mib=round(ending.peak_mib, 1)
        )

    def _end_for_work(self) -> ChildEnded:
        self.end()
        return ChildEnded(Outcome.FORBIDDEN, "background", background_s=self.work.between_s)

    def _end_for_time(self) -> ChildEnded:
        """Ask the child where it is, wait a moment for the answer, and end it."""
        stopped = self._allowed.isolation is Isolation.STRONG and is_stopped(self._outer_pid)  # it cannot stop itself
        self._collect_output()
        printed, self._output = self._output, bytearray()  # the trace has room whatever was printed before
        self._source.trace(self.pid)
        until = time.monotonic() + _TRACE_GRACE_S
        while time.monotonic() < until and not has_trace(self._output.decode(errors="replace")):
            self._drain()
            time.sleep(0.001)
        ending = self.end()
        _, trace = self._take_trace()
        self._output[:0] = printed
        if ending.gpu_killed:  # and it took its time to die
            return over_gpu_memory(trace)
        if stopped:
            raise stopped_from_outside()
        return ChildEnded(Outcome.TIMEOUT, "call", trace=trace)

    def _end_for_death(self) -> ChildEnded:
        if not self.alive:  # a call within this one has ended it
            return ChildEnded(Outcome.CRASHED, "gone")
        died = has_died(self._outer_pid) if self._gpu is None else has_died(self._outer_pid, within_s=DYING_CUDA_S)
        limit_s = cpu_limit_s(self._outer_pid)
        ending = self.end()
        written, trace = self._take_trace()
        if died is False and not ending.gpu_killed:
            return ChildEnded(Outcome.CRASHED, "wire", trace=trace)
        return death(ending, self._allowed, cpu_limit_s=limit_s if died else 0.0, printed=written, trace=trace)

    def _take_trace(self) -> tuple[str, tuple[SourceLine, ...]]:
        """Take the trace that faulthandler wrote out of the output: its text, and the student's lines in it."""
        printed, written, lines = split_trace(self._output.decode(errors="backslashreplace"), self._files)
        if written:
            self._output[:] = printed.encode()
        return written, lines


def _no_device(problem: str) -> GraderFault:
    return GraderFault(
        Text(
            en=f"The GPU did not start in the box of the student's code: {problem}.",
            zh=f"GPU 未能在学生代码的隔离环境中启动：{problem}。",
        ),
        remedy=Text(
            en="See what `nvidia-smi` and `dlgrade doctor` say; docs/design/gpu.md tells how to find the layer.",
            zh="请查看 `nvidia-smi` 和 `dlgrade doctor` 的输出；docs/design/gpu.md 说明如何找到出问题的那一层。",
        ),
    )


def _told(ending: Ending) -> str:
    """Say how a process ended, in the system's words."""
    return f"signal {ending.signal}" if ending.signal else f"status {ending.exit_status}"


class Nonces:
    """Numbers that a child cannot foresee, one for each call; drawn from the system many at a time."""

    def __init__(self) -> None:
        self._drawn: list[int] = []

    def next(self) -> int:
        if not self._drawn:
            block = secrets.token_bytes(8 * 64)
            self._drawn = [int.from_bytes(block[at : at + 8]) >> 1 for at in range(0, len(block), 8)]
        return self._drawn.pop()
