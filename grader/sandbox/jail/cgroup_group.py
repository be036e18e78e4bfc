"""One cgroup group: the caps of one child at a time, what it has used, and its end.

Theory of operation. A group has a directory in each hierarchy that serves it, all of one name; they are held by
descriptor, because the zygote that uses them has no /sys in its root. Reading and writing their small files is the
kernel's whole interface; the two versions differ in names and units only, and in what can be reset. A failure here is
never the student's. Source: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/, Linux 6.12.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass

from grader.sandbox.jail.cgroup_directory import Directory, kill_all, told
from grader.sandbox.jail.cgroup_mounts import Controller

MIB = 1024 * 1024
START_MEMORY_MIB = 256  # of a child that waits for its exam; it has run nothing of a student's yet
MAX_TASKS = 128  # processes and threads
_PERIOD_US = 100_000
_LEFTOVER_BYTES = 8 * MIB  # what the kernel may keep charged without a process: batches of each CPU, a page table
_PEAK_WITH_SWAP = "memory.memsw.max_usage_in_bytes"
_LAST_PAGES = 8  # the most that is charged at once and killed for: PAGE_ALLOC_COSTLY_ORDER
_RESET = b"reset\n"  # any text does


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the children of a group have used since it was taken; None: the kernel does not tell."""

    peak_mib: float | None
    oom_killed: bool | None  # because the group's own cap was hit; not one above it, nor the machine's
    cpu_s: float | None


@dataclass(frozen=True, slots=True)
class _Caps:
    memory_mib: int
    tasks: int
    cores: float | None


class Group:
    """The group of one child at a time. Every method raises GraderFault where the kernel refuses."""

    def __init__(self, name: str, directories: tuple[Directory, ...]) -> None:
        self.name = name
        self.directories = directories
        self._by_controller = {one: each for each in directories for one in each.site.controllers}
        self._caps: _Caps | None = None
        self._kills_before = 0
        self._oom_before = 0
        self._cpu_us_before = 0
        self._peak: int | None = None  # v2: the descriptor whose peak can be reset

    def set_up(self) -> None:
        """Set what holds for every child: no swap, and one ends with the other."""
        memory = self._by_controller.get(Controller.MEMORY)
        if memory is not None and memory.site.version == 2:
            memory.write_if_there("memory.swap.max", "0")
            memory.write_if_there("memory.oom.group", "1")  # a child without one of its threads is of no use
            self._peak = _resettable_peak(memory)

    def begin(self) -> None:
        """Forget the child before: the peak, the kills, the caps."""
        with told(self.name):
            self._cap(_Caps(START_MEMORY_MIB, MAX_TASKS, 1.0))
            memory = self._by_controller.get(Controller.MEMORY)
            if self._peak is not None:
                os.write(self._peak, _RESET)
            elif memory is not None and memory.site.version == 1:
                memory.write("memory.max_usage_in_bytes", "0")
                memory.write_if_there(_PEAK_WITH_SWAP, "0")
            if memory is not None:
                self._kills_before, self._oom_before = _oom_kills(memory), _oom_events(memory)
            self._cpu_us_before = self._cpu_us() or 0

    def add(self, pid: int) -> None:
        """Put a process in, with all that it will start. One that has ended already is left to whoever reaps it."""
        with told(self.name), contextlib.suppress(ProcessLookupError):
            for directory in self.directories:
                directory.write("cgroup.procs", str(pid))

    def limit(self, *, memory_mib: int, tasks: int = MAX_TASKS, cores: float | None = 1.0) -> None:
        """Cap the memory that the group is charged for: all that its child writes to, its files, its page tables.

        That is more than RLIMIT_DATA counts, so the cap should be some tens of MiB above that limit, for a child to
        get a MemoryError before it is killed. `tasks` counts processes and threads; `cores` None: all that there are.
        """
        with told(self.name):
            self._cap(_Caps(memory_mib, tasks, cores))

    def measure(self) -> Usage:
        """Return what was used since `begin`; also after the child has ended."""
        with told(self.name):
            peak, cpu_us = self._peak_bytes(), self._cpu_us()
            return Usage(
                peak_mib=None if peak is None else peak / MIB,
                oom_killed=self._oom_killed(),
                cpu_s=None if cpu_us is None else (cpu_us - self._cpu_us_before) / 1e6,
            )

    def kill(self) -> None:
        """Kill every process in the group, and wait until they have left it."""
        with told(self.name):
            kill_all(self.directories)

    def can_be_reused(self) -> bool:
        """Whether nothing of the last child would be charged to the next. Raises OSError."""
        memory = self._by_controller.get(Controller.MEMORY)
        if memory is None:
            return True
        if memory.site.version == 2:
            return self._peak is not None and int(memory.read("memory.current")) <= _LEFTOVER_BYTES
        return int(memory.read("memory.usage_in_bytes")) <= _LEFTOVER_BYTES

    def close(self) -> None:
        """Close the descriptors."""
        for directory in self.directories:
            directory.close()
        if self._peak is not None:
            os.close(self._peak)
            self._peak = None

    def _cap(self, caps: _Caps) -> None:
        """Write what is not as it was."""
        before, self._caps = self._caps, None  # unknown, should the kernel refuse one of them
        if before is None or before.memory_mib != caps.memory_mib:
            self._cap_memory(str(caps.memory_mib * MIB))
        pids = self._by_controller.get(Controller.PIDS)
        if pids is not None and (before is None or before.tasks != caps.tasks):
            pids.write("pids.max", str(caps.tasks))
        if before is None or before.cores != caps.cores:
            self._cap_cores(caps.cores)
        self._caps = caps

    def _cap_memory(self, wanted: str) -> None:
        memory = self._by_controller.get(Controller.MEMORY)
        if memory is None:
            return
        if memory.site.version == 2:
            memory.write("memory.max", wanted)
        else:
            memory.write_if_there("memory.memsw.limit_in_bytes", "-1")  # it may never be below the other one
            memory.write("memory.limit_in_bytes", wanted)
            memory.write_if_there("memory.memsw.limit_in_bytes", wanted)

    def _cap_cores(self, cores: float | None) -> None:
        cpu = self._by_controller.get(Controller.CPU)
        if cpu is None:
            return
        quota = None if cores is None else str(int(cores * _PERIOD_US))
        if cpu.site.version == 2:
            cpu.write("cpu.max", f"{quota or 'max'} {_PERIOD_US}")
        else:
            cpu.write("cpu.cfs_period_us", str(_PERIOD_US))
            cpu.write("cpu.cfs_quota_us", quota or "-1")

    def _peak_bytes(self) -> int | None:
        memory = self._by_controller.get(Controller.MEMORY)
        if memory is None:
            return None
        if memory.site.version == 1:
            return int(memory.read("memory.max_usage_in_bytes"))
        if self._peak is not None:
            return int(os.pread(self._peak, 32, 0))
        try:
            return int(memory.read("memory.peak"))  # of a group that has had no other child
        except FileNotFoundError:
            return None  # older than 5.19

    def _oom_killed(self) -> bool | None:
        """Whether a process was killed for the group's own cap: `oom_kill` alone counts any lack of memory."""
        memory = self._by_controller.get(Controller.MEMORY)
        if memory is None or self._caps is None:
            return None
        if _oom_kills(memory) == self._kills_before:
            return False
        if memory.site.version == 2:
            return _oom_events(memory) > self._oom_before
        # Not by `failcnt`: on Linux 6.18 it does not count what hits the limit with swap, which is hit first.
        try:
            peak = int(memory.read(_PEAK_WITH_SWAP))
        except FileNotFoundError:  # a kernel that does not account for swap
            peak = int(memory.read("memory.max_usage_in_bytes"))
        return peak > self._caps.memory_mib * MIB - _LAST_PAGES * os.sysconf("SC_PAGE_SIZE")

    def _cpu_us(self) -> int | None:
        account = self._by_controller.get(Controller.ACCOUNT)
        if account is None:
            return None
        if account.site.version == 2:
            return account.counter("cpu.stat", "usage_usec")
        return int(account.read("cpuacct.usage")) // 1000


def _oom_kills(memory: Directory) -> int:
    return memory.counter("memory.events" if memory.site.version == 2 else "memory.oom_control", "oom_kill")


def _oom_events(memory: Directory) -> int:
    """Return how often the group's own cap left no room; v1 does not count that."""
    return memory.counter("memory.events", "oom") if memory.site.version == 2 else 0


def _resettable_peak(memory: Directory) -> int | None:
    """Return a descriptor of v2's memory.peak that can be reset; None before Linux 6.12, which may not even have it."""
    try:
        descriptor = os.open("memory.peak", os.O_RDWR | os.O_CLOEXEC, dir_fd=memory.descriptor)
    except OSError:
        return None
    try:
        os.write(descriptor, _RESET)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
