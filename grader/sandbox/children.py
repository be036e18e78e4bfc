"""Where the examiner gets its children from: a zygote that forks them, or fresh processes where there is no fork."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import Protocol

from grader.errors import GraderFault
from grader.records import Text
from grader.sandbox import fresh, zygote


@dataclass(frozen=True, slots=True)
class Spawned:
    """A child that waits for its first request."""

    pid: int
    wire: socket.socket
    output: socket.socket


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a child ended, as the system tells it; -1: unknown."""

    exit_status: int = -1
    signal: int = 0
    cpu_s: float = 0.0
    peak_mib: float = 0.0


class ChildSource(Protocol):
    """Makes children, and ends them with everything that they started."""

    def spawn(self) -> Spawned: ...

    def trace(self, pid: int) -> None:
        """Ask a child to write the line it is at to its output."""

    def reap(self, pid: int) -> Ending: ...


class ForkedChildren:
    """Children from a zygote, some milliseconds each."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def spawn(self) -> Spawned:
        self._ask(zygote.SPAWN)
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, zygote.SPAWNED.size, 2)
        except OSError as error:
            raise _no_child(str(error)) from None
        if len(data) != zygote.SPAWNED.size or len(descriptors) != 2:
            raise _zygote_gone()
        (pid,) = zygote.SPAWNED.unpack(data)
        return Spawned(pid, *(socket.socket(fileno=number) for number in descriptors))

    def trace(self, pid: int) -> None:
        self._ask(zygote.TRACE, pid)

    def reap(self, pid: int) -> Ending:
        self._ask(zygote.REAP, pid)
        data = self._control.recv(zygote.REAPED.size, socket.MSG_WAITALL)
        if len(data) != zygote.REAPED.size:
            raise _zygote_gone()
        status, cpu_s, peak_mib = zygote.REAPED.unpack(data)
        if status == -1:
            return Ending()
        return Ending(
            exit_status=os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            cpu_s=cpu_s,
            peak_mib=peak_mib,
        )

    def _ask(self, op: bytes, pid: int = 0) -> None:
        try:
            self._control.sendall(zygote.REQUEST.pack(op, pid))
        except OSError as error:
            raise _zygote_gone(f" ({error})") from None


def _no_child(why: str) -> GraderFault:
    return GraderFault(Text(en=f"No new child process: {why}.", zh=f"无法创建新的子进程：{why}。"))


def _zygote_gone(detail: str = "") -> GraderFault:
    return GraderFault(
        Text(en=f"The process that forks the children has gone{detail}.", zh=f"创建子进程的进程已经结束{detail}。")
    )


class FreshChildren:
    """Children as new processes that import torch themselves: slow, for systems without fork."""

    def __init__(self) -> None:
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def spawn(self) -> Spawned:
        started = fresh.start("grader.sandbox.fresh:serve_child", sockets=2)
        self._processes[started.process.pid] = started.process
        wire, output = started.sockets
        return Spawned(started.process.pid, wire, output)

    def trace(self, pid: int) -> None:
        if hasattr(os, "killpg"):
            from grader.sandbox import jail

            self._processes[pid].send_signal(jail.TRACE_SIGNAL)

    def reap(self, pid: int) -> Ending:
        process = self._processes.pop(pid)
        began = time.monotonic()
        fresh.kill_tree(process)
        code = process.wait(timeout=max(10.0 - (time.monotonic() - began), 1.0))
        return Ending(exit_status=code) if code >= 0 else Ending(signal=-code)
