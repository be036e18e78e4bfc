"""Landlock: which files a child may open, and for what, decided by the kernel whatever the mounts look like.

Theory of operation. A ruleset handles every right that the running kernel knows, so what it does not grant is refused:
opening, listing, making, removing and renaming files, TCP, signals and abstract sockets out of the child. It is made of
descriptors of the granted paths, so it can be made once, in the zygote, and be entered by each child: entering is two
system calls, cannot be undone, and is inherited. It binds the calling thread only, so a child enters while it has one.

It does not look at stat, chmod, utimensat, chdir or sockets with a path: seccomp refuses what of those does harm.
Running a file is granted nowhere: shared libraries are mapped, which needs reading only.
Sources: landlock(7), Documentation/userspace-api/landlock.rst of Linux 6.12; ABI 9 from include/uapi of Linux 7.1.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Sequence

from grader.sandbox.jail import syscalls

_VERSION = 1  # flag of landlock_create_ruleset: tell the ABI
_PATH_BENEATH = 1  # kind of a rule
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV  # those that a rule for one file may grant
_WRITING = (
    _READ_FILE
    | _READ_DIR
    | _WRITE_FILE
    | _TRUNCATE
    | _REMOVE_DIR
    | _REMOVE_FILE
    | _MAKE_DIR
    | _MAKE_REG
    | _MAKE_SYM
    | _REFER
)  # no devices, pipes or sockets
_ALL_TCP = 0b11  # bind, connect
_ALL_SCOPES = 0b11  # abstract sockets, signals

# How many rights on files each ABI knows; 17 with sockets by path, 16 with ioctl on devices.
_RIGHTS_OF_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16, 7: 16, 8: 16, 9: 17}
_NEWEST_ABI = max(_RIGHTS_OF_ABI)
_ABI_WITH_TCP, _ABI_WITH_SCOPES = 4, 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # Python 3.14 wants it said
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def abi() -> int:
    """Return the version of the kernel's Landlock; 0 where there is none, or it is switched off."""
    if not syscalls.LINUX:
        return 0
    try:
        return syscalls.landlock_create_ruleset(None, _VERSION)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP):
            return 0
        raise


def make_ruleset(
    *, readable: Sequence[str], listable: Sequence[str] = (), writable: Sequence[str] = (), devices: Sequence[str] = ()
) -> int:
    """Return the descriptor of a ruleset that `restrict` enters.

    `readable`: files, and folders with all beneath, that may be read and listed. `listable`: folders that may be listed
    only, with all beneath. `writable`: what may be read, changed, made and removed. `devices`: what may be read,
    written and given requests of its own (ioctl). Raises OSError where a path does not exist, or there is no Landlock.
    """
    version = min(abi(), _NEWEST_ABI)
    if version == 0:
        raise OSError(errno.EOPNOTSUPP, "Landlock: the kernel has none, or it is switched off")
    known = (1 << _RIGHTS_OF_ABI[version]) - 1
    handled = _Ruleset(
        files=known,
        tcp=_ALL_TCP if version >= _ABI_WITH_TCP else 0,
        scopes=_ALL_SCOPES if version >= _ABI_WITH_SCOPES else 0,
    )
    ruleset = syscalls.landlock_create_ruleset(handled)
    granted = (
        (readable, _READ_FILE | _READ_DIR),
        (listable, _READ_DIR),
        (writable, _WRITING),
        (devices, _READ_FILE | _WRITE_FILE | _IOCTL_DEV),
    )
    try:
        for paths, rights in granted:
            for path in paths:
                _grant(ruleset, path, rights & known)
    except OSError:
        os.close(ruleset)
        raise
    return ruleset


def restrict(ruleset: int) -> None:
    """Bind this thread, and all that it starts, to the ruleset, for good. It must have no_new_privs set."""
    syscalls.landlock_restrict_self(ruleset)


def _grant(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        if rights:
            syscalls.landlock_add_rule(ruleset, _PATH_BENEATH, _PathBeneath(rights=rights, folder=descriptor))
    finally:
        os.close(descriptor)
