"""The boxes, one for each degree: what the zygote does once, and what each child does before it serves.

Theory of operation. A box is made in the base, out of `Materials` that are found out once, and then belongs to one
zygote. The order inside a child matters: mounts need rights that the account's change takes away; the parent's death
signal is cleared by that change; Landlock needs no_new_privs; seccomp comes last, since it forbids what the others use.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.records import Isolation
from grader.sandbox.jail import landlock, limits, nvidia, own, root, seccomp, syscalls
from grader.sandbox.jail.layers import Layer, LayerMissing
from grader.sandbox.jail.own import LINUX, OwnProcess
from grader.sandbox.jail.python_paths import DEVICES, PythonPaths, find_python_paths, is_below_any

_FIRST_ACCOUNT = 0x6000_0000  # far above what systems and containers hand out
_ACCOUNTS_OF_A_ZYGOTE = 64  # more than it ever has children at a time
_CAP_SETUID, _CAP_SYS_ADMIN = 1 << 7, 1 << 21
SHARED_MEMORY = "share memory outside the limit"  # NVIDIA's driver maps its own so
_NAME = "exam"  # what a child sees as the machine's
_NAMESPACES = syscalls.CLONE_NEWNS | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWNET
_PID = struct.Struct("<i")


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """What the boxes of a base are made of."""

    paths: PythonPaths
    privileged: bool  # may mount and change accounts; otherwise a user namespace gives the right to mount
    cuda: bool = False
    gpu_devices: tuple[str, ...] = ()

    @classmethod
    def find(cls, *, device: str = "cpu") -> Materials:
        """Look at this machine, with torch imported. Raises LayerMissing."""
        if not LINUX:
            raise LayerMissing(Layer.NAMESPACES, "this is not Linux")
        if landlock.abi() == 0:
            raise LayerMissing(Layer.LANDLOCK, "the kernel has none, or it is switched off")
        needed = _CAP_SETUID | _CAP_SYS_ADMIN
        privileged = own.capabilities() & needed == needed
        cuda = device == "cuda"
        return cls(
            paths=find_python_paths(),
            privileged=privileged,
            cuda=cuda,
            gpu_devices=nvidia.devices() if cuda else (),
        )


class Box:
    """`process`: an own session, an empty environment, no capability, resource limits, death with its parent."""

    isolation = Isolation.PROCESS
    ends_trees = False  # whether the death of a child ends all that it started
    promises_not: tuple[str, ...] = ()  # what of the proof's attempts it must let pass

    def __init__(self) -> None:
        self.own: OwnProcess | None = None
        self.outer_pid = 0  # the zygote's, where it sees another of itself
        self._inherited_bytes: int | None = None

    def settle(self) -> None:
        """Confine the zygote itself, once, before its first fork. Raises LayerMissing."""
        own.adopt_orphans()
        self.own = OwnProcess() if LINUX else None

    def fork(self) -> int:
        """Fork a child as `os.fork` does."""
        if self.own is not None:
            self._inherited_bytes = self.own.data_bytes()
        return os.fork()

    def descriptors(self) -> tuple[int, ...]:
        """Return what a child keeps open until it has entered."""
        return ()

    def enter(self, *, without: Collection[Layer] = ()) -> None:
        """Confine this process, a fresh child. Only the proof enters `without` a layer, to try the others alone."""
        self._leave_session()
        for layer, step in self._steps():
            if layer not in without:
                with _layer(layer):
                    step()

    def _steps(self) -> tuple[tuple[Layer, Callable[[], None]], ...]:
        """Return the layers of a child, in the order in which they must close."""
        return ((Layer.ACCOUNT, self._give_up_rights),)

    def limit(self, *, memory_mib: int, cpu_s: float, device: str) -> None:
        """Set an exam's limits, before a line of the student's code runs."""
        limits.limit(memory_mib=memory_mib, cpu_s=cpu_s, device=device, inherited_bytes=self._inherited_bytes)

    def _leave_session(self) -> None:
        if os.name == "posix":
            if os.getsid(0) != os.getpid():  # a process that was started afresh leads its session already
                os.setsid()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
        os.environ.clear()

    def _give_up_rights(self) -> None:
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        syscalls.drop_capabilities()


class LandlockBox(Box):
    """`landlock`: files by Landlock, system calls by seccomp, limits; for where namespaces are barred.

    There is no place to write: without a file system of its own a child could fill the machine's.
    """

    isolation = Isolation.LANDLOCK

    def __init__(self, materials: Materials) -> None:
        super().__init__()
        self._materials = materials
        self._program = seccomp.compile_filter(cuda=materials.cuda, scratch=False)
        self.promises_not = (SHARED_MEMORY,) if materials.cuda else ()
        self._ruleset = -1

    def settle(self) -> None:
        super().settle()
        with _layer(Layer.LANDLOCK):
            self._ruleset = landlock.make_ruleset(
                readable=_readable(self._materials.paths),
                listable=self._materials.paths.folders,
                writable=(os.devnull,),
                devices=self._materials.gpu_devices,
            )

    def descriptors(self) -> tuple[int, ...]:
        return (self._ruleset,)

    def _steps(self) -> tuple[tuple[Layer, Callable[[], None]], ...]:
        return (
            (Layer.ACCOUNT, self._give_up_rights),
            (Layer.LANDLOCK, self._restrict_files),
            (Layer.SECCOMP, lambda: seccomp.install(self._program, own_pid=os.getpid())),
        )

    def _restrict_files(self) -> None:
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
        self.promises_not = (SHARED_MEMORY,) if materials.cuda else ()
        self._accounts = 0
        self._account = os.geteuid()
        self._first_account = 0
        self._pid_namespace = -1

    def settle(self) -> None:
        with _layer(Layer.NAMESPACES):
            self._pid_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
            if self._materials.privileged:
                self._first_account = _first_account(os.getpid())
                syscalls.unshare(_NAMESPACES)
            else:
                _become_privileged()
            if not self._can_return():
                self._take_pid_namespace()
        super().settle()
        with _layer(Layer.ROOT):
            root.enter_root(
                self._materials.paths,
                devices=(*DEVICES, *self._materials.gpu_devices),
                facts=nvidia.FACTS if self._materials.cuda else (),
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
        if self._first_account:
            self._account = self._first_account + self._accounts
            self._accounts = (self._accounts + 1) % _ACCOUNTS_OF_A_ZYGOTE
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
        os.environ.update(HOME=root.SCRATCH, TMPDIR=root.SCRATCH, USER=_NAME)

    def _take_own_namespaces(self) -> None:
        syscalls.unshare(_NAMESPACES)
        socket.sethostname(_NAME)

    def _fill_root(self) -> None:
        if self._materials.cuda:
            root.mount_proc()
        root.mount_scratch(self._account)

    def _take_account(self) -> None:
        if self._first_account:
            os.setgroups([])
            os.setresgid(self._account, self._account, self._account)
            os.setresuid(self._account, self._account, self._account)
        with _layer(Layer.NAMESPACES):
            syscalls.unshare(syscalls.CLONE_NEWUSER)  # maps no account: whatever it became, it is nobody outside
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
        limits.limit_threads(limits.MAX_THREADS)
        self._give_up_rights()

    def _restrict_files(self) -> None:
        ruleset = landlock.make_ruleset(
            readable=nvidia.readable() if self._materials.cuda else ("/",),
            writable=(root.SCRATCH, os.devnull),
            devices=self._materials.gpu_devices,
        )
        landlock.restrict(ruleset)
        os.close(ruleset)


def _become_privileged() -> None:
    """Let an ordinary user's zygote mount and make namespaces, in a user namespace of its own."""
    user, group = os.geteuid(), os.getegid()
    syscalls.unshare(_NAMESPACES | syscalls.CLONE_NEWUSER)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # only so are the maps below ours to write
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)


@contextlib.contextmanager
def _layer(layer: Layer) -> Iterator[None]:
    """Say which layer it was that failed."""
    try:
        yield
    except OSError as error:
        raise LayerMissing(layer, str(error)) from None


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


def _first_account(zygote: int) -> int:
    """Return the first of this zygote's accounts: no other living child of this machine has one of them.

    In a container that maps few accounts it is taken from the upper half of those, where a clash is unlikely; 0 where
    it maps hardly any, and a child then keeps the account that it has, as an ordinary user's does.
    """
    wanted = _FIRST_ACCOUNT + zygote * _ACCOUNTS_OF_A_ZYGOTE
    spans = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    if any(first <= wanted and wanted + _ACCOUNTS_OF_A_ZYGOTE <= first + count for first, _, count in spans):
        return wanted
    first, _, count = max(spans, key=lambda span: span[2])
    half = count // 2
    if half < 2 * _ACCOUNTS_OF_A_ZYGOTE:
        return 0
    return first + half + (zygote * _ACCOUNTS_OF_A_ZYGOTE) % (half - _ACCOUNTS_OF_A_ZYGOTE)


def make_box(isolation: Isolation, materials: Materials | None) -> Box:
    """Return a new box of this degree. All but `process` need materials. Raises LayerMissing."""
    if isolation is Isolation.PROCESS:
        return Box()
    if materials is not None and isolation is Isolation.STRONG:
        return StrongBox(materials)
    if materials is not None and isolation is Isolation.LANDLOCK:
        return LandlockBox(materials)
    raise LayerMissing(Layer.NAMESPACES, f"a forked child cannot have isolation {isolation.value}")
