"""The boxes that confine: `landlock` and `strong`, and the choice among them."""

from __future__ import annotations

import os
import socket
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

from grader.records import Isolation
from grader.sandbox.jail import accounts, landlock, limits, nvidia, root, seccomp, syscalls
from grader.sandbox.jail.box import HOST_NAME, Box, Materials, closing
from grader.sandbox.jail.layers import Layer, LayerMissing
from grader.sandbox.jail.python_paths import DEVICES, PythonPaths, is_below_any

_NAMESPACES = syscalls.CLONE_NEWNS | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWNET
_PID = struct.Struct("<i")


class LandlockBox(Box):
    """`landlock`: files by Landlock, system calls by seccomp, limits; for where namespaces are barred.

    There is no place to write: without a file system of its own a child could fill the machine's.
    """

    isolation = Isolation.LANDLOCK

    def __init__(self, materials: Materials) -> None:
        super().__init__()
        self._materials = materials
        self._program = seccomp.compile_filter(cuda=materials.cuda, scratch=False)
        self.shares_memory = materials.cuda
        self._ruleset = -1
        self._readable: tuple[str, ...] = ()
        self._accounts = accounts.ChildAccounts()
        self._threads = limits.MAX_THREADS

    def settle(self) -> None:
        if self._materials.privileged and accounts.everybody_may_read(self._materials.paths.folders):
            self._accounts = accounts.ChildAccounts(accounts.first_account(os.getpid()))
        else:
            self._threads += accounts.tasks_of(os.geteuid())  # who keeps an account shares it with all its processes
        super().settle()
        with closing(Layer.LANDLOCK):
            self._readable = _readable(self._materials.paths)
            if not self._materials.cuda:  # whose driver reads /proc/self: each child needs a ruleset of its own
                self._ruleset = self._make_ruleset()

    def _make_ruleset(self) -> int:
        cuda = self._materials.cuda
        return landlock.make_ruleset(
            readable=(*self._readable, *(nvidia.facts() if cuda else ())),
            listable=self._materials.paths.folders,
            writable=(os.devnull, *(nvidia.WRITABLE if cuda else ())),
            devices=self._materials.gpu_devices,
        )

    def descriptors(self) -> tuple[int, ...]:
        return () if self._ruleset < 0 else (self._ruleset,)

    def _steps(self) -> tuple[tuple[Layer, Callable[[], None]], ...]:
        return (
            (Layer.ACCOUNT, self._take_account),
            (Layer.LANDLOCK, self._restrict_files),
            (Layer.SECCOMP, lambda: seccomp.install(self._program, own_pid=os.getpid())),
        )

    def fork(self) -> int:
        self._accounts.turn()
        return super().fork()

    def _take_account(self) -> None:
        self._accounts.take()
        if self._materials.cuda:
            more = limits.MAX_THREADS_CUDA - limits.MAX_THREADS
            limits.limit_threads(self._threads + more, pinned_bytes=limits.PINNED_BYTES_CUDA)
        else:
            limits.limit_threads(self._threads)
        self._give_up_rights()

    def _restrict_files(self) -> None:
        if self._materials.cuda:
            nvidia.hold_own_folders()
            self._ruleset = self._make_ruleset()
        landlock.restrict(self._ruleset)
        os.close(self._ruleset)


class StrongBox(Box):
    """`strong`: namespaces, a root and an account of its own, and all that `landlock` has."""

    isolation = Isolation.STRONG
    ends_trees = True

    def __init__(self, materials: Materials) -> None:
        super().__init__()
        self._materials = materials
        self._program = seccomp.compile_filter(cuda=materials.cuda, scratch=True)
        self.shares_memory = materials.cuda
        self._accounts = accounts.ChildAccounts()
        self._pid_namespace = -1

    def settle(self) -> None:
        with closing(Layer.NAMESPACES):
            self._pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
            if self._materials.privileged:
                self._accounts = accounts.ChildAccounts(accounts.first_account(os.getpid()))
                syscalls.unshare(_NAMESPACES)
            else:
                accounts.become_privileged(_NAMESPACES)
            if not self._can_return():
                self._take_pid_namespace()
        super().settle()
        with closing(Layer.ROOT):
            root.enter_root(
                self._materials.paths,
                devices=(*DEVICES, *self._materials.gpu_devices),
                facts=nvidia.facts_of_the_machine() if self._materials.cuda else (),
            )

    def _can_return(self) -> bool:
        """Whether this process may come back to its PID namespace after it has forked into another."""
        try:
            syscalls.setns(self._pid_namespace, syscalls.CLONE_NEWPID)
        except PermissionError:
            return False
        return True

    def _take_pid_namespace(self) -> None:
        """Go on as the first process of a PID namespace that is our own: to that one may come back."""
        syscalls.unshare(syscalls.CLONE_NEWPID)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid:
            os.write(writing, _PID.pack(pid))
            os._exit(0)  # the base adopts the zygote
        (self.outer_pid,) = _PID.unpack(os.read(reading, _PID.size))
        for descriptor in (reading, writing, self._pid_namespace):
            os.close(descriptor)
        self._pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self) -> int:
        """Fork the first process of a new PID namespace: with it, all that it starts is killed."""
        self._accounts.turn()
        syscalls.unshare(syscalls.CLONE_NEWPID)
        pid = -1
        try:
            pid = super().fork()
        finally:
            if pid != 0:
                syscalls.setns(self._pid_namespace, syscalls.CLONE_NEWPID)
        return pid

    def _steps(self) -> tuple[tuple[Layer, Callable[[], None]], ...]:
        return (
            (Layer.NAMESPACES, self._take_own_namespaces),
            (Layer.ROOT, self._fill_root),
            (Layer.ACCOUNT, self._take_account),
            (Layer.LANDLOCK, self._restrict_files),
            (Layer.SECCOMP, lambda: seccomp.install(self._program, own_pid=os.getpid())),
        )

    def _leave_session(self) -> None:
        super()._leave_session()
        scratch = self._materials.paths.scratch
        os.environ.update(HOME=scratch, TMPDIR=scratch, USER=HOST_NAME)
        tempfile.tempdir = None  # which the base has looked up: that was its own

    def _take_own_namespaces(self) -> None:
        syscalls.unshare(_NAMESPACES)
        socket.sethostname(HOST_NAME)

    def _fill_root(self) -> None:
        if self._materials.cuda:
            root.mount_proc()
        root.mount_scratch(self._materials.paths.scratch, self._accounts.current)

    def _take_account(self) -> None:
        self._accounts.take()
        with closing(Layer.NAMESPACES):
            syscalls.unshare(syscalls.CLONE_NEWUSER)  # maps no account: whatever it became, it is nobody outside
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
        if self._materials.cuda:
            limits.limit_threads(limits.MAX_THREADS_CUDA, pinned_bytes=limits.PINNED_BYTES_CUDA)
        else:
            limits.limit_threads(limits.MAX_THREADS)
        self._give_up_rights()

    def _restrict_files(self) -> None:
        if self._materials.cuda:
            nvidia.hold_own_folders()
        ruleset = landlock.make_ruleset(
            readable=nvidia.readable() if self._materials.cuda else ("/",),
            writable=(self._materials.paths.scratch, os.devnull, *(nvidia.WRITABLE if self._materials.cuda else ())),
            devices=self._materials.gpu_devices,
        )
        landlock.restrict(ruleset)
        os.close(ruleset)


def _readable(paths: PythonPaths) -> tuple[str, ...]:
    """Return what may be read. Landlock cannot take back a part of what it grants: what is hidden is gone around."""
    granted: list[str] = [*paths.files, *(device for device in DEVICES if Path(device).exists())]
    waiting = list(paths.folders)
    while waiting:
        folder = waiting.pop()
        if folder in paths.hidden:
            continue
        if any(is_below_any(hidden, (folder,)) for hidden in paths.hidden):
            waiting.extend(str(child) for child in Path(folder).iterdir())
        else:
            granted.append(folder)
    return tuple(granted)


def make_box(isolation: Isolation, materials: Materials | None) -> Box:
    """Return a new box of this degree. All but `process` need materials. Raises LayerMissing."""
    if isolation is Isolation.PROCESS:
        return Box()
    if materials is not None and isolation is Isolation.STRONG:
        return StrongBox(materials)
    if materials is not None and isolation is Isolation.LANDLOCK:
        return LandlockBox(materials)
    raise LayerMissing(Layer.NAMESPACES, f"a forked child cannot have isolation {isolation.value}")
