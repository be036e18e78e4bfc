"""The seccomp filter, tried: real children make every kind of call that it refuses."""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import mmap
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from confined import confined, errno_of, fork_confined
from filter_machine import NATIVE, X32_BIT, number_of

from grader.sandbox.jail import seccomp

if sys.platform == "linux":
    import fcntl
    import termios
else:
    pytest.skip("seccomp is Linux's", allow_module_level=True)


@pytest.fixture(scope="module")
def program() -> bytes:
    return seccomp.compile_filter()


NULL = 0
BAD = 1  # no address of anything
NOWHERE = b"/nowhere/at-all"
# Each is made so that without the filter it does no harm, and ends otherwise: well, or for a reason that the kernel
# finds before it looks at anybody's rights.
TRIED: dict[str, tuple[str, tuple[int | bytes, ...], int]] = {
    "fork": ("clone", (signal.SIGCHLD, 0, 0, 0, 0), errno.EPERM),
    "clone3": ("clone3", (NULL, 0), errno.ENOSYS),
    "execve": ("execve", (b"/bin/true", NULL, NULL), errno.EPERM),
    "execveat": ("execveat", (-100, b"/bin/true", NULL, NULL, 0), errno.EPERM),
    "internet socket": ("socket", (socket.AF_INET, socket.SOCK_STREAM, 0), errno.EPERM),
    "vsock socket": ("socket", (40, socket.SOCK_STREAM, 0), errno.EPERM),
    "netlink socket": ("socket", (16, 3, 0), errno.EPERM),
    "unix socket": ("socket", (socket.AF_UNIX, socket.SOCK_STREAM, 0), errno.EPERM),
    "connect": ("connect", (1, NULL, 0), errno.EPERM),
    "bind": ("bind", (1, NULL, 0), errno.EPERM),
    "shared mapping": ("mmap", (NULL, 4096, 3, 0x21, -1, 0), errno.EPERM),
    "mapping that grows down": ("mmap", (NULL, 4096, 3, 0x122, -1, 0), errno.EPERM),
    "memfd": ("memfd_create", (b"x", 0), errno.ENOSYS),
    "System V memory": ("shmget", (0x6578616D, 4096, 0), errno.EPERM),
    "System V semaphore": ("semget", (0x6578616D, 1, 0), errno.EPERM),
    "System V queue": ("msgget", (0x6578616D, 0), errno.EPERM),
    "POSIX queue": ("mq_open", (b"x", 0, 0, NULL), errno.EPERM),
    "mincore": ("mincore", (NULL, 4096, NULL), errno.EPERM),
    "flock": ("flock", (-1, fcntl.LOCK_EX | fcntl.LOCK_NB), errno.EPERM),
    "record lock": ("fcntl", (-1, fcntl.F_SETLK, NULL), errno.EPERM),
    "pipe size": ("fcntl", (-1, 1031, 1 << 20), errno.EPERM),
    "lease": ("fcntl", (-1, 1024, 0), errno.EPERM),
    "terminal input": ("ioctl", (-1, termios.TIOCSTI, b"x"), errno.EPERM),
    "dumpable again": ("prctl", (4, 1), errno.EPERM),
    "no death with the parent": ("prctl", (1, 0), errno.EPERM),
    "tracer": ("prctl", (0x5961_6D61, -1), errno.EPERM),
    "another filter": ("prctl", (22, 2, NULL), errno.EPERM),
    "seccomp": ("seccomp", (1, 0, NULL), errno.EPERM),
    "ptrace": ("ptrace", (0, 0, 0, 0), errno.EPERM),
    "another's memory": ("process_vm_readv", (1, NULL, 0, NULL, 0, 0), errno.EPERM),
    "signal to all": ("kill", (-1, 0), errno.EPERM),
    "signal to its group": ("kill", (0, 0), errno.EPERM),
    "signal to the parent": ("kill", (os.getpid(), 0), errno.EPERM),
    "signal to a parent's thread": ("tgkill", (os.getpid(), os.getpid(), 0), errno.EPERM),
    "signal to any thread": ("tkill", (os.getpid(), 0), errno.EPERM),
    "limits of the parent": ("prlimit64", (os.getpid(), 7, NULL, NULL), errno.EPERM),
    "io_uring": ("io_uring_setup", (1, NULL), errno.ENOSYS),
    "bpf": ("bpf", (0, NULL, 0), errno.EPERM),
    "perf": ("perf_event_open", (NULL, 0, -1, -1, 0), errno.EPERM),
    "userfaultfd": ("userfaultfd", (1,), errno.EPERM),
    "key ring": ("keyctl", (0, -3, 0), errno.EPERM),
    "key": ("add_key", (b"user", b"x", b"x", 1, -1), errno.EPERM),
    "namespace": ("unshare", (0x1000_0000,), errno.EPERM),
    "another's namespace": ("setns", (0, 0), errno.EPERM),
    "mount": ("mount", (b"none", b"/", BAD, 0, NULL), errno.EPERM),
    "root": ("chroot", (NOWHERE,), errno.EPERM),
    "pidfd": ("pidfd_open", (1, 0), errno.ENOSYS),
    "file handle": ("open_by_handle_at", (0, NULL, 0), errno.EPERM),
    "openat2": ("openat2", (-100, b"/", NULL, 0), errno.ENOSYS),
    "device": ("mknodat", (-100, NOWHERE, 0o20600, 259), errno.EPERM),
    "owner": ("fchownat", (-100, NOWHERE, 0, 0, 0), errno.EPERM),
    "Landlock": ("landlock_create_ruleset", (NULL, 0, 1), errno.EPERM),
    "processor": ("sched_setaffinity", (0, 8, b"\1" + b"\0" * 7), errno.EPERM),
    "priority": ("setpriority", (0, 0, 5), errno.EPERM),
    "watch": ("inotify_init1", (0,), errno.EPERM),
    "splice": ("splice", (-1, NULL, -1, NULL, 1, 0), errno.EPERM),
    "kernel log": ("syslog", (3, NULL, 0), errno.EPERM),
    "clock": ("clock_settime", (0, NULL), errno.EPERM),
    "datagram pair": ("socketpair", (socket.AF_UNIX, socket.SOCK_DGRAM, 0, bytes(8)), errno.EPERM),
    "emptying by reading": ("openat", (-100, b"/dev/null", os.O_TRUNC, 0), errno.EPERM),
    "sync": ("sync", (), errno.EPERM),
    "attributes": ("listxattr", (NOWHERE, NULL, 0), errno.ENOTSUP),
    "copying in the kernel": ("copy_file_range", (-1, NULL, -1, NULL, 1, 0), errno.EXDEV),
    "waiting for children": ("wait4", (-1, NULL, 1 << 20, NULL), errno.ECHILD),
}


@pytest.fixture(scope="module")
def tried(program: bytes) -> dict[str, int]:
    """What became of every attempt, all made by one child."""

    def try_all() -> dict[str, int]:
        return {what: errno_of(number_of(NATIVE, call), *given) for what, (call, given, _) in TRIED.items()}

    found: dict[str, int] = confined(try_all, program=program)
    return found


@pytest.mark.parametrize("what", TRIED)
def test_a_child_is_refused(tried: dict[str, int], what: str) -> None:
    assert errno.errorcode.get(tried[what]) == errno.errorcode[TRIED[what][2]]
    if without_the_filter(what) == TRIED[what][2]:
        assert not may_do_everything(), "it fails alike without the filter: the attempt shows nothing"
        pytest.skip("here the kernel refuses it alike without the filter")


def without_the_filter(what: str) -> int:
    """Make an attempt in a child without the filter; return its errno, 0 where it went well."""
    call, given, _ = TRIED[what]

    def attempt() -> int:
        own = os.getpid()
        number = errno_of(number_of(NATIVE, call), *given)
        if os.getpid() != own:
            os._exit(0)  # this is what the attempt has forked
        return number

    ending = fork_confined(attempt)
    assert ending.status == 0, f"signal {ending.signal}, status {ending.status:#x}"
    return ending.value or 0  # none of a child that has become another program


_RIGHTS = 1 << 21 | 1 << 34  # CAP_SYS_ADMIN, CAP_SYSLOG


def may_do_everything() -> bool:
    """Whether the kernel lets this process do what it lets root do: no ordinary user, no container."""
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return os.geteuid() == 0 and status["Seccomp"] == "0" and int(status["CapEff"], 16) & _RIGHTS == _RIGHTS


def test_python_sees_an_ordinary_permission_error(program: bytes) -> None:
    def names() -> list[str]:
        found = []
        attempts: list[Callable[[], object]] = [os.fork, socket.socket, lambda: mmap.mmap(-1, 4096)]
        for attempt in attempts:
            try:
                attempt()
            except OSError as error:
                found.append(type(error).__name__)
        return found

    assert confined(names, program=program) == ["PermissionError"] * 3


def test_a_call_with_the_x32_bit_is_killed(program: bytes) -> None:
    if NATIVE != "x86_64":
        pytest.skip("x32 is x86-64's")
    getpid = number_of("x86_64", "getpid") | X32_BIT
    assert fork_confined(lambda: errno_of(getpid), program=program).signal == signal.SIGSYS


def test_a_32_bit_call_is_killed(program: bytes) -> None:
    if NATIVE != "x86_64":
        pytest.skip("the machine code is x86-64's")

    def getpid_by_interrupt() -> int:
        code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
        code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20; int 0x80; ret
        address = ctypes.addressof(ctypes.c_char.from_buffer(code))
        return ctypes.CFUNCTYPE(ctypes.c_int)(address)()

    if fork_confined(getpid_by_interrupt).signal:
        pytest.skip("this kernel runs no 32-bit calls")
    assert fork_confined(getpid_by_interrupt, program=program).signal == signal.SIGSYS


def test_abort_ends_the_child_by_its_signal(program: bytes) -> None:
    def abort() -> None:
        faulthandler.disable()  # pytest's would tell of it at length
        os.abort()

    assert fork_confined(abort, program=program).signal == signal.SIGABRT


def test_a_child_may_signal_itself(program: bytes) -> None:
    def handle() -> int:
        seen: list[int] = []
        signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
        os.kill(os.getpid(), signal.SIGUSR1)
        return seen[0]

    assert confined(handle, program=program) == signal.SIGUSR1


def test_every_thread_of_the_child_is_bound(program: bytes) -> None:
    def from_a_thread() -> list[int]:
        found: list[int] = []
        thread = threading.Thread(target=lambda: found.append(errno_of(number_of(NATIVE, "ptrace"), 0, 0, 0, 0)))
        thread.start()
        thread.join()
        return found

    assert confined(from_a_thread, program=program) == [errno.EPERM]


def test_it_cannot_be_taken_off_or_replaced(program: bytes) -> None:
    def try_to() -> list[int]:
        found = []
        for arguments in ((22, 0, 0), (22, 1, 0), (22, 2, NULL)):  # PR_SET_SECCOMP: disabled, strict, filter
            found.append(errno_of(number_of(NATIVE, "prctl"), *arguments))
        found.append(errno_of(number_of(NATIVE, "ptrace"), 0, 0, 0, 0))
        return found

    assert confined(try_to, program=program) == [errno.EPERM] * 4
