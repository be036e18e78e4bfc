"""The system calls that a child may make: data, each group with its reason. `seccomp` turns it into a filter.

An allow-list: what is not named here fails with EPERM. It holds what CPython 3.11 to 3.14, NumPy and torch on a CPU
call (threads, autograd, oneDNN, TorchScript, files in an own /tmp), less what each can do without: moving between
processors, priorities, memory policies, event and timer descriptors, extended attributes, named pipes.
Numbers are those of the kernel's headers (include/uapi, Linux 6.12), alike on x86-64 and arm64 but where it is said.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

OWN_PID = 0x7FFF_D1D0  # stands in a filter for the process's own id: above any that Linux gives (2**22)
OWN_PID_CALLS = ("kill", "tgkill", "prlimit64", "getpgid", "getsid", "sched_getaffinity")
_WORD = 0xFFFF_FFFF  # an int argument: the kernel looks at its lower half only


@dataclass(frozen=True, slots=True)
class Check:
    """Holds when the bits of an argument that `mask` selects are `value`."""

    argument: int
    value: int
    mask: int = _WORD


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of one call when every check holds: it is made, or fails with `error`."""

    call: str
    checks: tuple[Check, ...] = ()
    error: int = 0


def _any_of(call: str, argument: int, values: Iterable[int], *, error: int = 0) -> tuple[Rule, ...]:
    return tuple(Rule(call, (Check(argument, value),), error) for value in values)


def _without(call: str, argument: int, forbidden_bits: int) -> Rule:
    return Rule(call, (Check(argument, 0, forbidden_bits),))


def _opening(flags: int) -> tuple[Check, ...]:
    """Return what the flags of open may be: to read, and not to empty; to write; to do both."""
    return (
        Check(flags, 0, _O_ACCMODE | _O_TRUNC),
        Check(flags, _O_WRONLY, _O_ACCMODE),
        Check(flags, _O_RDWR, _O_ACCMODE),
    )


def _one_of(argument: int, blocks: Iterable[tuple[int, int]]) -> tuple[Check, ...]:
    """Return what holds for the numbers of these blocks: the first, which is a multiple of how many there are."""
    return tuple(Check(argument, first, _WORD & ~(count - 1)) for first, count in blocks)


_PLAIN: dict[str, str] = {
    # oneDNN compiles its kernels (convolution, LSTM) and libffi its callbacks (ctypes), so pages may become executable
    "memory of its own": "brk munmap mremap mprotect",
    "reading and writing what is open": "read readv pread64 preadv write writev pwrite64 pwritev lseek close",
    "looking at files: the root and Landlock decide which": (
        "stat lstat fstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat "
        "getdents64 getcwd chdir fchdir umask"
    ),
    "copies of descriptors, and pipes to itself (RLIMIT_NOFILE)": "dup dup2 dup3 pipe",
    "waiting": "poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait",
    "its wire and its output, which are connected stream sockets": "shutdown getsockname getpeername",
    # glibc aborts where rseq fails in a new thread
    "threads, their locks and their end; faulthandler's stack": (
        "set_robust_list rseq sched_yield getcpu sigaltstack exit exit_group"
    ),
    "its own signals: handlers, masks, alarms": (
        "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend pause restart_syscall "
        "alarm getitimer setitimer"
    ),
    "time": "gettimeofday time nanosleep times",
    "chance": "getrandom",
    # not sysinfo: the number of the machine's processes and its free memory, which others can make a signal of
    "what it is itself: ids, use, the system's name": (
        "getpid gettid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getrusage uname"
    ),
}

_SCRATCH: dict[str, str] = {
    # Landlock does not look at chmod and utimensat, nor before Linux 6.2 at truncate: not where the files are others'
    "changing files, where there is a file system of its own (size and inodes limited by the mount)": (
        "truncate ftruncate fallocate fsync fdatasync unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir "
        "link linkat symlink symlinkat utimensat"
    ),
}

_NEW_NAMESPACES = 0x7E02_0000  # NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_THREAD, _PTRACE, _VFORK, _PIDFD = 0x1_0000, 0x2000, 0x4000, 0x1000
_O_CLOEXEC, _O_NONBLOCK, _O_DIRECT = 0x8_0000, 0x800, 0x1_4000  # O_DIRECT: 0x4000 on x86-64, 0x10000 on arm64
_O_ACCMODE, _O_WRONLY, _O_RDWR, _O_TRUNC = 3, 1, 2, 0x200
_SET_ID_BITS = 0o6000
_MAP_TYPE, _MAP_PRIVATE, _MAP_GROWSDOWN, _MAP_HUGETLB = 0xF, 2, 0x100, 0x4_0000
_AF_UNIX, _SOCK_STREAM, _SOCK_SEQPACKET, _SOCK_TYPE = 1, 1, 5, 0xF
_SOL_SOCKET, _SO_PASSCRED = 1, 16
_FUTEX_WAIT, _FUTEX_WAKE, _FUTEX_WAIT_BITSET, _FUTEX_PRIVATE, _FUTEX_REALTIME = 0, 1, 9, 0x80, 0x100
# Signals in blocks, (first, how many): all but KILL, STOP, TSTP, TTIN, TTOU. In a PID namespace of its own a child that
# is killed or stopped counts as killed or stopped by somebody else. The kernel drops what it sends itself there, but no
# more from the moment in which a fault (an illegal instruction) is to end it: another of its threads can come first.
_SIGNALS = ((0, 8), (8, 1), (10, 2), (12, 4), (16, 2), (18, 1), (23, 1), (24, 8), (32, 32), (64, 1))
_CLOCK_OF_A_PROCESS = 0x8000_0000  # the sign of a clock id: the processor time of some process, or of a device
# PEEK, TRUNC, DONTWAIT, WAITALL, NOSIGNAL, CMSG_CLOEXEC; not OOB, a way into the kernel in 2025 (CVE-2025-38236)
_MSG_FLAGS = 0x2 | 0x20 | 0x40 | 0x100 | 0x4000 | 0x4000_0000
_OTHER_MSG_FLAGS = _WORD & ~_MSG_FLAGS

# WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET; priority inheritance is for kernel exploits
_FUTEX_OPS = (0, 1, 3, 4, 5, 9, 10)
# NORMAL, RANDOM, SEQUENTIAL, WILLNEED, DONTNEED, FREE, DONTFORK, DOFORK, HUGEPAGE, NOHUGEPAGE, DONTDUMP, DODUMP,
# WIPEONFORK, GUARD_INSTALL and _REMOVE (stacks, glibc 2.42); not those that merge or page out, which tell of others
_ADVICE = (0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 102, 103)
# NORMAL, RANDOM, SEQUENTIAL, WILLNEED, NOREUSE; not DONTNEED, which drops what others have read from the page cache
_FILE_ADVICE = (0, 1, 2, 3, 5)
# TCGETS, TCGETS2 (isatty), FIONREAD, TIOCGWINSZ, FIONBIO, FIONCLEX, FIOCLEX
_IOCTLS = (0x5401, 0x802C_542A, 0x541B, 0x5413, 0x5421, 0x5450, 0x5451)
_FICLONE = 0x4004_9409
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ
_FCNTLS = (0, 1, 2, 3, 4, 1030, 1032)
_SEALS = (1033, 1034)  # F_ADD_SEALS, F_GET_SEALS: of files without a name
# PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_CAPBSET_READ, PR_GET_NO_NEW_PRIVS
_PRCTLS = (3, 15, 16, 21, 23, 39)
# SO_TYPE, SO_ERROR, SO_SNDBUF, SO_RCVBUF, SO_PROTOCOL, SO_DOMAIN; not those that tell of the peer's process
_SOCKET_OPTIONS = (3, 4, 7, 8, 38, 39)
_PR_SET_VMA = 0x5356_4D41

_CHECKED: tuple[Rule, ...] = (
    # Threads, never processes: teardown is one SIGKILL, and RLIMIT_DATA counts the one address space there is.
    Rule("clone", (Check(0, _THREAD, _THREAD | _NEW_NAMESPACES | _PTRACE | _VFORK | _PIDFD),)),
    # Private ones only: at an address in a file that may be read, even of a private mapping, all who map the file could
    # wait for and wake each other. pthread_join waits so for a thread's end: it looks again at once, until that came.
    *(Rule("futex", (Check(1, op | _FUTEX_PRIVATE, _WORD & ~_FUTEX_REALTIME),)) for op in _FUTEX_OPS),
    Rule("futex", (Check(1, _FUTEX_WAIT, _WORD & ~_FUTEX_REALTIME),), errno.EAGAIN),
    Rule("futex", (Check(1, _FUTEX_WAIT_BITSET, _WORD & ~_FUTEX_REALTIME),), errno.EAGAIN),
    Rule("futex", (Check(1, _FUTEX_WAKE),), errno.EINVAL),  # which glibc takes as "nobody waits"
    *(_without(call, 0, _CLOCK_OF_A_PROCESS) for call in ("clock_gettime", "clock_getres", "clock_nanosleep")),
    *_any_of("madvise", 2, _ADVICE),
    *_any_of("fadvise64", 3, _FILE_ADVICE),
    # O_RDONLY with O_TRUNC empties a file that may only be read, unseen by Landlock before Linux 6.2; the fourth access
    # mode opens a device without reading or writing it, unseen by Landlock.
    *(Rule("open", (check,)) for check in _opening(1)),
    *(Rule("openat", (check,)) for check in _opening(2)),
    _without("pipe2", 1, _WORD & ~(_O_CLOEXEC | _O_NONBLOCK | _O_DIRECT)),  # no notification pipes
    Rule("close_range", (Check(2, 0),)),
    *_any_of("fcntl", 1, _FCNTLS),  # no locks: they pass bits between children; no leases, owners, signals, seals
    Rule("ioctl", (Check(1, _FICLONE),), errno.EOPNOTSUPP),  # so that copying a file falls back
    *_any_of("prctl", 0, _PRCTLS),
    *_any_of("getsockopt", 2, _SOCKET_OPTIONS),
    Rule("prctl", (Check(0, _PR_SET_VMA),), errno.EINVAL),  # as a kernel without names for memory says
    # Stream pairs only: a datagram socket, though connected, can send to any address, so to any daemon of the machine.
    Rule("socketpair", (Check(0, _AF_UNIX), Check(1, _SOCK_STREAM, _SOCK_TYPE))),
    Rule("sendto", (Check(3, 0, _OTHER_MSG_FLAGS), Check(4, 0, 0xFFFF_FFFF_FFFF_FFFF))),  # to no address
    _without("sendmsg", 2, _OTHER_MSG_FLAGS),
    _without("recvfrom", 3, _OTHER_MSG_FLAGS),
    _without("recvmsg", 2, _OTHER_MSG_FLAGS),
    # Signals to itself, for abort() and os.kill(os.getpid(), …); limits of its own, which can only be lowered.
    *(Rule("kill", (Check(0, OWN_PID), check)) for check in _one_of(1, _SIGNALS)),
    *(Rule("tgkill", (Check(0, OWN_PID), check)) for check in _one_of(2, _SIGNALS)),
    *(Rule(call, (Check(0, OWN_PID),)) for call in OWN_PID_CALLS if call not in ("kill", "tgkill")),
    *(Rule(call, (Check(0, 0),)) for call in ("prlimit64", "getpgid", "getsid", "sched_getaffinity")),
)

_CHECKED_SCRATCH: tuple[Rule, ...] = (
    _without("chmod", 1, _SET_ID_BITS),
    _without("fchmod", 1, _SET_ID_BITS),
    _without("fchmodat", 2, _SET_ID_BITS),
    _without("fchmodat2", 2, _SET_ID_BITS),
)

# Private mappings only: RLIMIT_DATA counts no shared one, nor one that grows down; huge pages are a pool of all.
_MMAP_CPU = Rule("mmap", (Check(3, _MAP_PRIVATE, _MAP_TYPE | _MAP_GROWSDOWN | _MAP_HUGETLB),))

# What a caller takes as "not on this system", and goes another way: glibc, CPython's shutil and pathlib, asyncio.
_ABSENT: dict[int, str] = {
    errno.ENOSYS: (
        "clone3 openat2 memfd_create memfd_secret io_uring_setup io_uring_enter io_uring_register pidfd_open "
        "pidfd_getfd pidfd_send_signal epoll_pwait2 membarrier"
    ),
    errno.ENOTSUP: (
        "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr "
        "lremovexattr fremovexattr"
    ),
    errno.ECHILD: "wait4 waitid",
    errno.EXDEV: "copy_file_range",
    errno.ENOTSOCK: "sendfile",
}
# Calls newer than these lists, as a kernel that lacks them says; their numbers are alike everywhere.
FIRST_NEW_CALL, LAST_NEW_CALL = 449, 511

# For NVIDIA's driver, from documents, not seen running: its memory is mapped shared, its requests are ioctls, it asks
# for priorities and for the nodes of memory (strace in NVIDIA/cuda-checkpoint#10); without memfd_create cuInit fails
# with error 304 (NVIDIA/OpenShell#1696), and such a file needs a length and may be sealed; it binds an abstract socket
# for processes that would share memory (snapd's profile for opengl: bind, listen, seqpacket, @cuda-uvmfd-…). It tries
# mknod, and works where that is refused (snapd#5318).
_CUDA_PLAIN = (
    "ioctl mmap msync mlock mlock2 munlock membarrier get_mempolicy set_mempolicy mbind memfd_create ftruncate "
    "fallocate eventfd2 sched_setaffinity sched_getparam sched_getscheduler sched_setscheduler sched_get_priority_max "
    "sched_get_priority_min getpriority"
)
_CUDA_CHECKED = (
    Rule("socket", (Check(0, _AF_UNIX), Check(1, _SOCK_SEQPACKET, _SOCK_TYPE))),
    Rule("bind"),
    Rule("listen"),
    Rule("setsockopt", (Check(1, _SOL_SOCKET), Check(2, _SO_PASSCRED))),
    *_any_of("fcntl", 1, _SEALS),
)


def rules(*, cuda: bool, scratch: bool) -> Iterator[Rule]:
    """Yield every rule. `scratch`: the child has a file system of its own to write in."""
    names = [name for group in _PLAIN.values() for name in group.split()]
    checked = list(_CHECKED)
    if scratch:
        names += [name for group in _SCRATCH.values() for name in group.split()]
        checked += _CHECKED_SCRATCH
    if cuda:
        names += [name for name in _CUDA_PLAIN.split() if name not in names]
        checked = [rule for rule in checked if rule.call != "ioctl"] + list(_CUDA_CHECKED)
    else:
        checked += [_MMAP_CPU, *_any_of("ioctl", 1, _IOCTLS)]
    yield from (Rule(name) for name in names)
    yield from checked
    allowed = set(names)
    for error, group in _ABSENT.items():
        yield from (Rule(name, error=error) for name in group.split() if name not in allowed)
