"""System calls that Python has no name for, through libc: the little that is written by hand, in one place.

Theory of operation. Every function here is one call, raises OSError with the call's name and the kernel's reason, and
does nothing else. Numbers are those of the generic table, which x86-64 and arm64 share for every call since 2019;
older calls go by their libc name. Sources: the man page of each call (section 2), and include/uapi of Linux 6.12.
Linux only: nothing here is called elsewhere, and importing it elsewhere is harmless.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys

LINUX = sys.platform == "linux"

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x4_0000
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
PR_SET_THP_DISABLE = 41
PR_SET_CHILD_SUBREAPER = 36

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_SYS_MOUNT_SETATTR = 442
_SYS_LANDLOCK_CREATE_RULESET = 444
_SYS_LANDLOCK_ADD_RULE = 445
_SYS_LANDLOCK_RESTRICT_SELF = 446
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPABILITY_VERSION_3 = 0x2008_0522


def prctl(option: int, value: int = 0, pointer: int = 0) -> int:
    """Call prctl(2) and return its result; nothing off Linux."""
    if not LINUX:
        return 0
    arguments = [ctypes.c_ulong(number) for number in (value, pointer, 0, 0)]
    return _checked("prctl", _libc().prctl(ctypes.c_int(option), *arguments))


def unshare(flags: int) -> None:
    """Give this process new namespaces (CLONE_NEW…)."""
    _checked("unshare", _libc().unshare(ctypes.c_int(flags)))


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace behind a descriptor; for CLONE_NEWPID, the one of the children to come."""
    _checked("setns", _libc().setns(ctypes.c_int(descriptor), ctypes.c_int(kind)))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system, or change a mount."""
    names = (source.encode(), target.encode(), kind.encode())
    _checked(f"mount {target}", _libc().mount(*names, ctypes.c_ulong(flags), options.encode()))


def unmount(target: str, flags: int = 0) -> None:
    """Take a mount away."""
    _checked(f"umount {target}", _libc().umount2(target.encode(), ctypes.c_int(flags)))


class _MountAttributes(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd"))


def set_mount_attributes(target: str, attributes: int, *, recursive: bool = False) -> None:
    """Set MOUNT_ATTR_… on a mount, and on all below it if asked. Linux 5.12 or newer."""
    wanted = _MountAttributes(attr_set=attributes)
    size = ctypes.sizeof(wanted)
    flags = _AT_RECURSIVE if recursive else 0
    _syscall("mount_setattr", _SYS_MOUNT_SETATTR, _AT_FDCWD, target.encode(), flags, ctypes.byref(wanted), size)


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root of this mount namespace and put the old root at `old`."""
    _syscall("pivot_root", _SYS_PIVOT_ROOT[os.uname().machine], new.encode(), old.encode())


def drop_capabilities() -> None:
    """Give up every capability, which for root includes tracing the examiner. Source: capabilities(7)."""
    if not LINUX:
        return
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)  # of this process
    nothing = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice 32 bits
    _checked("capset", _libc().capset(ctypes.byref(header), ctypes.byref(nothing)))


def effective_capabilities() -> int:
    """Return the effective capabilities of this process, a bit each. Source: capget(2)."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    found = (ctypes.c_uint32 * 6)()
    _checked("capget", _libc().capget(ctypes.byref(header), ctypes.byref(found)))
    return found[0] | found[3] << 32


def landlock_create_ruleset(attributes: ctypes.Structure | None, flags: int = 0) -> int:
    """Return a new ruleset's descriptor; without attributes and flags=1, the version of the kernel's Landlock."""
    pointer = None if attributes is None else ctypes.byref(attributes)
    size = 0 if attributes is None else ctypes.sizeof(attributes)
    return _syscall("landlock_create_ruleset", _SYS_LANDLOCK_CREATE_RULESET, pointer, size, flags)


def landlock_add_rule(ruleset: int, kind: int, attributes: ctypes.Structure) -> None:
    """Add a rule to a ruleset."""
    _syscall("landlock_add_rule", _SYS_LANDLOCK_ADD_RULE, ruleset, kind, ctypes.byref(attributes), 0)


def landlock_restrict_self(ruleset: int) -> None:
    """Restrict this thread, and all that it starts, for good."""
    _syscall("landlock_restrict_self", _SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)


def _syscall(name: str, number: int, *arguments: object) -> int:
    converted = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return _checked(name, _libc().syscall(ctypes.c_long(number), *converted))


def _checked(name: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
