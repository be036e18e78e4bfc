"""The jail: what a child may do to the machine. This is the seam where stronger layers go.

Theory of operation. The zygote calls `enter_zygote` once, before it forks; each child calls `enter` right after its
fork, before it reads a byte from anyone, and `limit` when it learns what its exercise allows, before it runs a line of
the student's code. Today's degree is `process`: an own session, no open descriptor but its sockets, an empty
environment, no capabilities, resource limits, death with its parent, and death of its whole tree; and our own processes
closed to tracing (`shield`). Namespaces, Landlock and seccomp belong into the same functions.
"""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.records import Isolation, Text

LINUX = sys.platform == "linux"
MIB = 1024 * 1024
TRACE_SIGNAL = getattr(signal, "SIGUSR1", signal.SIGTERM)  # asks a child for the line it is at, before it is killed
MAX_FILE_BYTES = 16 * MIB
MAX_OPEN_FILES = 64
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Degree:
    """One degree of isolation, as this machine offers it."""

    isolation: Isolation
    available: bool
    stops: str  # what it stops
    missing: Text | None = None  # why it cannot be had
    remedy: Text | None = None  # what would bring it


def degrees() -> tuple[Degree, ...]:
    """Return every degree of isolation, strongest first, and whether it can be had here."""
    later = Text(en="dlgrade 0.1 has no such jail yet", zh="dlgrade 0.1 尚未提供这种隔离")
    return (
        Degree(
            isolation=Isolation.STRONG,
            available=False,
            stops="reading any file, the network, other processes, exhausting the machine",
            missing=later,
        ),
        Degree(
            isolation=Isolation.LANDLOCK,
            available=False,
            stops="reading any file, the network, dangerous system calls",
            missing=later,
        ),
        Degree(
            isolation=Isolation.GVISOR,
            available=False,
            stops="faults of the kernel itself",
            missing=later,
        ),
        Degree(
            isolation=Isolation.PROCESS,
            available=True,
            stops="forging a score, reading the tests' memory, hanging or exhausting the grader",
        ),
    )


def shield() -> None:
    """Close this process, and all that it will fork, to other processes of the same user: no ptrace, no /proc/PID/mem.

    The base calls it first, so it covers the examiner, whose memory holds the tests and the verdict; and so does the
    controller, which sums the score and shows it.
    """
    _prctl(_PR_SET_DUMPABLE, 0)


def die_with_parent(parent: int) -> None:
    """Have the system kill this process when its parent, process `parent`, dies: a fork must not outlive its exam."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was quicker
        os._exit(1)


def enter_zygote() -> None:
    """Confine the zygote itself, and let it inherit every process that its children leave behind."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def enter() -> None:
    """Confine this process, a fresh child: an own session, dying with its parent, nothing to inherit."""
    if os.name == "posix":
        if os.getsid(0) != os.getpid():  # a process that was started afresh leads its session already
            os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        _drop_capabilities()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
    os.environ.clear()


def limit(*, memory_mib: int, cpu_s: float, device: str) -> None:
    """Set the resource limits of an exam: memory on top of what the process has now, CPU seconds, files, no core.

    An address-space limit would break CUDA, and RLIMIT_DATA counts what CUDA reserves, so `device` "cuda" has none.
    """
    if os.name != "posix":
        return
    import resource

    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, MAX_FILE_BYTES)
    _lower(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _lower(resource.RLIMIT_CPU, int(cpu_s) + 1, grace=1)  # SIGXCPU, and SIGKILL a second later
    if device == "cpu":
        limit_memory(memory_mib)


def limit_memory(memory_mib: int) -> None:
    """Let this process take so much memory on top of what it has now. Linux only: macOS enforces no such limit."""
    if LINUX:
        import resource

        _lower(resource.RLIMIT_DATA, data_bytes() + memory_mib * MIB)


def _lower(which: int, wanted: int, *, grace: int = 0) -> None:
    """Set a limit, soft and (by `grace` more) hard, without ever asking for more than there is."""
    import resource

    _, hard = resource.getrlimit(which)
    ceiling = wanted + grace if hard == resource.RLIM_INFINITY else min(wanted + grace, hard)
    resource.setrlimit(which, (min(wanted, ceiling), ceiling))


def data_bytes() -> int:
    """Return what RLIMIT_DATA counts of this process: its private writable memory, mapped or on the heap."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def _drop_capabilities() -> None:
    """Give up every capability, which for root includes tracing the examiner. Source: capabilities(7), capset(2)."""
    if not LINUX:
        return
    header = _CapabilityHeader(version=0x20080522, pid=0)
    nothing = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice 32 bits
    if _libc().capset(ctypes.byref(header), ctypes.byref(nothing)) != 0:
        raise OSError(ctypes.get_errno(), "capset failed")


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if not LINUX:
        return
    if _libc().prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")
