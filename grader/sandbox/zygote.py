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
that an exam need not wait for a fork. Tripwires on what the exercise forbids are set here, for all children.
"""

from __future__ import annotations

import array
import gc
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from grader.errors import GraderFault
from grader.sandbox import jail
from grader.sandbox.child import become_child
from grader.sandbox.descriptors import close_all_but
from grader.sandbox.jail import cgroups
from grader.sandbox.jail.box import Box
from grader.sandbox.jail.child_groups import ChildGroups
from grader.sandbox.jail.layers import LayerMissing
from grader.sandbox.jail.proof import Plant, prove
from grader.sandbox.jail.proofs import Proof
from grader.sandbox.link import send_record
from grader.sandbox.orders import Settled
from grader.sandbox.spawning import CREDENTIALS, SCM_CREDENTIALS, Handed, Op, Outside, Reaped, Request
from grader.sandbox.tripwire import set_tripwires_ahead

if TYPE_CHECKING:
    import resource  # Windows has none

_REAP_S = 5.0  # of a killed child; longer means that the system keeps it from us
_DYING_MS = 5  # to give its memory back takes it one or two


@dataclass(slots=True)
class _Child:
    pid: int
    wire: socket.socket
    output: socket.socket


class Zygote:
    """Serves one examiner over `control`, with children in boxes like `box` that may not call what `forbid` names."""

    settle_s = 30.0  # some 20 ms, on a machine that is not overloaded

    def __init__(self, control: socket.socket, box: Box, groups: ChildGroups, forbid: Sequence[str] = ()) -> None:
        self._control = control
        self._box = box
        self.isolation = box.isolation
        self.groups = groups
        self._forbid = forbid
        self._living: dict[int, cgroups.Group | None] = {}
        self._spare: _Child | None = None

    def settle(self, report: socket.socket, plant: Plant) -> None:
        """Enter the box, have it proven, and tell the base. Leaves the process where it does not hold.

        Raises OSError, GraderFault for what says nothing of this machine's layers: the base hears of no proof.
        """
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
        """Do what the examiner asks until it goes."""
        sys.dont_write_bytecode = True  # our own modules are imported by now; what a child imports leaves no trace
        try:
            set_tripwires_ahead(self._forbid)
            gc.freeze()
            self._make_spare()
            while request := Request.receive(self._control):
                self._handle(request)
        except BaseException:  # noqa: BLE001  the process ends here, and says why
            traceback.print_exc()  # into the file that the controller quotes from
            sys.stderr.flush()
        finally:
            for pid in list(self._living):
                self._reap(pid)
            self.groups.close()
            os._exit(0)

    def _handle(self, request: Request) -> None:
        if request.op is Op.SPAWN:
            child = self._spare or self._fork()
            self._spare = None
            self._hand_over(child)
            child.wire.close()
            child.output.close()
            self._make_spare()
        elif request.op is Op.TRACE and request.pid in self._living:
            os.kill(request.pid, jail.TRACE_SIGNAL)
        elif request.op is Op.REAP:
            self._control.sendall(self._reap(request.pid).pack())
            self.groups.give_back()

    def _make_spare(self) -> None:
        try:
            self._spare = self._fork()
        except (OSError, GraderFault) as error:  # the child that was handed over goes on; who asks next hears of it
            print(f"no spare child: {error}", file=sys.stderr, flush=True)

    def _hand_over(self, child: _Child) -> None:
        """Send a child's sockets and its pid; out of a PID namespace of ours also as credentials, to be translated."""
        ends = array.array("i", [child.wire.fileno(), child.output.fileno()])
        ancillary: list[tuple[int, int, array.array[int] | bytes]] = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, ends)]
        outside = Outside.SAME
        if self._box.outer_pid:
            outside = Outside.TRANSLATED
            account = CREDENTIALS.pack(child.pid, os.getuid(), os.getgid())
            ancillary.append((socket.SOL_SOCKET, SCM_CREDENTIALS, account))
        handed = Handed(pid=child.pid, isolation=self.isolation, outside=outside)
        self._control.sendmsg([handed.pack()], ancillary)

    def _fork(self) -> _Child:
        if self._box.own is not None:
            self._box.own.assert_one_thread()
        wire, child_wire = socket.socketpair()
        output, child_output = socket.socketpair()
        group = self.groups.take()
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

    def _reap(self, pid: int) -> Reaped:
        """Kill a child and all it left behind; return how it ended."""
        if pid not in self._living:
            return Reaped()
        group = self._living.pop(pid)
        for kill in (os.kill, os.killpg):  # it may not have reached setsid yet
            try:
                kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        status, usage = self._collect(pid)
        self._kill_orphans()
        counted = None if group is None else group.measure()
        self.groups.leave(group)
        if usage is None:
            return Reaped()
        resident_kib = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss  # macOS tells bytes
        inherited_kib = self._box.own.resident_kib() if self._box.own is not None else 0.0
        peak_mib = max(resident_kib - inherited_kib, 0) / 1024
        if counted is not None and counted.peak_mib is not None:
            peak_mib = counted.peak_mib
        return Reaped(
            wait_status=status,
            cpu_s=usage.ru_utime + usage.ru_stime,
            peak_mib=peak_mib,
            oom_killed=None if counted is None else counted.oom_killed,
        )

    def _collect(self, pid: int) -> tuple[int, resource.struct_rusage | None]:
        """Wait for a killed child. A process that traces it keeps it from us, so what it left behind is killed too."""
        deadline = time.monotonic() + _REAP_S
        _await_end(pid)
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


def _await_end(pid: int) -> None:
    """Wait some milliseconds for a killed child to be gone, and not longer than it takes, where the system tells."""
    if not hasattr(os, "pidfd_open"):
        return
    try:
        child = os.pidfd_open(pid)
    except OSError:  # no descriptor is left, or an old kernel: it is looked for again and again
        return
    try:
        waiting = select.poll()
        waiting.register(child, select.POLLIN)
        waiting.poll(_DYING_MS)
    finally:
        os.close(child)
