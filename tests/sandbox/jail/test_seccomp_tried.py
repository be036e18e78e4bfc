"""The seccomp filter, tried: real children make every kind of call that it refuses."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import faulthandler
import functools
import mmap
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from confined import confined, errno_of, fork_confined
from filter_machine import NATIVE, X32_BIT, number_of

from grader.sandbox.jail import limits, seccomp, syscalls

if sys.platform == "linux":
    import fcntl
    import resource
    import termios
else:
    pytest.skip("seccomp is Linux's", allow_module_level=True)


@pytest.fixture(scope="module")
def program() -> bytes:
    return seccomp.compile_filter()


NULL = 0
UNSENT = (signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
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


def test_a_child_may_signal_itself_and_its_threads_with_all_that_a_process_can_handle(program: bytes) -> None:
    allowed = sorted(signal.valid_signals() - set(UNSENT))

    def send() -> list[int]:
        signal.pthread_sigmask(signal.SIG_BLOCK, allowed)
        found = []
        for number in [0, *allowed]:
            os.kill(os.getpid(), number)
            signal.pthread_kill(threading.get_ident(), number)
            while (taken := signal.sigtimedwait(allowed, 0)) is not None:
                found.append(taken.si_signo)
        return sorted(set(found))

    assert confined(send, program=program) == allowed


def _has_itself_signalled(number: int) -> dict[str, int]:
    """Try every way by which a process can have this signal sent to itself; return what each was told."""
    own, thread = os.getpid(), threading.get_native_id()
    by = functools.partial(_told_by, own)
    one, other = socket.socketpair()
    event = struct.pack("<QiiQ32x", 0, number, 0, 0)  # SIGEV_SIGNAL
    to_a_thread = struct.pack("<Qiii28x", 0, number, 4, thread)  # SIGEV_THREAD_ID
    info = struct.pack("<iii116x", number, 0, -1)  # SI_QUEUE
    told = {
        "kill": by("kill", own, number),
        "kill, from a thread": _in_a_thread(lambda: by("kill", own, number)),
        "tkill": by("tkill", thread, number),
        "tgkill": by("tgkill", own, thread, number),
        "sigqueue": by("rt_sigqueueinfo", own, number, info),
        "sigqueue to a thread": by("rt_tgsigqueueinfo", own, thread, number, info),
        "by a descriptor of the process": by("pidfd_send_signal", _pidfd(own), number, NULL, 0),
        "by a descriptor, itself": by("pidfd_send_signal", -10_000, number, NULL, 0),  # PIDFD_SELF_THREAD
        "a timer": by("timer_create", 1, event, bytes(8)),
        "a timer for a thread": by("timer_create", 1, to_a_thread, bytes(8)),
        "a message": by("mq_notify", -1, event),
        "input: which": by("fcntl", one.fileno(), 10, number),  # F_SETSIG
        "input: whom": by("fcntl", one.fileno(), 8, own),  # F_SETOWN
        "input: which thread": by("fcntl", one.fileno(), 15, struct.pack("<ii", 0, thread)),  # F_SETOWN_EX
        "input: whom, by ioctl": by("ioctl", one.fileno(), 0x8901, struct.pack("<i", own)),  # FIOSETOWN
        "a lease": by("fcntl", one.fileno(), 1024, 0),
        "changes of a folder": by("fcntl", one.fileno(), 1026, 0x8000_0001),
        "the end of its parent": by("prctl", 1, number),
        "the end of its child": by("clone", number, 0, 0, 0, 0),
        "the end of its child, anew": by("clone3", struct.pack("<8Q", 0, 0, 0, 0, number, 0, 0, 0), 64),
        "a debugger": by("ptrace", 0, 0, 0, 0),
        "real time that it overruns": by("sched_setscheduler", 0, 1, struct.pack("<i", 1)),
        "a deadline that it overruns": by("sched_setattr", 0, struct.pack("<IIQiIQQQ", 48, 6, 4, 0, 0, 1, 1, 1), 0),
    }
    one.close()
    other.close()
    return told


def _told_by(own: int, call: str, *arguments: int | bytes) -> int:
    found = errno_of(number_of(NATIVE, call), *arguments)
    if os.getpid() != own:
        os._exit(0)  # this is what the attempt has forked
    return found


def _pidfd(own: int) -> int:
    try:
        return os.pidfd_open(own)
    except OSError:
        return -1


def _in_a_thread(action: Callable[[], int]) -> int:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(action).result()


@pytest.mark.parametrize("number", UNSENT)
@pytest.mark.parametrize("cuda", [False, True])
def test_a_child_cannot_have_itself_killed_or_stopped(number: int, cuda: bool) -> None:
    # In no namespace of its own: nothing but the filter is in the way.
    ending = fork_confined(lambda: _has_itself_signalled(number), program=seccomp.compile_filter(cuda=cuda))
    assert ending.status == 0, f"signal {ending.signal}, status {ending.status:#x}"
    refused = {errno.EPERM, errno.ENOSYS}
    allowed_for_a_driver = {"input: whom, by ioctl", "real time that it overruns"} if cuda else set()
    assert {what for what, told in ending.value.items() if told not in refused} <= allowed_for_a_driver


def test_a_child_with_a_gpu_gets_no_real_time_whose_limit_would_kill_it() -> None:
    def ask() -> int:
        with contextlib.suppress(ValueError):  # where this process may not
            resource.setrlimit(resource.RLIMIT_RTPRIO, (10, 10))  # as some systems give everybody
        if resource.getrlimit(resource.RLIMIT_RTPRIO)[1] == 0:
            return -1
        limits.limit(memory_mib=1024, cpu_s=60.0, device="cuda")
        syscalls.drop_capabilities()
        return errno_of(number_of(NATIVE, "sched_setscheduler"), 0, 1, struct.pack("<i", 1))

    told = confined(ask)  # without the filter, which lets a driver ask
    if told == -1:
        pytest.skip("nobody gets real time here, and this process may not change that")
    assert told == errno.EPERM


def test_input_is_told_by_a_signal_that_nobody_can_choose(program: bytes) -> None:
    """O_ASYNC may be set, and has no owner."""

    def asks_for_a_signal() -> None:
        one, other = socket.socketpair()
        fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC | fcntl.fcntl(one, fcntl.F_GETFL))
        other.send(b"x")

    confined(asks_for_a_signal, program=program)


# x86-64. For ever: kill(1, SIGKILL), and count. And: wait until the other one is at it, then an illegal instruction.
_KILLS = bytes.fromhex("4889fbb83e000000bf01000000be090000000f0548ff03ebea")
_FAULTS = bytes.fromhex("b932000000488b07488b174829c24883fa027cf4ffc975ed0f0b")


@pytest.mark.parametrize("is_filtered", [True, False])
def test_a_fault_of_the_first_process_lets_no_other_thread_kill_it(program: bytes, is_filtered: bool) -> None:
    """A signal of the kernel's own takes the protection of a namespace's first process away, before it ends it."""
    if NATIVE != "x86_64" or not may_do_everything():
        pytest.skip("the machine code is x86-64's, and a namespace needs rights")

    def first_of_a_namespace() -> int:
        syscalls.unshare(syscalls.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            kill_itself_by_a_fault(program if is_filtered else b"")
        return os.WTERMSIG(os.waitpid(pid, 0)[1])

    ended_by = {confined(first_of_a_namespace) for _ in range(5)}
    if is_filtered:
        assert ended_by == {signal.SIGILL}
    elif signal.SIGKILL not in ended_by:
        pytest.skip("here the fault ends it before its other thread comes")


def kill_itself_by_a_fault(program: bytes) -> None:
    faulthandler.disable()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    if program:
        seccomp.install(program, own_pid=os.getpid())
    code = mmap.mmap(-1, 8192, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
    code[: len(_KILLS)] = _KILLS
    code[1024 : 1024 + len(_FAULTS)] = _FAULTS
    page = ctypes.addressof(ctypes.c_char.from_buffer(code))
    kills, faults = (ctypes.CFUNCTYPE(None, ctypes.c_void_p)(at) for at in (page, page + 1024))
    threading.Thread(target=kills, args=(page + 4096,), daemon=True).start()
    faults(page + 4096)


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
