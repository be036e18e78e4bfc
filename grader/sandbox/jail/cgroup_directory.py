"""A group's directory in one hierarchy, held by descriptor: its small files, its processes, its end.

Raises OSError, which `told` turns into a fault of ours: what the kernel refuses here is never the student's.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.errors import GraderFault
from grader.records import Text
from grader.sandbox.jail.cgroup_mounts import Controller, Site

_END_S = 5.0  # until what was killed has left its group
_PAUSE_S = 0.0005
_READ_BYTES = 65_536


@dataclass(slots=True)
class Directory:
    """A group's directory in one hierarchy, by descriptor."""

    name: str
    site: Site
    descriptor: int
    parent: int | None = None  # a branch's: the descriptor of the directory that it is in

    def read(self, name: str) -> str:
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.descriptor)
        try:
            parts = iter(lambda: os.read(descriptor, _READ_BYTES), b"")
            return b"".join(parts).decode()
        finally:
            os.close(descriptor)

    def write(self, name: str, value: str) -> None:
        descriptor = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=self.descriptor)
        try:
            os.write(descriptor, value.encode())
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"{name} = {value}") from None
        finally:
            os.close(descriptor)

    def write_if_there(self, name: str, value: str) -> None:
        """Set what not every kernel has."""
        with contextlib.suppress(FileNotFoundError):
            self.write(name, value)

    def close(self) -> None:
        os.close(self.descriptor)
        if self.parent is not None:
            os.close(self.parent)

    def processes(self) -> set[int]:
        """Return who is in the group; 0 stands for one that this process cannot name."""
        return {int(pid) for pid in self.read("cgroup.procs").split()}

    def counter(self, name: str, key: str) -> int:
        """Read a line "key 12"; 0 where there is none."""
        for line in self.read(name).splitlines():
            words = line.split()
            if words[0] == key:
                return int(words[1])
        return 0


def kill_all(directories: Iterable[Directory]) -> None:
    """Kill every process in a group, and wait until they have left it. Raises OSError when they do not."""
    directories = tuple(directories)
    for directory in directories:
        if directory.site.version == 1 and Controller.FREEZER in directory.site.controllers:
            directory.write("freezer.state", "THAWED")  # a process that v1 has frozen does not even die
    deadline = time.monotonic() + _END_S
    while left := {pid for directory in directories for pid in directory.processes()}:
        if time.monotonic() > deadline:
            raise OSError(errno.EBUSY, f"processes {sorted(left)} do not leave the group")
        for pid in left - {0}:  # 0: one of a PID namespace that is not below ours
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_PAUSE_S)


def remove(name: str, *, within: int | None = None) -> None:
    """Remove an empty group; a moment may pass between its last process's end and the kernel's noticing."""
    deadline = time.monotonic() + _END_S
    while True:
        try:
            os.rmdir(name, dir_fd=within)
        except FileNotFoundError:
            return  # someone was quicker
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


@contextlib.contextmanager
def told(group: str) -> Iterator[None]:
    """Turn what the kernel refuses into a fault of ours."""
    try:
        yield
    except OSError as error:
        where = f"{group}: {error.filename or ''}".rstrip(": ")
        raise GraderFault(
            Text(
                en=f"The kernel refuses a change of the cgroup {where}: {error.strerror}.",
                zh=f"内核拒绝修改 cgroup {where}：{error.strerror}。",
            ),
            remedy=Text(
                en="See that no other program changes the groups named dlgrade-….",
                zh="请确认没有其他程序修改名为 dlgrade-… 的组。",
            ),
        ) from None
