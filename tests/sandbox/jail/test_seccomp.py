"""The seccomp filter, asked: the compiled program's word on every call, on both architectures.

`test_seccomp_tried` makes the calls in real children, `test_seccomp_honest` does honest work there.
"""

from __future__ import annotations

import errno
import os
import random
import signal
import socket
import struct
import sys
from pathlib import Path

import pytest
from confined import confined, linux_only
from filter_machine import ALLOW, KILL, NATIVE, X32_BIT, FilterMachine, number_of

from grader.sandbox.jail import policy, seccomp
from grader.sandbox.jail.layers import Layer, LayerMissing

pytestmark = linux_only

MACHINES = ("x86_64", "aarch64")
OWN = 4242  # the process id that the asked filters hold
KINDS = {
    "plain": {},
    "no scratch": {"scratch": False},
    "cuda": {"cuda": True},
}

# What no child may do, whatever it passes; CUDA's exceptions below.
FORBIDDEN = {
    "other programs and processes": "fork vfork execve execveat ptrace process_vm_readv process_vm_writev kcmp tkill "
    "rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal process_madvise process_mrelease",
    "the network": "connect accept accept4 sendmmsg recvmmsg socket bind listen setsockopt",
    "mounts and roots": "mount umount2 fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr pivot_root "
    "chroot unshare setns",
    "rights": "setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset personality "
    "setsid setpgid chown fchown lchown fchownat mknod mknodat",
    "wide doors into the kernel": "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register "
    "add_key request_key keyctl seccomp init_module finit_module delete_module kexec_load kexec_file_load modify_ldt "
    "ioperm iopl landlock_create_ruleset landlock_add_rule landlock_restrict_self fanotify_init fanotify_mark "
    "inotify_init inotify_init1 inotify_add_watch quotactl name_to_handle_at open_by_handle_at lookup_dcookie "
    "uselib ustat sysfs nfsservctl acct remap_file_pages arch_prctl clone3 openat2",
    "memory that no limit counts, or that is shared": "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget "
    "msgsnd msgrcv msgctl mq_open mq_unlink memfd_secret memfd_create splice tee vmsplice sendfile copy_file_range",
    "signs from one child to another": "flock mincore eventfd eventfd2 signalfd signalfd4 timerfd_create",
    "the machine": "reboot swapon swapoff syslog settimeofday clock_settime clock_adjtime adjtimex sethostname "
    "setdomainname sync syncfs vhangup sched_setaffinity sched_setscheduler sched_setparam sched_setattr setpriority "
    "ioprio_set mbind set_mempolicy migrate_pages move_pages mlock mlock2 mlockall munlock munlockall "
    "set_mempolicy_home_node timer_create setrlimit",
    "the attributes of files": "setxattr lsetxattr fsetxattr getxattr removexattr",
}
OF_CUDA = (
    "socket bind listen setsockopt memfd_create eventfd2 sched_setaffinity sched_setscheduler setpriority mbind "
    "set_mempolicy mlock mlock2 munlock"
)
CHANGING_FILES = (
    "truncate ftruncate fallocate unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink "
    "symlinkat utimensat utime utimes futimesat chmod fchmod fchmodat fchmodat2 fsync"
)


@pytest.fixture(scope="module")
def filters() -> dict[tuple[str, str], FilterMachine]:
    """Every kind of filter, for each machine, as the child OWN would install it."""
    return {
        (kind, machine): FilterMachine(seccomp._with_own_pid(seccomp.compile_filter(machine=machine, **options), OWN))
        for kind, options in KINDS.items()
        for machine in MACHINES
    }


@pytest.fixture(scope="module")
def program() -> bytes:
    return seccomp.compile_filter()


def interesting(kind: str) -> list[int]:
    """Return the values that some rule compares an argument with, their neighbours, and huge and dirty ones."""
    options = {"cuda": False, "scratch": True, **KINDS[kind]}
    named = {check.value for rule in policy.rules(**options) for check in rule.checks}
    near = {value ^ (1 << bit) for value in (0, 1, 2, 3, OWN) for bit in range(32)}
    return sorted((named - {policy.OWN_PID}) | near | {OWN, 2**32 - 1, 2**64 - 1, 2**63, 1 << 32, OWN | 1 << 32})


def cases(kind: str, count: int) -> list[tuple[int, ...]]:
    values, draw = interesting(kind), random.Random(1)
    return [(0,) * 6, (2**64 - 1,) * 6, *(tuple(draw.choices(values, k=6)) for _ in range(count))]


# ------------------------------------------------------------------------------------------------ asked, not tried


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("group", FORBIDDEN)
def test_nothing_forbidden_is_allowed_with_any_argument(
    filters: dict[tuple[str, str], FilterMachine], kind: str, machine: str, group: str
) -> None:
    calls = [call for call in FORBIDDEN[group].split() if kind != "cuda" or call not in OF_CUDA.split()]
    known = {call: number for call in calls if (number := number_of(machine, call)) >= 0}
    assert len(known) > len(calls) / 2, "libseccomp knows most of them"
    for call, number in known.items():
        for arguments in cases(kind, 60):
            assert filters[kind, machine].verdict(machine, number, arguments) not in (ALLOW, KILL), (call, arguments)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_call_outside_the_policy_is_allowed(
    filters: dict[tuple[str, str], FilterMachine], kind: str, machine: str
) -> None:
    options = {"cuda": False, "scratch": True, **KINDS[kind]}
    named = {number_of(machine, rule.call) for rule in policy.rules(**options) if not rule.error}
    asked = cases(kind, 20)
    for number in [*range(601), 2**30 - 1, 2**32 - 1]:
        if number not in named:
            verdicts = {filters[kind, machine].verdict(machine, number, arguments) for arguments in asked}
            assert len(verdicts) == 1, number
            assert verdicts.pop() not in (ALLOW, KILL), number


def meant(call: str, arguments: tuple[int, ...], rules: list[policy.Rule]) -> str | int:
    """Return what the policy says about a call, read directly."""
    for rule in rules:
        wanted = (
            (check.argument, check.mask, OWN if check.value == policy.OWN_PID else check.value) for check in rule.checks
        )
        if rule.call == call and all(arguments[at] & mask == value for at, mask, value in wanted):
            return rule.error or ALLOW
    return errno.EPERM


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_program_says_what_the_policy_says(
    filters: dict[tuple[str, str], FilterMachine], kind: str, machine: str
) -> None:
    rules = list(policy.rules(**{"cuda": False, "scratch": True, **KINDS[kind]}))
    by_call: dict[str, list[policy.Rule]] = {}
    for rule in rules:
        by_call.setdefault(rule.call, []).append(rule)
    values = interesting(kind)
    draw = random.Random(2)
    for call, own in by_call.items():
        number = number_of(machine, call)
        checks = [check for rule in own for check in rule.checks]
        for _ in range(200 if checks else 2):
            arguments = draw.choices(values, k=6)
            for check in draw.sample(checks, min(len(checks), 3)):  # near a rule, or nothing would ever be allowed
                arguments[check.argument] = OWN if check.value == policy.OWN_PID else check.value
            if number >= 0:
                verdict = filters[kind, machine].verdict(machine, number, arguments)
                assert verdict == meant(call, tuple(arguments), own), (call, [hex(one) for one in arguments])


@pytest.mark.parametrize("kind", KINDS)
def test_a_foreign_architecture_is_killed_whatever_it_calls(
    filters: dict[tuple[str, str], FilterMachine], kind: str
) -> None:
    for machine, foreign in (("x86_64", ("i386", "arm", "aarch64")), ("aarch64", ("arm", "i386", "x86_64"))):
        for other in foreign:
            assert {filters[kind, machine].verdict(other, number) for number in range(600)} == {KILL}
    assert {filters[kind, "x86_64"].verdict("x86_64", number | X32_BIT) for number in range(600)} == {KILL}


THREAD = 0x3D_0F00  # what glibc's pthread_create passes
ASKED: list[tuple[str, tuple[int, ...], str | int]] = [
    ("clone", (THREAD,), ALLOW),
    ("clone", (signal.SIGCHLD,), errno.EPERM),
    ("clone", (0x4100 | signal.SIGCHLD,), errno.EPERM),  # vfork
    *(("clone", (THREAD | flag,), errno.EPERM) for flag in (0x2_0000, 0x1000_0000, 0x4000_0000, 0x2000_0000, 0x2000)),
    ("clone3", (), errno.ENOSYS),
    ("mmap", (0, 4096, 3, 0x22), ALLOW),
    ("mmap", (0, 4096, 7, 0x22), ALLOW),  # oneDNN's and libffi's code
    ("mmap", (0, 4096, 3, 0x21), errno.EPERM),  # MAP_SHARED
    ("mmap", (0, 4096, 1, 0x03), errno.EPERM),  # MAP_SHARED_VALIDATE
    ("mmap", (0, 4096, 3, 0x28), errno.EPERM),  # MAP_DROPPABLE, which no limit counts
    ("mmap", (0, 4096, 3, 0x122), errno.EPERM),  # MAP_GROWSDOWN, which RLIMIT_DATA does not count
    ("mmap", (0, 4096, 3, 0x4_0022), errno.EPERM),  # MAP_HUGETLB
    *(("kill", (target, 15), errno.EPERM) for target in (0, 2**64 - 1, OWN - 1, policy.OWN_PID)),
    ("kill", (-OWN, 15), errno.EPERM),  # its group
    ("tgkill", (OWN + 1, OWN, 6), errno.EPERM),
    ("kill", (OWN, 15), ALLOW),
    ("kill", (OWN, 9), errno.EPERM),
    ("kill", (OWN, 1 << 32 | 9), errno.EPERM),  # the kernel sees the lower half
    ("tgkill", (OWN, OWN + 1, 6), ALLOW),
    ("tgkill", (OWN, OWN + 1, 19), errno.EPERM),
    ("prlimit64", (OWN, 7), ALLOW),
    ("prlimit64", (1, 7), errno.EPERM),
    ("socketpair", (1, 0x8_0001), ALLOW),
    ("socketpair", (1, 2), errno.EPERM),  # a datagram socket could send to any address
    ("socketpair", (1, 5), errno.EPERM),
    ("socketpair", (16, 3), errno.EPERM),
    ("sendto", (3, 4, 5, 0, 0, 0), ALLOW),
    ("sendto", (3, 4, 5, 0, 0x7F00_0000_0000, 16), errno.EPERM),
    ("sendto", (3, 4, 5, socket.MSG_OOB, 0, 0), errno.EPERM),  # CVE-2025-38236
    ("sendmsg", (3, 4, socket.MSG_NOSIGNAL), ALLOW),
    ("sendmsg", (3, 4, socket.MSG_OOB), errno.EPERM),
    ("recvfrom", (3, 4, 5, socket.MSG_PEEK), ALLOW),
    ("recvfrom", (3, 4, 5, socket.MSG_OOB), errno.EPERM),
    ("recvmsg", (3, 4, socket.MSG_OOB), errno.EPERM),
    ("ioctl", (1, 0x5401), ALLOW),
    ("ioctl", (1, 0x5412), errno.EPERM),  # TIOCSTI
    ("ioctl", (1, 1 << 32 | 0x5412), errno.EPERM),
    ("ioctl", (1, 0x4004_9409), errno.EOPNOTSUPP),
    ("prctl", (15,), ALLOW),
    *(("prctl", (option,), errno.EPERM) for option in (1, 4, 22, 23 + 1, 36, 38, 52, 53, 67, 0x5961_6D61)),
    ("prctl", (0x5356_4D41,), errno.EINVAL),
    *(("fcntl", (3, command), ALLOW) for command in (0, 1, 2, 3, 4, 1030)),
    *(("fcntl", (3, command), errno.EPERM) for command in (5, 6, 7, 8, 10, 15, 36, 37, 38, 1024, 1026, 1031, 1033)),
    ("openat", (0, 0, os.O_RDONLY), ALLOW),
    ("openat", (0, 0, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), ALLOW),
    ("openat", (0, 0, os.O_RDONLY | os.O_TRUNC), errno.EPERM),  # empties a file that it may only read
    ("openat", (0, 0, 3), errno.EPERM),  # opens a device without reading or writing it, unseen by Landlock
    ("fchmod", (3, 0o600), ALLOW),
    ("fchmod", (3, 0o4755), errno.EPERM),
    ("pipe2", (0, os.O_CLOEXEC), ALLOW),
    ("pipe2", (0, os.O_EXCL), errno.EPERM),  # a notification pipe
    ("futex", (0, 128 | 9), ALLOW),
    ("futex", (0, 0), errno.EAGAIN),  # WAIT, seen by all who map the same file
    ("futex", (0, 256 | 9), errno.EAGAIN),
    ("futex", (0, 1), errno.EINVAL),  # WAKE
    ("futex", (0, 3), errno.EPERM),  # REQUEUE
    ("clock_gettime", (3, 0), ALLOW),
    ("clock_gettime", (~1 << 3 | 2, 0), errno.EPERM),  # another process's
    ("sched_getaffinity", (0, 8, 0), ALLOW),
    ("sched_getaffinity", (1, 8, 0), errno.EPERM),
    ("futex", (0, 6), errno.EPERM),  # LOCK_PI
    ("futex", (0, 128 | 12), errno.EPERM),  # CMP_REQUEUE_PI
    ("madvise", (0, 4096, 4), ALLOW),
    ("madvise", (0, 4096, 12), errno.EPERM),  # MERGEABLE: deduplication tells what others hold
    ("madvise", (0, 4096, 21), errno.EPERM),  # PAGEOUT
    ("fadvise64", (3, 0, 4096, 2), ALLOW),
    ("fadvise64", (3, 0, 4096, 4), errno.EPERM),  # DONTNEED: drops what others have read
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("call", "arguments", "verdict"), ASKED)
def test_arguments_decide(
    filters: dict[tuple[str, str], FilterMachine],
    machine: str,
    call: str,
    arguments: tuple[int, ...],
    verdict: str | int,
) -> None:
    assert filters["plain", machine].verdict(machine, number_of(machine, call), arguments) == verdict


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_child_may_send_itself_every_signal_but_those_that_kill_or_stop_whatever_it_does(
    filters: dict[tuple[str, str], FilterMachine], kind: str, machine: str
) -> None:
    for call, before in (("kill", (OWN,)), ("tgkill", (OWN, OWN + 1))):
        number, asked = number_of(machine, call), filters[kind, machine]
        refused = [sent for sent in range(128) if asked.verdict(machine, number, (*before, sent)) != ALLOW]
        assert refused == [9, 19, 20, 21, 22, *range(65, 128)]


@pytest.mark.parametrize("call", CHANGING_FILES.split())
def test_without_a_file_system_of_its_own_it_changes_no_file(
    filters: dict[tuple[str, str], FilterMachine], call: str
) -> None:
    for machine in MACHINES:
        if (number := number_of(machine, call)) >= 0:
            verdicts = {filters["no scratch", machine].verdict(machine, number, case) for case in cases("plain", 60)}
            assert ALLOW not in verdicts


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("ioctl", (3, 0xC020_462A)),  # NVIDIA's RM control
        ("mmap", (0, 4096, 3, 0x11)),
        ("memfd_create", ()),  # without it cuInit ends with error 304
        ("sched_get_priority_max", (2,)),
        ("get_mempolicy", ()),
    ],
)
def test_the_wider_filter_lets_the_gpus_driver_work(
    filters: dict[tuple[str, str], FilterMachine], call: str, arguments: tuple[int, ...]
) -> None:
    for machine in MACHINES:
        number = number_of(machine, call)
        assert filters["cuda", machine].verdict(machine, number, arguments) == ALLOW
        assert filters["plain", machine].verdict(machine, number, arguments) != ALLOW


def test_a_call_newer_than_the_policy_does_not_exist(filters: dict[tuple[str, str], FilterMachine]) -> None:
    for number in (450, 451, 463, 470, policy.LAST_NEW_CALL):  # not EPERM, which glibc takes for an answer
        assert filters["plain", NATIVE].verdict(NATIVE, number) == errno.ENOSYS


def test_a_call_is_found_by_a_search_and_not_in_a_list(filters: dict[tuple[str, str], FilterMachine]) -> None:
    for (_, machine), asked in filters.items():
        taken = []
        for number in range(450):
            asked.verdict(machine, number)
            taken.append(asked.steps)
        assert max(taken) < 60  # the prctl and ioctl values are a list of their own
        assert sum(taken) / len(taken) < 25


# ---------------------------------------------------------------------------------------------- the process's own id


def test_two_children_get_programs_that_differ_in_their_ids_only(program: bytes) -> None:
    one, other = seccomp._with_own_pid(program, 17), seccomp._with_own_pid(program, 18)
    assert len(one) == len(program)
    changed = [at for at in range(0, len(program), 4) if one[at : at + 4] != other[at : at + 4]]
    assert changed
    assert {struct.unpack_from("<I", one, at)[0] for at in changed} == {17}
    assert struct.pack("<I", policy.OWN_PID) not in one


def test_a_program_without_a_place_for_the_id_is_refused(program: bytes) -> None:
    without = seccomp._with_own_pid(program, 17)
    with pytest.raises(LayerMissing, match="0 times"):
        seccomp.install(without, own_pid=17)


def test_a_program_that_holds_the_id_elsewhere_is_refused(program: bytes) -> None:
    with pytest.raises(LayerMissing, match="holds the process id"):
        seccomp.install(program + struct.pack("<HBBI", 0x06, 0, 0, policy.OWN_PID), own_pid=17)


def test_a_program_with_more_places_than_calls_is_refused(program: bytes) -> None:
    with pytest.raises(LayerMissing, match="times with the process id"):
        seccomp.install(program + struct.pack("<HBBI", 0x15, 0, 0, policy.OWN_PID) * 9, own_pid=17)


# ------------------------------------------------------------------------------------------------- where it is not


def test_a_machine_of_another_kind_is_told_so() -> None:
    with pytest.raises(LayerMissing, match="s390x"):
        seccomp.compile_filter(machine="s390x")


def test_a_machine_without_libseccomp_is_told_which_layer_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)  # what it returns where the library is not
    monkeypatch.delitem(sys.modules, "pyseccomp")
    seccomp._library.cache_clear()
    try:
        with pytest.raises(LayerMissing, match="libseccomp") as caught:
            seccomp.compile_filter()
    finally:
        seccomp._library.cache_clear()
    assert caught.value.layer is Layer.SECCOMP


def test_compiling_leaves_no_thread_descriptor_or_process() -> None:
    def left() -> list[str]:
        own = Path("/proc/self")
        children = (own / "task" / str(os.getpid()) / "children").read_text()
        return [children, *(entry.name for folder in ("task", "fd") for entry in (own / folder).iterdir())]

    def compile_afresh() -> bool:
        before = left()
        sys.modules.pop("pyseccomp", None)
        seccomp._library.cache_clear()
        seccomp.compile_filter()
        return left() == before

    assert confined(compile_afresh) is True
