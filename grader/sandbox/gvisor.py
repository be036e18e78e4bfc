"""The keeper: stands outside in the zygote's place, and has a sandbox of gVisor's beside it in which the children live.

Theory of operation. gVisor is a kernel in user space: a child's system calls end in a process (`runsc-sandbox`) that
has no rights on the machine, and that alone talks to the machine's kernel. To the base and the examiner the keeper is
a zygote like any other: it is forked for a slot, settles, and answers spawn, trace and reap. Inside, `gvisor_inside`
imports torch once and forks the children. Descriptors cannot leave a sandbox of gVisor's, but they can enter it: so
the keeper makes a child's two socket pairs, sends two ends in and hands the other two to the examiner, who from then
on talks to the child directly. No path, no listener, no token: nothing that a child could connect to.

Everything ends with the keeper, however it ends. It moves into a mount namespace of its own and keeps the bundle and
runsc's state on a tmpfs there, which no other process sees and which goes with the last process of the namespace. And
`runsc` is the first process of a PID namespace, dies with the keeper (pdeathsig), and takes its sandbox and its gofer
along. So nothing stays behind even when all of ours are killed with SIGKILL.
"""

from __future__ import annotations

import array
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import grader
from grader.errors import GraderFault
from grader.records import Isolation, Text
from grader.sandbox import gvisor_inside as inside
from grader.sandbox.descriptors import close_all_but
from grader.sandbox.gvisor_bundle import command, find_runsc, write_bundle
from grader.sandbox.jail import seccomp, syscalls
from grader.sandbox.jail.box import closing
from grader.sandbox.jail.child_groups import ChildGroups
from grader.sandbox.jail.layers import RUNSC_NEEDS_ROOT, Layer, LayerMissing
from grader.sandbox.jail.proof import Plant
from grader.sandbox.jail.proofs import Proof
from grader.sandbox.jail.python_paths import find_python_paths, is_below_any
from grader.sandbox.link import receive_record, send_record
from grader.sandbox.orders import Settled
from grader.sandbox.spawning import Handed, Op, Outside, Reaped, Request

_ENTRY = "grader.sandbox.gvisor_inside:main"
_ANSWER_S = 10.0
_PLACES = ("/mnt", "/media", "/srv", "/opt", "/var", "/tmp", "/usr")  # a folder that the keeper can put its tmpfs over
# runsc needs no network, and releases of 2022 listen on an abstract socket that only a network namespace hides
_NAMESPACES = syscalls.CLONE_NEWNS | syscalls.CLONE_NEWPID | syscalls.CLONE_NEWNET | syscalls.CLONE_NEWIPC
_LAST_WORDS_BYTES = 2_000
_OWN_MIB = 1_536  # of a sandbox: gVisor itself, and torch
_CHILDREN = 4  # at a time, with the spare one
_MAX_TASKS = 1_024  # of a sandbox: with the ptrace platform each thread inside is one outside


@dataclass(slots=True)
class _Child:
    pid: int  # inside; 0: not told yet
    wire: socket.socket
    output: socket.socket


class Keeper:
    """Serves one examiner over `control`, with children in a sandbox of its own. `preload` is imported there first."""

    isolation = Isolation.GVISOR
    settle_s = 90.0  # some 2.5 s; torch from a cold and slow disk

    def __init__(self, control: socket.socket, groups: ChildGroups, *, preload: tuple[str, ...], device: str) -> None:
        self._control = control
        self.groups = groups
        self._preload = preload
        self._device = device
        self._sandbox: socket.socket  # to the zygote inside
        self._runsc = 0
        self._log = -1
        self._living: set[int] = set()
        self._spare: _Child | None = None

    def settle(self, report: socket.socket, plant: Plant) -> None:
        """Start the sandbox, have it proven, and tell the base. Leaves the process where it does not hold."""
        try:
            proof = self._start(plant)
        except LayerMissing as missing:
            proof = Proof(isolation=self.isolation, missing=missing.layer, why=missing.why)
        send_record(report, Settled(os.getpid(), proof))
        report.close()
        if not proof.holds:
            self._end()

    # -- the sandbox

    def _start(self, plant: Plant) -> Proof:
        if self._device != "cpu":
            raise LayerMissing(Layer.GVISOR, f"no device {self._device} inside")
        runsc, paths, program = find_runsc(), find_python_paths(), seccomp.compile_filter()
        needed = (
            runsc,
            os.path.realpath(sys.executable),
            str(Path(grader.__file__).resolve()),
            *paths.folders,
            *paths.files,
        )
        with closing(Layer.GVISOR):
            place = _private_place(needed)
        write_bundle(place, paths, _ENTRY)
        self._log = os.open(place / "log", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._sandbox, theirs = socket.socketpair()
        with theirs:
            self._runsc = self._fork_runsc(command(runsc, place), place, theirs)
        self._count()
        begin = inside.Begin(list(self._preload), program, plant.secret, plant.port, os.uname().release)
        try:
            send_record(self._sandbox, begin)
            return receive_record(self._sandbox, Proof, deadline=time.monotonic() + self.settle_s)[0]
        except GraderFault as fault:
            raise LayerMissing(Layer.GVISOR, self._last_words() or fault.problem.en) from None

    def _fork_runsc(self, line: list[str], place: Path, stdin: socket.socket) -> int:
        """Start runsc as the first process of the PID namespace that the keeper's next fork begins."""
        pid = os.fork()
        if pid:
            return pid
        try:
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)  # a keeper that is gone already has closed stdin
            syscalls.mount("proc", "/proc", "proc", syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC)
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor, number in ((stdin.fileno(), 0), (nothing, 1), (self._log, 2)):
                os.dup2(descriptor, number)
            close_all_but()
            os.chdir(place)
            os.execve(line[0], line, {})
        except BaseException:  # noqa: BLE001  the process ends here, and says why
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(127)

    def _count(self) -> None:
        """Cap the sandbox as a whole, where the kernel counts; each child has its limits inside."""
        if self.groups.pool is None:
            return
        group = self.groups.pool.take()
        memory_mib = _OWN_MIB + _CHILDREN * self.groups.memory_mib
        group.limit(memory_mib=memory_mib, tasks=_MAX_TASKS, cores=None)  # a child has one, and gVisor works beside it
        group.add(self._runsc)

    def _last_words(self) -> str:
        size = os.fstat(self._log).st_size
        start = max(size - _LAST_WORDS_BYTES, 0)
        return os.pread(self._log, size - start, start).decode(errors="replace").strip()

    def _end(self) -> NoReturn:
        """End the sandbox with all in it, and leave."""
        if self._runsc:
            os.kill(self._runsc, signal.SIGKILL)
            os.waitpid(self._runsc, 0)  # returns when the whole PID namespace is gone
        self.groups.close()
        os._exit(0)

    # -- the examiner

    def serve(self) -> NoReturn:
        """Do what the examiner asks, until it has gone."""
        self._sandbox.settimeout(_ANSWER_S)
        try:
            self._spare = self._ask_for_child()
            while request := self._read():
                self._handle(request)
        except BaseException:  # noqa: BLE001  the process ends here, and says why
            traceback.print_exc()  # into the file that the controller quotes from
            print(self._last_words(), file=sys.stderr, flush=True)
        finally:
            self._end()

    def _read(self) -> Request | None:
        """Return the examiner's next request, None when it has gone. Raises GraderFault when the sandbox has ended."""
        while self._control not in select.select([self._control, self._sandbox], [], [])[0]:
            if self._spare is None or self._spare.pid:
                raise _ended()  # nothing else comes unasked
            self._meet_spare()
        return Request.receive(self._control)

    def _handle(self, request: Request) -> None:
        if request.op is Op.SPAWN:
            self._hand_over(self._take_spare())
            self._spare = self._ask_for_child()
        elif request.op is Op.TRACE and request.pid in self._living:
            self._sandbox.sendall(inside.REQUEST.pack(inside.TRACE, request.pid))
        elif request.op is Op.REAP:
            self._control.sendall(self._reap(request.pid).pack())

    def _hand_over(self, child: _Child) -> None:
        """Send a child's sockets and its pid, which has no meaning outside."""
        ends = array.array("i", [child.wire.fileno(), child.output.fileno()])
        handed = Handed(pid=child.pid, isolation=self.isolation, outside=Outside.NONE)
        self._control.sendmsg([handed.pack()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, ends)])
        child.wire.close()
        child.output.close()

    def _ask_for_child(self) -> _Child:
        """Have a child forked inside; its pid comes later, so that nobody waits for the fork."""
        wire, child_wire = socket.socketpair()
        output, child_output = socket.socketpair()
        with child_wire, child_output:
            request = inside.REQUEST.pack(inside.SPAWN, 0)
            socket.send_fds(self._sandbox, [request], [child_wire.fileno(), child_output.fileno()])
        return _Child(0, wire, output)

    def _take_spare(self) -> _Child:
        self._meet_spare()
        assert self._spare is not None
        child, self._spare = self._spare, None
        return child

    def _meet_spare(self) -> None:
        """Take the spare child's pid, which is the first thing that comes from inside."""
        if self._spare is not None and not self._spare.pid:
            (self._spare.pid,) = inside.SPAWNED.unpack(self._receive(inside.SPAWNED.size))
            self._living.add(self._spare.pid)

    def _reap(self, pid: int) -> Reaped:
        if pid not in self._living:
            return Reaped()
        self._living.discard(pid)
        self._meet_spare()
        self._sandbox.sendall(inside.REQUEST.pack(inside.REAP, pid))
        status, cpu_s, peak_mib = inside.REAPED.unpack(self._receive(inside.REAPED.size))
        return Reaped(wait_status=status, cpu_s=cpu_s, peak_mib=peak_mib)

    def _receive(self, size: int) -> bytes:
        """Receive an answer from inside. Raises GraderFault when the sandbox is gone, TimeoutError when it is late."""
        data = b""
        while len(data) < size:
            part = self._sandbox.recv(size - len(data))
            if not part:
                raise _ended()
            data += part
        return data


def _ended() -> GraderFault:
    return GraderFault(Text(en="The sandbox of gVisor has ended.", zh="gVisor 沙箱已经结束。"))


def _private_place(needed: Iterable[str]) -> Path:
    """Move this process into namespaces of its own, its next fork into a PID namespace; return a folder of its own.

    `needed` are paths that the folder must not cover. Raises LayerMissing, OSError.
    """
    if os.geteuid() != 0:
        raise LayerMissing(Layer.GVISOR, RUNSC_NEEDS_ROOT)
    syscalls.unshare(_NAMESPACES)
    syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_PRIVATE)
    free = (one for one in _PLACES if Path(one).is_dir() and not any(is_below_any(path, (one,)) for path in needed))
    place = next(free, None)
    if place is None:
        raise LayerMissing(Layer.GVISOR, f"Python, dlgrade or runsc lies in each of {', '.join(_PLACES)}")
    syscalls.mount("tmpfs", place, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, "size=16m,mode=0700")
    return Path(place)
