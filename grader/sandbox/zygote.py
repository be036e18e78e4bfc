"""The zygote: forks jailed children on request, and ends them with everything that they started.

Theory of operation. The zygote is a fork of the warm base, so that a child has torch imported the moment it exists. It
reads no student's byte and no test: the examiner sends the submission to the child itself, over the child's own wire.
It does what its control socket asks, one request at a time:

    spawn  -> the pid, with the examiner's ends of the child's two sockets
    trace  -> the child is asked to write the line it is at to its output (no reply)
    reap   -> the child and every process that it left behind are killed; how it ended, and what it used

As the subreaper it inherits every process whose parent has died, so nothing a child starts can outlive its reaping
(on Linux; elsewhere the child's session is killed). When the control socket closes, everything is killed and the
zygote leaves. One child more than asked for is kept ready, jailed and waiting, so a fork is never waited for.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from grader.errors import GraderFault
from grader.sandbox import jail
from grader.sandbox.child import become_child
from grader.sandbox.link import close_all_but

REQUEST = struct.Struct("<ci")
if TYPE_CHECKING:
    import resource  # Windows has none

_REAP_S = 5.0  # of a killed child; longer means that the system keeps it from us
SPAWN, TRACE, REAP = b"s", b"t", b"r"
SPAWNED = struct.Struct("<i")
REAPED = struct.Struct("<idd")  # wait status (-1: unknown), CPU seconds, peak MiB above what it inherited


@dataclass(slots=True)
class _Child:
    pid: int
    wire: socket.socket
    output: socket.socket


class Zygote:
    """Serves one examiner over `control`."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._living: set[int] = set()
        self._spare: _Child | None = None

    def serve(self) -> NoReturn:
        jail.enter_zygote()
        sys.dont_write_bytecode = True  # our own modules are imported by now; what a child imports leaves no trace
        gc.freeze()
        try:
            while request := self._read():
                self._handle(*request)
        finally:
            for pid in list(self._living):
                self._reap(pid)
            os._exit(0)

    def _read(self) -> tuple[bytes, int] | None:
        data = self._control.recv(REQUEST.size, socket.MSG_WAITALL)
        return REQUEST.unpack(data) if len(data) == REQUEST.size else None

    def _handle(self, op: bytes, pid: int) -> None:
        if op == SPAWN:
            child = self._spare or self._fork()
            socket.send_fds(self._control, [SPAWNED.pack(child.pid)], [child.wire.fileno(), child.output.fileno()])
            child.wire.close()
            child.output.close()
            self._spare = self._fork()
        elif op == TRACE and pid in self._living:
            os.kill(pid, jail.TRACE_SIGNAL)
        elif op == REAP:
            self._control.sendall(REAPED.pack(*self._reap(pid)))

    def _fork(self) -> _Child:
        assert_one_thread()
        wire, child_wire = socket.socketpair()
        output, child_output = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            close_all_but(child_wire.fileno(), child_output.fileno())
            become_child(child_wire, child_output)
        child_wire.close()
        child_output.close()
        self._living.add(pid)
        return _Child(pid, wire, output)

    def _reap(self, pid: int) -> tuple[int, float, float]:
        """Kill a child and all it left behind; return how it ended."""
        if pid not in self._living:
            return -1, 0.0, 0.0
        self._living.discard(pid)
        for kill in (os.kill, os.killpg):  # it may not have reached setsid yet
            try:
                kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        status, usage = self._collect(pid)
        self._kill_orphans()
        if usage is None:
            return -1, 0.0, 0.0
        resident_kib = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss  # macOS tells bytes
        peak_mib = max(resident_kib - _inherited_kib(), 0) / 1024
        return status, usage.ru_utime + usage.ru_stime, peak_mib

    def _collect(self, pid: int) -> tuple[int, resource.struct_rusage | None]:
        """Wait for a killed child. A process that traces it keeps it from us, so what it left behind is killed too."""
        deadline = time.monotonic() + _REAP_S
        pause_s = 0.0002
        while time.monotonic() < deadline:
            found, status, usage = os.wait4(pid, os.WNOHANG)
            if found:
                return status, usage
            self._kill_orphans(but=pid)
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, 0.005)
        return -1, None

    def _kill_orphans(self, *, but: int = 0) -> None:
        """Kill what a child left behind: the processes that have become ours without being asked for."""
        while orphans := _children_of_this_process() - self._living - {but}:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
            for pid in orphans:
                os.waitpid(pid, 0)


def assert_one_thread() -> None:
    """Refuse to fork with a second native thread: a lock that it holds would never be released in the child."""
    if not jail.LINUX:
        return
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    if threads != 1:
        raise GraderFault(f"{threads} native threads before a fork: a child could wait for ever on a lock of theirs.")


def _children_of_this_process() -> set[int]:
    if not jail.LINUX:
        return set()
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def _inherited_kib() -> float:
    """Return the resident memory of this process, most of which a child shares with it."""
    if not jail.LINUX:
        return 0.0
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024
