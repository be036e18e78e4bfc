"""The zygote: forks jailed children on request, and ends them with everything that they started.

Theory of operation. The zygote is a fork of the warm base, so that a child has torch imported the moment it exists. It
reads no student's byte and no test: the examiner sends the submission to the child itself, over the child's own wire.
It does what its control socket asks, one request at a time:

    spawn  -> the pid, with the examiner's ends of the child's two sockets
    trace  -> the child is asked to write the line it is at to its output (no reply)
    reap   -> the child and every process that it left behind are killed; how it ended, and what it used

Before that it moves into its box (`jail`), has the box proven by an attacker of our own, and tells the base what came
of it; where the box does not hold, it leaves. With `strong` each child is the first process of a PID namespace, whose
end is the end of all in it. Else the zygote, as the subreaper, inherits every process whose parent has died, so nothing
a child starts can outlive its reaping (on Linux; elsewhere the child's session is killed). When the control socket
closes, everything is killed and the zygote leaves. One child more than asked for is kept ready, jailed and waiting, so
a fork is never waited for.
"""

from __future__ import annotations

import array
import gc
import os
import signal
import socket
import struct
import sys
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import msgspec

from grader.errors import GraderFault
from grader.records import Isolation
from grader.sandbox import jail
from grader.sandbox.child import become_child
from grader.sandbox.jail import cgroups
from grader.sandbox.jail.box import Box
from grader.sandbox.jail.layers import LayerMissing, Proof
from grader.sandbox.jail.proof import Plant, prove
from grader.sandbox.jail.root import SCRATCH_MIB
from grader.sandbox.link import close_all_but, send_record

if TYPE_CHECKING:
    import resource  # Windows has none

REQUEST = struct.Struct("<ci")
_UNCOUNTED_MIB = 128  # what RLIMIT_DATA does not count: pages inherited and then written to, page tables, buffers
_REAP_S = 5.0  # of a killed child; longer means that the system keeps it from us
SPAWN, TRACE, REAP = b"s", b"t", b"r"
SPAWNED = struct.Struct("<iB?")  # pid, number of its degree, whether its pid outside comes as credentials
DEGREES = tuple(Isolation)
SCM_CREDENTIALS = 2  # the system checks it, and translates the pid into the receiver's PID namespace; unix(7)
CREDENTIALS = struct.Struct("=iii")  # pid, uid, gid
REAPED = struct.Struct("<idd?")  # wait status (-1: unknown), CPU s, peak MiB above what it inherited, out of memory


class Settled(msgspec.Struct, frozen=True):
    """What a new zygote tells the base; `pid` is its own, as the base sees it."""

    pid: int
    proof: Proof


@dataclass(slots=True)
class Counting:
    """Where the kernel counts each child as a whole, and what memory it may have; `pool` None: nowhere."""

    pool: cgroups.Pool | None
    memory_mib: int

    def descriptors(self) -> tuple[int, ...]:
        """Return what the zygote keeps, and a child closes."""
        return () if self.pool is None else self.pool.descriptors

    def take(self) -> cgroups.Group | None:
        """Return a group for a new child. The cap lies above RLIMIT_DATA, which gives a clean MemoryError first."""
        if self.pool is None:
            return None
        group = self.pool.take()
        group.limit(memory_mib=self.memory_mib + SCRATCH_MIB + _UNCOUNTED_MIB)
        return group


@dataclass(slots=True)
class _Child:
    pid: int
    wire: socket.socket
    output: socket.socket


class Zygote:
    """Serves one examiner over `control`, with children in boxes like `box`."""

    settle_s = 30.0  # some 20 ms, on a machine that is not overloaded

    def __init__(self, control: socket.socket, box: Box, counting: Counting) -> None:
        self._control = control
        self._box = box
        self.isolation = box.isolation
        self.counting = counting
        self._living: dict[int, cgroups.Group | None] = {}
        self._left: list[cgroups.Group] = []  # of children that have been reaped; given back when nobody waits
        self._spare: _Child | None = None

    def settle(self, report: socket.socket, plant: Plant) -> None:
        """Enter the box, have it proven, and tell the base. Leaves the process where it does not hold."""
        try:
            self._box.settle()
            proof = prove(self._box, plant)
        except LayerMissing as missing:
            proof = Proof(isolation=self._box.isolation, missing=missing.layer, why=missing.why)
        send_record(report, Settled(self._box.outer_pid or os.getpid(), proof))
        report.close()
        if not proof.holds:
            os._exit(0)

    def serve(self) -> NoReturn:
        sys.dont_write_bytecode = True  # our own modules are imported by now; what a child imports leaves no trace
        gc.freeze()
        try:
            while request := self._read():
                self._handle(*request)
        except BaseException:  # noqa: BLE001  the process ends here, and says why
            traceback.print_exc()  # into the file that the controller quotes from
            sys.stderr.flush()
        finally:
            for pid in list(self._living):
                self._reap(pid)
            if self.counting.pool is not None:
                self.counting.pool.close()
            os._exit(0)

    def _read(self) -> tuple[bytes, int] | None:
        data = self._control.recv(REQUEST.size, socket.MSG_WAITALL)
        return REQUEST.unpack(data) if len(data) == REQUEST.size else None

    def _handle(self, op: bytes, pid: int) -> None:
        if op == SPAWN:
            child = self._spare or self._fork()
            self._hand_over(child)
            child.wire.close()
            child.output.close()
            self._spare = self._fork()
        elif op == TRACE and pid in self._living:
            os.kill(pid, jail.TRACE_SIGNAL)
        elif op == REAP:
            self._control.sendall(REAPED.pack(*self._reap(pid)))
            self._give_back()

    def _hand_over(self, child: _Child) -> None:
        """Send a child's sockets and its pid; out of a PID namespace of ours also as credentials, to be translated."""
        ends = array.array("i", [child.wire.fileno(), child.output.fileno()])
        ancillary: list[tuple[int, int, array.array[int] | bytes]] = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, ends)]
        if self._box.outer_pid:
            account = CREDENTIALS.pack(child.pid, os.getuid(), os.getgid())
            ancillary.append((socket.SOL_SOCKET, SCM_CREDENTIALS, account))
        degree = DEGREES.index(self._box.isolation)
        self._control.sendmsg([SPAWNED.pack(child.pid, degree, bool(self._box.outer_pid))], ancillary)

    def _fork(self) -> _Child:
        assert_one_thread(self._box)
        wire, child_wire = socket.socketpair()
        output, child_output = socket.socketpair()
        group = self.counting.take()
        pid = self._box.fork()
        if pid == 0:
            close_all_but(child_wire.fileno(), child_output.fileno(), *self._box.descriptors())
            become_child(child_wire, child_output, self._box)
        if group is not None:
            group.add(pid)
        child_wire.close()
        child_output.close()
        self._living[pid] = group
        return _Child(pid, wire, output)

    def _reap(self, pid: int) -> tuple[int, float, float, bool]:
        """Kill a child and all it left behind; return how it ended."""
        if pid not in self._living:
            return -1, 0.0, 0.0, False
        group = self._living.pop(pid)
        for kill in (os.kill, os.killpg):  # it may not have reached setsid yet
            try:
                kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        status, usage = self._collect(pid)
        self._kill_orphans()
        counted = None if group is None else group.measure()
        if group is not None:
            self._left.append(group)
        if usage is None:
            return -1, 0.0, 0.0, False
        resident_kib = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss  # macOS tells bytes
        inherited_kib = self._box.own.resident_kib() if self._box.own is not None else 0.0
        peak_mib = max(resident_kib - inherited_kib, 0) / 1024
        if counted is not None and counted.peak_mib is not None:
            peak_mib = counted.peak_mib
        oom_killed = counted is not None and counted.oom_kills > 0
        return status, usage.ru_utime + usage.ru_stime, peak_mib, oom_killed

    def _give_back(self) -> None:
        for group in self._left:
            assert self.counting.pool is not None
            self.counting.pool.give_back(group)
        self._left.clear()

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
        if self._box.own is None or self._box.ends_trees:
            return
        while orphans := self._box.own.children() - self._living.keys() - {but}:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
            for pid in orphans:
                os.waitpid(pid, 0)


def assert_one_thread(box: Box) -> None:
    """Refuse to fork with a second native thread: a lock that it holds would never be released in the child."""
    threads = box.own.threads() if box.own is not None else 1
    if threads != 1:
        raise GraderFault(f"{threads} native threads before a fork: a child could wait for ever on a lock of theirs.")
