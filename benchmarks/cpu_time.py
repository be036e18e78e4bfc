"""The CPU time of this process and of all that it starts, also of what nobody waits for, by a cgroup of Linux."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.errors import BenchmarkFailed


class CpuMeter:
    """A cgroup that this process is in for as long as the context lasts; what it starts meanwhile is in it, too."""

    def __enter__(self) -> Self:
        root = _unified()
        self._before = root / _own().lstrip("/")
        self._group = root / f"benchmark-{os.getpid()}"
        try:
            self._group.mkdir()
            _enter(self._group)
        except OSError as error:
            raise BenchmarkFailed(f"no cgroup can be made, which CPU time is counted by: {error}") from None
        return self

    def seconds(self) -> float:
        """Return the CPU time so far."""
        for line in (self._group / "cpu.stat").read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == "usage_usec":
                return int(value) / 1e6
        raise BenchmarkFailed(f"{self._group / 'cpu.stat'} has no usage_usec")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _enter(self._before)
        self._group.rmdir()


def _enter(group: Path) -> None:
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _unified() -> Path:
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split(" ")
        if kind == "cgroup2":
            return Path(place)
    raise BenchmarkFailed("no cgroup2 is mounted, which CPU time is counted by")


def _own() -> str:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, _, name = line.split(":", 2)
        if number == "0":
            return name
    raise BenchmarkFailed("this process is in no cgroup")
