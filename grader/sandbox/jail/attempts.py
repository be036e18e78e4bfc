"""What an attacker of our own tries from inside a jail.

An attempt succeeds by returning, and is stopped by an error. A few look at a state instead of doing a deed (which
process it is, what it may): they raise where the state is as it should be, so that a hole shows in the same way.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import resource
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.records import Isolation
from grader.sandbox.jail import limits, root, syscalls
from grader.sandbox.jail.box import HOST_NAME
from grader.sandbox.jail.layers import Layer
from grader.sandbox.jail.limits import MIB
from grader.sandbox.jail.plant import Plant

SHARED_MEMORY = "share memory outside the limit"
LIMIT_MIB = 32  # of an attacker
_PTRACE_ATTACH = 16
_NOBODY = 65_534  # who one is in a user namespace that maps no account

# Which degree lets which layer stop an attempt alone, with the outer ones left out.
SPACES = (Isolation.STRONG, Layer.NAMESPACES)
UNDER_SPACES = (Isolation.STRONG, Layer.LANDLOCK)
FILES = (Isolation.LANDLOCK, Layer.LANDLOCK)
KERNEL = (Isolation.GVISOR, Layer.NAMESPACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt; `layer` is blamed when it gets through. `only`: the degrees that promise to stop it; (): all."""

    what: str
    layer: Layer
    deed: Callable[[], object]
    alone: tuple[tuple[Isolation, Layer], ...] = ()
    only: tuple[Isolation, ...] = ()


def attempts(plant: Plant, zygote: int) -> tuple[Attempt, ...]:
    """Return every attempt; `zygote` is the process id of the one that forked the attacker."""
    library = Path(os.__file__).parent
    everywhere = (SPACES, FILES, KERNEL)
    apart = (SPACES, KERNEL)
    spaced, calls, files, limit = Layer.NAMESPACES, Layer.SECCOMP, Layer.LANDLOCK, Layer.LIMITS
    strong = (Isolation.STRONG,)
    return (
        _try("read a file of the machine", files, lambda: Path(plant.secret).read_text(), everywhere),
        _try("read /etc/passwd", files, lambda: Path("/etc/passwd").read_text(), everywhere),
        _try("read a process's environment", files, lambda: Path("/proc/1/environ").read_bytes(), everywhere),
        _try("write into the Python environment", files, lambda: _write(f"{library}/dlgrade-proof"), everywhere),
        _try("write beside the planted file", files, lambda: _write(f"{plant.secret}.mine"), everywhere),
        _try("write to a device that anybody may write to", files, lambda: _write("/dev/zero"), (FILES, UNDER_SPACES)),
        _try("connect to a server of the machine", calls, lambda: _connect(plant.port), apart),
        _try("open a unix socket", calls, lambda: socket.socket(socket.AF_UNIX)),
        _try("start a process", calls, _fork),
        _try("run a program", calls, lambda: os.execv("/bin/true", ["true"])),
        _try("make a user namespace", calls, lambda: syscalls.unshare(syscalls.CLONE_NEWUSER)),
        _try("mount a file system", calls, lambda: syscalls.mount("x", "/tmp", "tmpfs", 0), apart),
        _try("change the account", calls, lambda: os.setresuid(0, 0, 0)),
        _try("become another account", Layer.ACCOUNT, lambda: os.setresuid(1, 1, 1), apart),
        _try("keep a capability", Layer.ACCOUNT, _keep_a_capability, everywhere),
        _try("trace the zygote", calls, lambda: _trace(zygote), apart),
        _try(SHARED_MEMORY, calls, lambda: mmap.mmap(-1, 2 * LIMIT_MIB * MIB)),
        _try("take more memory than allowed", limit, _map_memory, everywhere),
        _try("raise a limit", limit, _raise_limit, everywhere),
        _try("start threads without end", limit, _have_many_threads, (SPACES,), only=strong),
        _try("share a PID namespace", spaced, _be_one_of_many, apart, only=(Isolation.STRONG, Isolation.GVISOR)),
        _try("share the machine's namespaces", spaced, _keep_the_name, (SPACES,), only=strong),
        _try("be somebody outside", spaced, _be_somebody, (SPACES,), only=strong),
        _try("stand in another place than its own", Layer.ROOT, _have_another_place, (SPACES,), only=strong),
        _try("kill the zygote", calls, lambda: os.kill(zygote, signal.SIGKILL), apart),
    )


def _try(
    what: str,
    layer: Layer,
    deed: Callable[[], object],
    alone: tuple[tuple[Isolation, Layer], ...] = (),
    *,
    only: tuple[Isolation, ...] = (),
) -> Attempt:
    return Attempt(what=what, layer=layer, deed=deed, alone=alone, only=only)


# --------------------------------------------------------------------------------------------------------- deeds


def _map_memory() -> None:
    """Ask the kernel: malloc may have as much in store, freed by the zygote and counted in the limit already."""
    mmap.mmap(-1, 4 * LIMIT_MIB * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def _write(path: str) -> None:
    with Path(path).open("w") as file:
        file.write("x")


def _connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1.0).close()


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _trace(pid: int) -> None:
    if ctypes.CDLL(None, use_errno=True).ptrace(_PTRACE_ATTACH, pid, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def _raise_limit() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


# --------------------------------------------------------------------------------------------------------- states


def _keep_a_capability() -> None:
    _stopped_if(syscalls.effective_capabilities() == 0, "it has none")


def _have_many_threads() -> None:
    most, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    _stopped_if(0 <= most <= limits.MAX_THREADS_CUDA, f"it may have {most}")


def _be_one_of_many() -> None:
    _stopped_if(os.getpid() == 1, "it is the first process of its own")


def _keep_the_name() -> None:
    _stopped_if(os.uname().nodename == HOST_NAME, "it has a name of its own, given with its namespaces")


def _be_somebody() -> None:
    _stopped_if(os.getuid() == _NOBODY, "its user namespace maps no account")


def _have_another_place() -> None:
    place = os.statvfs(Path.cwd())
    size = place.f_blocks * place.f_frsize
    _stopped_if(size == root.SCRATCH_MIB * MIB, f"it stands in a place of its own, {size} bytes")


def _stopped_if(as_it_should: bool, how: str) -> None:
    if as_it_should:
        raise OSError(how)
