"""A container as Gradescope gives one: `/autograder` in a private mount namespace, with what Docker leaves of rights.

Run as a script, it is the command inside: it gives up what Docker's default profile does not grant (capabilities, and
the system calls for namespaces, mounts and the like), and becomes the command that is named.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

# https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities, by their numbers
_CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
_NEW_NAMESPACES = (0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x00020000)
# https://docs.docker.com/engine/security/seccomp/: of what is denied, all that could make a jail or break one
_DENIED = (
    "unshare setns mount umount2 pivot_root bpf perf_event_open keyctl add_key request_key open_by_handle_at open_tree "
    "move_mount fsopen fsconfig fsmount fspick mount_setattr swapon swapoff reboot quotactl userfaultfd"
)
WITHOUT_LANDLOCK = "WITHOUT_LANDLOCK"  # a variable: as on a kernel that has none
_PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _CLEAR_ALL, _CAPABILITY_VERSION = 24, 47, 4, 0x20080522


class Container:
    """Runs commands with `folder` as `/autograder`; the rest of the machine can be read, and not written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the platform would, and return how it ended."""
        setting = [part for name, value in variables.items() for part in ("--setenv", name, value)]
        inside = [sys.executable, __file__, *command]
        return subprocess.run(
            ["bwrap", *self._mounts(), *setting, "--chdir", "/autograder", *inside],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def _mounts(self) -> list[str]:
        mounts: list[str] = []
        for path in sorted(Path("/").iterdir()):
            if path.name in ("proc", "dev", "tmp", "autograder"):
                continue
            if path.is_symlink():
                mounts += ["--symlink", str(path.readlink()), str(path)]
            elif path.is_dir():
                mounts += ["--ro-bind", str(path), str(path)]
        mounts += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
        needed = {Path(__file__).parents[2], Path(sys.prefix), Path(sys.base_prefix)}
        for path in sorted(needed):
            if path.is_relative_to("/tmp"):
                mounts += ["--ro-bind", str(path), str(path)]
        return [*mounts, "--bind", str(self._folder), "/autograder"]


def why_not() -> str | None:
    """Return why there can be no such container on this machine; None: there can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError, OSError) as error:
        return f"libseccomp is not at hand: {error}"
    tried = subprocess.run(["bwrap", "--ro-bind", "/", "/", "true"], capture_output=True, text=True, check=False)
    return f"bubblewrap cannot make namespaces: {tried.stderr.strip()}" if tried.returncode else None


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _drop_capabilities() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(64):
        if capability not in _CAPABILITIES:
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # without the right to, there is none to drop
    libc.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    header, data = _Header(_CAPABILITY_VERSION, 0), (_Data * 2)()
    if libc.capget(ctypes.byref(header), data):
        raise OSError(ctypes.get_errno(), "capget")
    kept = sum(1 << capability for capability in _CAPABILITIES)
    for place, mask in enumerate((kept & 0xFFFFFFFF, kept >> 32)):
        data[place].effective &= mask
        data[place].permitted &= mask
        data[place].inheritable &= mask
    if libc.capset(ctypes.byref(header), data):
        raise OSError(ctypes.get_errno(), "capset")


def _deny_system_calls() -> None:
    import pyseccomp

    profile = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in _DENIED.split():
        profile.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    profile.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for bit in _NEW_NAMESPACES:
        profile.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, bit, bit))
    if WITHOUT_LANDLOCK in os.environ:
        for name in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"):
            profile.add_rule(pyseccomp.ERRNO(errno.ENOSYS), name)
    profile.load()


if __name__ == "__main__":
    _drop_capabilities()
    _deny_system_calls()
    os.execvp(sys.argv[1], sys.argv[1:])
