"""What a child needs beyond the Python environment to compute on an NVIDIA GPU.

From documents, not seen running (docs/design/gpu.md says what was seen): the driver's library finds its devices through
/dev/nvidia*, reads what the kernel module says of itself in /proc/driver/nvidia, and looks at the processors, the nodes
of memory and the PCI bus. It reads its own maps and names its threads, so the child has the /proc of its own PID
namespace; Landlock grants the few files of it that are named here. Sources: libnvidia-container (nvc_mount.c), gVisor's
nvproxy documentation, nolabs-ai/nono#673 (cuInit fails with 304 where a thread's comm cannot be written).
"""

from __future__ import annotations

from pathlib import Path

FACTS = ("/proc", "/sys/devices", "/sys/bus/pci", "/sys/module/nvidia", "/sys/module/nvidia_uvm")
_OF_PROC = (
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/devices", "/proc/modules", "/proc/driver"),
    *("/proc/stat", "/proc/version", "/proc/sys/vm", "/proc/sys/kernel/osrelease"),
)


WRITABLE = ("/proc/self/task",)  # the driver names its threads there, and does not start where it may not


def devices() -> tuple[str, ...]:
    """Return the device files and folders of the driver on this machine."""
    return tuple(sorted(str(path) for path in Path("/dev").glob("nvidia*")))


def readable() -> tuple[str, ...]:
    """Return what a child with a /proc may read, seen from inside its root: all but most of /proc."""
    folders = [str(path) for path in Path("/").iterdir() if path.name != "proc" and path.exists()]
    return (*folders, *(path for path in _OF_PROC if Path(path).exists()))
