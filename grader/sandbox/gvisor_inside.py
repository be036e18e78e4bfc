"""The zygote inside gVisor: imports torch there, and forks the children that its keeper asks for.

Theory of operation. This is the first process of the sandbox. Its stdin is a socket to the *keeper* (`gvisor`) outside.
gVisor lets descriptors in over such a socket and none out, so it is the keeper who makes a child's two sockets and
sends the child's ends in. It says `Begin`, gets a `Proof`, and then asks, one request at a time:

    spawn  with two descriptors -> the pid, as it is inside
    trace  -> the child is asked to write the line it is at to its output (no reply)
    reap   -> the child is killed; how it ended, and what it used

The kernel that a child can attack is gVisor's, which runs as a process without rights. So that two children of one
sandbox cannot reach each other either, each gets an account, a folder to write in, IPC and network namespaces,
limits, no capability, and the seccomp filter of `strong`. What differs is what gVisor differs in (release 20221219):
mount namespaces are shared, so a child's file system lies at a path of its own; RLIMIT_DATA is not counted, so the
address space is limited; there is no Landlock. The first forks are the self-test's attackers, as with every degree.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import msgspec

from grader.records import Isolation
from grader.sandbox import jail
from grader.sandbox.descriptors import close_all_but
from grader.sandbox.jail import limits, root, seccomp, syscalls
from grader.sandbox.jail.box import Box, closing
from grader.sandbox.jail.layers import Layer, LayerMissing
from grader.sandbox.jail.own import OwnProcess
from grader.sandbox.jail.proof import Plant, prove
from grader.sandbox.jail.proofs import Proof, Try
from grader.sandbox.jail.python_paths import OWN_SCRATCH
from grader.sandbox.link import receive_record, send_record

REQUEST = struct.Struct("<ci")
SPAWN, TRACE, REAP = b"s", b"t", b"r"
SPAWNED = struct.Struct("<i")
REAPED = struct.Struct("<idd")  # wait status (-1: unknown), CPU s, peak MiB above what it inherited
_DESCRIPTORS = 2  # a child's wire and its output
_NOBODY = 2  # whom the self-test attacks as the zygote: 1, the zygote's number, is the attacker's own in its namespace
_FIRST_ACCOUNT = 1_000
_ACCOUNTS = 60_000  # so none is used again before its last child is long gone
_COVERED = ("/proc", "/sys")  # gVisor mounts both by itself, and a child of `strong` has neither
_DEVICES = {"null": 0o666, "zero": 0o444, "full": 0o444, "random": 0o444, "urandom": 0o444}
_MAPPED_MIB = 64  # what a child may map besides: libraries that torch loads late, thread stacks


class Begin(msgspec.Struct, frozen=True):
    """What the keeper says first."""

    preload: list[str]
    program: bytes  # the seccomp filter
    secret: str  # the planted file, outside
    port: int  # the planted server, outside
    release: str  # of the machine's kernel


def main() -> NoReturn:
    """Be the zygote inside."""
    control = socket.socket(fileno=os.dup(0))
    with Path(os.devnull).open("r+b", buffering=0) as nothing:
        for descriptor in (0, 1):
            os.dup2(nothing.fileno(), descriptor)
    try:
        begin, _ = receive_record(control, Begin)
        _warm(begin.preload)
        box = GvisorBox(begin.program)
        send_record(control, _settle(box, begin))
        _serve(control, box)
    except BaseException:  # noqa: BLE001  the process ends here, and says why
        traceback.print_exc()  # into the file that the keeper quotes from
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)  # gVisor ends what is left with its first process


def _warm(preload: list[str]) -> None:
    """Import what a child needs, with one thread, and keep the collector from touching it after a fork."""
    for name in ("torch", "numpy.random", "grader.sandbox.child", *preload):
        importlib.import_module(name)
    torch = sys.modules["torch"]
    torch.set_num_threads(1)
    torch.backends.cpu.get_cpu_capability()  # reads /proc/cpuinfo once, before it is covered
    sys.dont_write_bytecode = True
    gc.collect()
    gc.freeze()


def _settle(box: GvisorBox, begin: Begin) -> Proof:
    """Enter the box and return what its self-test found."""
    own = os.uname().release
    kernel = Try(
        what="reach the machine's kernel", layer=Layer.GVISOR, stopped=own != begin.release, how=f"Linux {own}"
    )
    try:
        box.settle()
        proof = prove(box, Plant(begin.secret, begin.port))
    except LayerMissing as missing:
        return Proof(isolation=box.isolation, missing=missing.layer, why=missing.why)
    box.forget_all()
    return replace(proof, tries=(kernel, *proof.tries))


class GvisorBox(Box):
    """`gvisor`, from inside: what parts the children of one sandbox."""

    isolation = Isolation.GVISOR
    ends_trees = True  # no child can fork

    def __init__(self, program: bytes) -> None:
        super().__init__()
        self.outer_pid = _NOBODY
        self._program = program
        self._forks = 0
        self._account = 0
        self._folders: dict[int, str] = {}  # of each living child, by its pid

    def settle(self) -> None:
        self.own = OwnProcess()
        with closing(Layer.ROOT):
            for device in Path("/dev").iterdir():
                if not device.is_symlink():
                    device.chmod(_DEVICES.get(device.name, 0o700))  # /dev/fuse and others are more kernel to attack
            for folder in _COVERED:
                syscalls.mount("tmpfs", folder, "tmpfs", syscalls.MS_RDONLY, "size=4k,mode=0555")

    def fork(self) -> int:
        """Fork a child with an account and a folder that no other has."""
        self._account = _FIRST_ACCOUNT + self._forks % _ACCOUNTS
        self._forks += 1
        folder = self._folder()
        with closing(Layer.ROOT):
            Path(folder).mkdir(mode=0o711)
            flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
            # no nr_inodes: gVisor's tmpfs refuses the options that it does not know
            options = f"size={root.SCRATCH_MIB}m,mode=0700,uid={self._account},gid={self._account}"
            syscalls.mount("tmpfs", folder, "tmpfs", flags, options)
        with closing(Layer.NAMESPACES):
            syscalls.unshare(syscalls.CLONE_NEWPID)
        pid = super().fork()
        if pid:
            self._folders[pid] = folder
        return pid

    def forget(self, pid: int) -> None:
        """Take away the folder of a child that has ended."""
        folder = self._folders.pop(pid)
        syscalls.unmount(folder, syscalls.MNT_DETACH)
        Path(folder).rmdir()

    def forget_all(self) -> None:
        """Take away the folders of children that have ended without `forget`: the self-test's."""
        for pid in list(self._folders):
            self.forget(pid)

    def _folder(self) -> str:
        return f"{OWN_SCRATCH}/{self._account}"

    def _steps(self) -> tuple[tuple[Layer, Callable[[], None]], ...]:
        return (
            (Layer.NAMESPACES, lambda: syscalls.unshare(syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWNET)),
            (Layer.ACCOUNT, self._take_account),
            (Layer.SECCOMP, lambda: seccomp.install(self._program, own_pid=os.getpid())),
        )

    def _take_account(self) -> None:
        os.environ.update(HOME=self._folder(), TMPDIR=self._folder(), USER="exam")
        os.setgroups([])
        os.setresgid(self._account, self._account, self._account)
        os.setresuid(self._account, self._account, self._account)
        os.chdir(self._folder())
        self._give_up_rights()

    def limit(self, *, memory_mib: int, cpu_s: float, device: str) -> None:
        import resource

        super().limit(memory_mib=memory_mib, cpu_s=cpu_s, device=device)
        assert self._inherited is not None
        most = self._inherited.mapped_bytes + (memory_mib + _MAPPED_MIB) * limits.MIB
        for which, value in (
            (resource.RLIMIT_AS, most),
            (resource.RLIMIT_NPROC, limits.MAX_THREADS),
            (resource.RLIMIT_MEMLOCK, 0),
        ):
            resource.setrlimit(which, (value, value))


def _serve(control: socket.socket, box: GvisorBox) -> None:
    """Do what the keeper asks, until it has gone."""
    living: set[int] = set()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, REQUEST.size, _DESCRIPTORS)
        if len(data) != REQUEST.size:
            return
        op, pid = REQUEST.unpack(data)
        if op == SPAWN:
            child = _fork(box, descriptors)
            living.add(child)
            control.sendall(SPAWNED.pack(child))
        elif op == TRACE and pid in living:
            os.kill(pid, jail.TRACE_SIGNAL)
        elif op == REAP:
            control.sendall(REAPED.pack(*(_reap(pid, box) if pid in living else (-1, 0.0, 0.0))))
            living.discard(pid)


def _fork(box: GvisorBox, descriptors: list[int]) -> int:
    from grader.sandbox.child import become_child  # with torch, which `gvisor` outside must not load for these structs

    if box.own is not None:
        box.own.assert_one_thread()
    pid = box.fork()
    if pid == 0:
        close_all_but(*descriptors)
        wire, output = (socket.socket(fileno=number) for number in descriptors)
        become_child(wire, output, box)
    for number in descriptors:
        os.close(number)
    return pid


def _reap(pid: int, box: GvisorBox) -> tuple[int, float, float]:
    """Kill a child and return how it ended."""
    os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    box.forget(pid)
    inherited_kib = box.own.resident_kib() if box.own is not None else 0.0
    return status, usage.ru_utime + usage.ru_stime, max(usage.ru_maxrss - inherited_kib, 0) / 1024
