"""The root that the zygote and its children see: an empty file system with the Python environment, read-only.

Theory of operation. `enter_root` runs in the zygote, in a mount namespace of its own, with the right to mount (root, or
a user namespace of its own). It puts an empty tmpfs over a folder of the old root, pivots into that, so that every path
of the machine stays reachable under `/old`, builds the new root out of read-only binds at the same absolute paths, and
pivots again; the old root is then detached, and with it the course, the solutions, every home and `/proc`. Each child
later gets a tmpfs of its own at `PythonPaths.scratch`, by `mount_scratch`: the only place where it can write.

The same two-step pivot is known from bubblewrap(1). Nothing here is undone: the process leaves instead.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox.jail import syscalls
from grader.sandbox.jail.python_paths import PythonPaths
from grader.sandbox.jail.syscalls import MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY

SCRATCH_MIB = 16
SCRATCH_INODES = 1_024
_ROOT_OPTIONS = "size=256k,nr_inodes=4k,mode=0755"  # it holds mount points and links only
_OLD, _NEW = "/old", "/new"


def enter_root(paths: PythonPaths, *, devices: Iterable[str], facts: Iterable[str] = ()) -> None:
    """Move this process into a root of its own: the paths, devices, and `facts`, folders of /proc and /sys to read.

    Raises OSError where the kernel, or a policy, does not let it.
    """
    syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_PRIVATE)  # nothing below reaches the machine's mounts
    stage = _mount_point_of_the_old_root()
    syscalls.mount("tmpfs", stage, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, _ROOT_OPTIONS)
    for name in (_OLD, _NEW):
        Path(stage + name).mkdir()
    syscalls.pivot_root(stage, stage + _OLD)
    os.chdir("/")
    syscalls.mount("tmpfs", _NEW, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, _ROOT_OPTIONS)
    _fill(paths, devices)
    for folder in facts:
        if Path(_OLD + folder).is_dir():
            Path(_NEW + folder).mkdir(parents=True, exist_ok=True)
            _bind(folder, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
    os.chdir(_NEW)
    syscalls.pivot_root(".", ".")  # the old root now lies on top of the new one, and is taken away
    syscalls.unmount(".", syscalls.MNT_DETACH)
    os.chdir("/")
    syscalls.set_mount_attributes("/", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)


def mount_scratch(scratch: str, owner: int) -> None:
    """Give this process, in a mount namespace of its own, an empty place to write, and go there."""
    options = f"size={SCRATCH_MIB}m,nr_inodes={SCRATCH_INODES},mode=0700,uid={owner},gid={owner}"
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
    syscalls.mount("tmpfs", scratch, "tmpfs", flags, options)
    os.chdir(scratch)


def mount_proc() -> None:
    """Cover the machine's /proc with that of this process's own PID namespace: it shows no other process."""
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC  # NVIDIA's driver names its threads by /proc
    syscalls.mount("proc", "/proc", "proc", flags)


def _mount_point_of_the_old_root() -> str:
    """Return a folder to build on; what it holds stays reachable below `/old`."""
    found = next((path for path in ("/tmp", "/mnt", "/var", "/usr") if Path(path).is_dir()), None)
    if found is None:
        raise OSError(errno.EOPNOTSUPP, "none of /tmp, /mnt, /var, /usr is there to build a root on")
    return found


def _fill(paths: PythonPaths, devices: Iterable[str]) -> None:
    for link, target in paths.links.items():
        place = Path(_NEW + link)
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # a folder that was made on the way to another
            place.symlink_to(target)
    attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
    for folder in paths.folders:
        Path(_NEW + folder).mkdir(parents=True, exist_ok=True)
        _bind(folder, attributes)
    for file in paths.files:
        _touch(file)
        _bind(file, attributes)
    for folder in paths.hidden:
        syscalls.mount("tmpfs", _NEW + folder, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, "size=4k,mode=0555")
        syscalls.set_mount_attributes(_NEW + folder, attributes)
    for device in devices:
        if Path(_OLD + device).is_dir():
            Path(_NEW + device).mkdir(parents=True, exist_ok=True)
            _bind(device, MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY)
        elif Path(_OLD + device).exists():
            _touch(device)
            # Read-only: a device can be written to all the same, but its times cannot, which others could read.
            _bind(device, MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY)
    Path(_NEW + paths.scratch).mkdir(mode=0o755)


def _touch(file: str) -> None:
    Path(_NEW + file).parent.mkdir(parents=True, exist_ok=True)
    Path(_NEW + file).touch()


def _bind(path: str, attributes: int) -> None:
    syscalls.mount(_OLD + path, _NEW + path, "", syscalls.MS_BIND | syscalls.MS_REC)
    syscalls.set_mount_attributes(_NEW + path, attributes, recursive=True)
