"""What a child needs beyond the Python environment to compute on an NVIDIA GPU.

From documents, not seen running (docs/design/gpu.md says what was seen): the driver's library finds its devices through
/dev/nvidia*, reads what the kernel module says of itself in /proc/driver/nvidia, and looks at the processors, the nodes
of memory and the PCI bus. It reads its own maps and names its threads, so the child has the /proc of its own PID
namespace; Landlock grants the few files of it that are named here. Of the devices a child gets those of one GPU: not
the other GPUs' (which CUDA then does not find, as in a container that is given one GPU), not those for screens, not
those that part a GPU. Sources: libnvidia-container (nvc_mount.c, nvc_internal.h), NVIDIA/OpenShell#710 and #1486 and
nolabs-ai/nono#652 and #673 (cuInit fails with 304 where a thread's comm cannot be written, /proc/driver/nvidia-uvm not
be read or /dev/nvidia-uvm-tools not be opened), PandoraLauncher#523 (the folders of /sys/module).
"""

from __future__ import annotations

import os
from pathlib import Path

_SHARED_DEVICES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")
_DRIVER = "libcuda.so.1"
_OF_SYS = ("/sys/devices", "/sys/bus/pci")
_OF_PROC = (
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/devices", "/proc/modules"),
    *("/proc/stat", "/proc/version", "/proc/sys/vm", "/proc/sys/kernel/osrelease"),
)


WRITABLE = ("/proc/self/task",)  # the driver names its threads there, and does not start where it may not


def devices(minor: int | None) -> tuple[str, ...]:
    """Return the device files that computing on this GPU needs; on any GPU without a number."""
    own = sorted(map(str, Path("/dev").glob("nvidia[0-9]*"))) if minor is None else [f"/dev/nvidia{minor}"]
    return tuple(path for path in (*_SHARED_DEVICES, *own) if Path(path).exists())


def libraries(home: str) -> tuple[str, ...]:
    """Return the folders of the driver's libraries: `home`, and where this process's loader was told to look."""
    told = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    return (*filter(None, (home,)), *(path for path in told if path and Path(path, _DRIVER).exists()))


def facts_of_the_machine() -> tuple[str, ...]:
    """Return the folders of /proc and /sys that belong into a root, seen from outside it."""
    return ("/proc", *_OF_SYS, *sorted(map(str, Path("/sys/module").glob("nvidia*"))))


def facts() -> tuple[str, ...]:
    """Return what this process, a child with a /proc, may read of /proc and /sys."""
    named = (*_OF_PROC, *map(str, Path("/proc/driver").glob("nvidia*")), *facts_of_the_machine()[1:])
    return tuple(path for path in named if Path(path).exists())


def readable() -> tuple[str, ...]:
    """Return what a child with a root and a /proc of its own may read: all but most of /proc."""
    folders = [str(path) for path in Path("/").iterdir() if path.name != "proc" and path.exists()]
    return (*folders, *(path for path in facts() if path.startswith("/proc/")))


def hold_own_folders() -> None:
    """Keep this process's folders in /proc for as long as it lives.

    Landlock grants what it has found there at one time. Were the system, short of memory, to forget the folder, the
    next look would make another, which is not granted.
    """
    for path in ("/proc/self/", *WRITABLE):
        os.open(path, os.O_PATH | os.O_CLOEXEC)
