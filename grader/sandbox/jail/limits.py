"""Resource limits of one process: what `setrlimit` can cap. They need no right, so every degree has them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from grader.sandbox.jail.own import LINUX, Memory, memory

MIB = 1024 * 1024
MAX_FILE_BYTES = 16 * MIB
MAX_OPEN_FILES = 64
MAX_OPEN_FILES_CUDA = 1_024  # the driver opens its devices over and over
_RESERVED_MIB = 1_024
_STACK_BYTES = 8 * MIB  # where the machine sets none
MAX_THREADS = 64  # of a child with an account of its own
MAX_THREADS_CUDA = 128  # as many as its cgroup allows tasks
PINNED_BYTES_CUDA = 8 * MIB  # what systems give everybody; the driver pins by other means


def limit(*, memory_mib: int, cpu_s: float, device: str, inherited: Memory | None = None) -> None:
    """Set the resource limits of an exam: memory on top of what the process has now, CPU seconds, files, no core.

    `inherited` is what it has now, where it cannot look itself. An address-space limit would break CUDA, and
    RLIMIT_DATA counts what CUDA reserves, so `device` "cuda" has none.
    """
    if os.name != "posix":
        return
    import resource

    _lower(resource.RLIMIT_CORE, 0)
    is_cuda = device == "cuda"  # whose driver keeps memory in files without a name, which the cgroup counts
    _lower(resource.RLIMIT_FSIZE, max(MAX_FILE_BYTES, memory_mib * MIB) if is_cuda else MAX_FILE_BYTES)
    _lower(resource.RLIMIT_NOFILE, MAX_OPEN_FILES_CUDA if is_cuda else MAX_OPEN_FILES)
    _lower(resource.RLIMIT_CPU, int(cpu_s) + 1, grace=1)  # SIGXCPU, and SIGKILL a second later
    if is_cuda and LINUX:  # where it may ask for real time, and then for a limit on that, which kills
        _lower(resource.RLIMIT_RTPRIO, 0)
    if not is_cuda:
        limit_memory(memory_mib, inherited=inherited)


def limit_memory(memory_mib: int, *, inherited: Memory | None = None, spare_mib: int = 0) -> None:
    """Let this process take so much memory on top of what it has now. Linux only: macOS enforces no such limit.

    And `spare_mib` more, in a block of `spare_memory`.
    RLIMIT_DATA counts what can be written, so a page that was written and then made read-only escapes it; and it does
    not count the stack. So the stack cannot be let grow, and RLIMIT_AS bounds all that is mapped, with room for what is
    mapped and never touched: allocators reserve far more than they use.
    """
    if LINUX:
        import resource

        now = memory() if inherited is None else inherited
        _lower(resource.RLIMIT_DATA, now.data_bytes + memory_mib * MIB, grace=spare_mib * MIB)
        _lower(resource.RLIMIT_AS, now.mapped_bytes + (memory_mib + _RESERVED_MIB) * MIB)
        soft, _ = resource.getrlimit(resource.RLIMIT_STACK)
        _lower(resource.RLIMIT_STACK, _STACK_BYTES if soft == resource.RLIM_INFINITY else soft)


@contextlib.contextmanager
def spare_memory() -> Iterator[None]:
    """Let the block take the memory that `limit_memory` has put by."""
    if not LINUX:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def limit_threads(count: int, *, pinned_bytes: int = 0) -> None:
    """Let the account of this process have so many threads, pin so much memory, and queue no messages."""
    import resource

    _lower(resource.RLIMIT_NPROC, count)
    _lower(resource.RLIMIT_MEMLOCK, pinned_bytes)
    if hasattr(resource, "RLIMIT_MSGQUEUE"):
        _lower(resource.RLIMIT_MSGQUEUE, 0)


def _lower(which: int, wanted: int, *, grace: int = 0) -> None:
    """Set a limit, soft and (by `grace` more) hard, without ever asking for more than there is."""
    import resource

    _, hard = resource.getrlimit(which)
    ceiling = wanted + grace if hard == resource.RLIM_INFINITY else min(wanted + grace, hard)
    resource.setrlimit(which, (min(wanted, ceiling), ceiling))
