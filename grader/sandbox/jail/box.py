"""One box: what a zygote does once, and what each child does before it serves. This one is `process`.

Theory of operation. A box is made in the base, out of `Materials` that are found out once, and then belongs to one
zygote. A child's layers close in the order of `_steps`, which matters: mounts need rights that the account's change
takes away; the parent's death signal is cleared by that change; Landlock needs no_new_privs; seccomp comes last, since
it forbids what the others use.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from grader.records import Isolation
from grader.sandbox.gpu_records import Gpu
from grader.sandbox.jail import landlock, limits, nvidia, own, syscalls
from grader.sandbox.jail.layers import Layer, LayerMissing
from grader.sandbox.jail.own import LINUX, OwnProcess
from grader.sandbox.jail.python_paths import PythonPaths, find_python_paths

# Barred by a policy, unknown to the kernel, or (ENOSPC, EUSERS) over the number of namespaces that is allowed.
_NOT_HERE = (
    *(errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENODEV),
    *(errno.ENOSPC, errno.EUSERS),
)
HOST_NAME = "exam"  # what a child sees as the machine's, and as its own
_CAP_SETUID, _CAP_SYS_ADMIN = 1 << 7, 1 << 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """What the boxes of a base are made of."""

    paths: PythonPaths
    privileged: bool  # may mount and change accounts; otherwise a user namespace gives the right to mount
    cuda: bool = False
    gpu_devices: tuple[str, ...] = ()

    @classmethod
    def find(cls, *, device: str = "cpu", gpu: Gpu | None = None) -> Materials:
        """Look at this machine, with torch imported; with `device` "cuda", for that GPU. Raises LayerMissing."""
        if not LINUX:
            raise LayerMissing(Layer.NAMESPACES, "this is not Linux")
        if landlock.abi() == 0:
            raise LayerMissing(Layer.LANDLOCK, "the kernel has none, or it is switched off")
        needed = _CAP_SETUID | _CAP_SYS_ADMIN
        privileged = syscalls.effective_capabilities() & needed == needed
        cuda = device == "cuda"
        return cls(
            paths=find_python_paths(more=() if gpu is None else nvidia.libraries(gpu.libraries)),
            privileged=privileged,
            cuda=cuda,
            gpu_devices=nvidia.devices(None if gpu is None else gpu.minor) if cuda else (),
        )


class Box:
    """`process`: an own session, an empty environment, no capability, resource limits, death with its parent."""

    isolation = Isolation.PROCESS
    ends_trees = False  # whether the death of a child ends all that it started
    shares_memory = False  # whether it lets a child map shared memory, as NVIDIA's driver does

    def __init__(self) -> None:
        self.own: OwnProcess | None = None
        self.outer_pid = 0  # the zygote's, where it sees another of itself
        self._inherited: own.Memory | None = None
        self._zygote = 0  # the parent of the children that it forks

    def settle(self) -> None:
        """Confine the zygote itself, once, before its first fork. Raises LayerMissing."""
        own.adopt_orphans()
        self.own = OwnProcess() if LINUX else None

    def fork(self) -> int:
        """Fork a child as `os.fork` does."""
        if self.own is not None:
            self._inherited = self.own.memory()
        self._zygote = os.getpid()
        return os.fork()

    def descriptors(self) -> tuple[int, ...]:
        """Return what a child keeps open until it has entered."""
        return ()

    def enter(self, *, without: Collection[Layer] = ()) -> None:
        """Confine this process, a fresh child. Only the proof enters `without` a layer, to try the others alone."""
        self._leave_session()
        for layer, step in self._steps():
            if layer not in without:
                with closing(layer):
                    step()

    def _steps(self) -> tuple[tuple[Layer, Callable[[], None]], ...]:
        """Return the layers of a child, in the order in which they must close."""
        return ((Layer.ACCOUNT, self._give_up_rights),)

    def limit(self, *, memory_mib: int, cpu_s: float, device: str) -> None:
        """Set an exam's limits, before a line of the student's code runs."""
        limits.limit(memory_mib=memory_mib, cpu_s=cpu_s, device=device, inherited=self._inherited)

    def _leave_session(self) -> None:
        if os.name == "posix":
            if os.getsid(0) != os.getpid():  # a process that was started afresh leads its session already
                os.setsid()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
        os.environ.clear()

    def _give_up_rights(self) -> None:
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        if self._zygote and os.getppid() not in (self._zygote, 0):  # it was quicker; 0: it is in another namespace
            os._exit(1)
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        syscalls.drop_capabilities()


@contextlib.contextmanager
def closing(layer: Layer) -> Iterator[None]:
    """Say which layer it was that this machine lacks. What may pass (no memory, no descriptors) is raised as it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
        raise LayerMissing(layer, _why(error)) from None


def _why(error: OSError) -> str:
    # unshare(2) says "No space left on device" of a limit on namespaces, which sends people to look at their disk.
    if error.errno == errno.ENOSPC and "unshare" in str(error):
        return "unshare: no further namespace is allowed; user.max_user_namespaces limits them, 0 allows none"
    return str(error)
