"""Where the examiner gets its children from: a zygote that forks them, or fresh processes where there is no fork.

Theory of operation. The zygote is ours and trusted, but it can be gone, stopped, or short of what the system gives, so
every request has a deadline of its own, and whatever is late or not as it should be is a `GraderFault`. A late reply
would be taken for the reply to the next request, so the first fault ends the conversation: each later request raises it
again, and the exam is retried with another zygote. SIGALRM, which ends an exam that takes too long, waits until a
request has its reply.
"""

from __future__ import annotations

import array
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from grader.errors import GraderFault
from grader.records import Isolation, Text
from grader.sandbox import fresh
from grader.sandbox.endings import Ending
from grader.sandbox.link import alarm_held
from grader.sandbox.spawning import CREDENTIALS, SCM_CREDENTIALS, Handed, Op, Outside, Reaped, Request

if TYPE_CHECKING:
    from grader.sandbox.gpu import GpuWatch

SPAWN_S = 10.0  # a fork and a jail take some milliseconds, on a machine that is not overloaded
REAP_S = 15.0  # the zygote itself gives up on a child after 5 s
START_FORKED_S = 10.0
START_FRESH_S = 60.0  # it must import torch first, on a slow disk
_INT = array.array("i").itemsize
_DESCRIPTORS = 2
_PASS_CREDENTIALS = getattr(socket, "SO_PASSCRED", 16)


@dataclass(frozen=True, slots=True)
class Spawned:
    """A child that waits for its first request. `pid` is its number for `trace` and `reap`."""

    pid: int
    wire: socket.socket
    output: socket.socket
    outer_pid: int | None = None  # its number among our own processes; None where it has none, or none is told
    isolation: Isolation = Isolation.PROCESS
    start_s: float = START_FRESH_S  # it is up by then, or never


class ChildSource(Protocol):
    """Makes children, and ends them with everything that they started; on a GPU where `gpu` says so."""

    gpu: GpuWatch | None

    def spawn(self) -> Spawned: ...

    def trace(self, pid: int) -> None:
        """Ask a child to write the line it is at to its output."""

    def reap(self, pid: int) -> Ending: ...


class ForkedChildren:
    """Children from a zygote, some milliseconds each."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._broken: GraderFault | None = None  # what ended the conversation
        self.gpu: GpuWatch | None = None
        if sys.platform == "linux":
            control.setsockopt(socket.SOL_SOCKET, _PASS_CREDENTIALS, 1)

    def spawn(self) -> Spawned:
        with self._request(Op.SPAWN, limit_s=SPAWN_S) as deadline:
            data, ancillary = self._receive(Handed.SIZE, deadline, ancillary=True)
            descriptors, outer_pid = _unpack(ancillary)
            if len(descriptors) != _DESCRIPTORS:
                for number in descriptors:
                    os.close(number)
                raise _no_child("no file descriptors are left", "文件描述符已用尽")
            handed = Handed.unpack(data)
            wire, output = (socket.socket(fileno=number) for number in descriptors)
        outer = {Outside.SAME: handed.pid, Outside.TRANSLATED: outer_pid, Outside.NONE: None}[handed.outside]
        return Spawned(handed.pid, wire, output, outer, handed.isolation, START_FORKED_S)

    def trace(self, pid: int) -> None:
        with self._request(Op.TRACE, pid, limit_s=SPAWN_S):
            pass

    def reap(self, pid: int) -> Ending:
        with self._request(Op.REAP, pid, limit_s=REAP_S) as deadline:
            data, _ = self._receive(Reaped.SIZE, deadline)
        reaped = Reaped.unpack(data)
        status = reaped.wait_status
        if status == -1:
            return Ending()
        return Ending(
            exit_status=os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            cpu_s=reaped.cpu_s,
            peak_mib=reaped.peak_mib,
            oom_killed=reaped.oom_killed,
        )

    @contextlib.contextmanager
    def _request(self, op: Op, pid: int = 0, *, limit_s: float) -> Iterator[float]:
        """Send a request; the block reads its reply, until the deadline that it is given."""
        if self._broken is not None:
            raise self._broken
        deadline = time.monotonic() + limit_s
        with alarm_held():
            try:
                self._control.settimeout(limit_s)
                self._control.sendall(Request(op, pid).pack())
                yield deadline
            except TimeoutError:
                self._broken = _late(limit_s)
                raise self._broken from None
            except OSError as error:
                self._broken = _gone(f": {error}")
                raise self._broken from None
            except GraderFault as fault:
                self._broken = fault
                raise

    def _receive(self, size: int, deadline: float, *, ancillary: bool = False) -> tuple[bytes, list[_Ancillary]]:
        """Receive exactly so many bytes, and what came with them."""
        data, found = b"", []
        room = socket.CMSG_SPACE(_DESCRIPTORS * _INT) + socket.CMSG_SPACE(CREDENTIALS.size) if ancillary else 0
        while len(data) < size:
            self._control.settimeout(max(deadline - time.monotonic(), 0.001))
            part, more, _, _ = self._control.recvmsg(size - len(data), room)
            found += more
            if not part:
                raise _gone()
            data += part
        return data, found


_Ancillary = tuple[int, int, bytes]


def _unpack(ancillary: list[_Ancillary]) -> tuple[list[int], int | None]:
    """Return the descriptors that came with a message, and the process that the system says it is about."""
    descriptors = array.array("i")
    pid: int | None = None
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data[: len(data) - len(data) % _INT])
        elif level == socket.SOL_SOCKET and kind == SCM_CREDENTIALS:
            pid = CREDENTIALS.unpack(data)[0] or None  # 0: it has no number here
    return list(descriptors), pid


def _no_child(en: str, zh: str) -> GraderFault:
    return GraderFault(Text(en=f"No new child process: {en}.", zh=f"无法创建新的子进程：{zh}。"))


def _gone(detail: str = "") -> GraderFault:
    return GraderFault(
        Text(en=f"The process that forks the children has gone{detail}.", zh=f"创建子进程的进程已经结束{detail}。")
    )


def _late(limit_s: float) -> GraderFault:
    return GraderFault(
        Text(
            en=f"The process that forks the children did not answer within {limit_s:g} s.",
            zh=f"创建子进程的进程未在 {limit_s:g} 秒内应答。",
        ),
        remedy=Text(
            en="It was stopped, or the machine is overloaded: run fewer exams side by side.",
            zh="它被暂停了，或者机器过载：请减少同时进行的考试。",
        ),
    )


class FreshChildren:
    """Children as new processes that import torch themselves: slow, for systems without fork."""

    def __init__(self) -> None:
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.gpu: GpuWatch | None = None

    def spawn(self) -> Spawned:
        started = fresh.start("grader.sandbox.fresh:serve_child", sockets=2)
        self._processes[started.process.pid] = started.process
        wire, output = started.sockets
        pid = started.process.pid
        return Spawned(pid, wire, output, outer_pid=pid)

    def trace(self, pid: int) -> None:
        if hasattr(os, "killpg"):
            from grader.sandbox import jail

            self._processes[pid].send_signal(jail.TRACE_SIGNAL)

    def reap(self, pid: int) -> Ending:
        process = self._processes.pop(pid, None)
        if process is None:  # of a fork of this process that has been ended: it leads a session of its own
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            return Ending()
        began = time.monotonic()
        fresh.kill_tree(process)
        code = process.wait(timeout=max(10.0 - (time.monotonic() - began), 1.0))
        return Ending(exit_status=code) if code >= 0 else Ending(signal=-code)
