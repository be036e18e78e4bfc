"""Who is over his cap on a GPU: the watcher's policy, pure, so that it can be tested without a GPU.

Theory of operation. A *reading* is what NVML tells at one moment: the memory of each process that computes on the GPU,
and of the GPU as a whole. Two *sights* of a child are told apart when it is first watched, its CUDA context just made:

- `process`: the reading shows the child under the number that we know it by, with memory. Its own memory counts.
- `device`: it does not. In a container with process numbers of its own, older drivers give the host's numbers, and some
  newer ones give ours with no memory beside it (nvidia-docker#1483, open-gpu-kernel-modules#614). Then what the whole
  GPU uses beyond its use at that moment counts; with others on the GPU that would be no measure, so there must be none.

What a child has at that moment, its context above all, is its own cost and not the student's: caps are on top of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

CONTEXT_MIB = 1024  # what the start of another child may take, where only the whole GPU is seen


class Sight(StrEnum):
    """What is looked at."""

    PROCESS = "process"
    DEVICE = "device"


class Refusal(StrEnum):
    """Why a child cannot be watched."""

    NO_ROOM = "no-room"  # the GPU has less memory left than the child may take
    SHARED = "shared"  # others compute on it, and whose memory is whose is not told
    GONE = "gone"  # there is no such process


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one GPU's memory holds. `by_pid`: 0.0 where a process is listed without a figure."""

    by_pid: Mapping[int, float]
    used_mib: float
    total_mib: float


class CannotWatch(Exception):
    """A child cannot be held to its cap; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one child. Units: MiB on top of what it had when it was first watched."""

    killed: bool = False  # it was over its cap
    peak_mib: float = 0.0
    disturbed: bool = False  # others came to the GPU while only its use as a whole was seen: the kill proves nothing


@dataclass(slots=True)
class _Watched:
    sight: Sight
    cap_mib: float
    baseline_mib: float
    peak_mib: float = 0.0
    killed: bool = False
    disturbed: bool = False


@dataclass(slots=True)
class Ledger:
    """The children that are watched, by the numbers that we know them by."""

    _watched: dict[int, _Watched] = field(default_factory=dict)

    @property
    def idle(self) -> bool:
        return not self._watched

    def watch(self, pid: int, cap_mib: float, reading: Reading) -> Sight:
        """Begin to watch a child whose context has just been made. Raises CannotWatch."""
        own_mib = reading.by_pid.get(pid, 0.0)
        if reading.total_mib - reading.used_mib < cap_mib:
            raise CannotWatch(Refusal.NO_ROOM)
        if own_mib > 0.0:
            self._watched[pid] = _Watched(Sight.PROCESS, cap_mib, own_mib)
            return Sight.PROCESS
        others = self._seen_as(Sight.DEVICE)
        if len(reading.by_pid) > len(self._watched) + 1:
            raise CannotWatch(Refusal.SHARED)
        baseline_mib = max((one.baseline_mib for one in others.values()), default=reading.used_mib)
        self._watched[pid] = _Watched(Sight.DEVICE, cap_mib, baseline_mib)
        return Sight.DEVICE

    def look(self, reading: Reading) -> tuple[int, ...]:
        """Take a reading in; return the children that must be killed now, each of them once."""
        for pid, one in self._seen_as(Sight.PROCESS).items():
            one.peak_mib = max(one.peak_mib, reading.by_pid.get(pid, 0.0) - one.baseline_mib)
        together = self._seen_as(Sight.DEVICE)
        over_all = False
        if together:
            context_mib = CONTEXT_MIB * (len(together) - 1)
            used_mib = reading.used_mib - max(one.baseline_mib for one in together.values()) - context_mib
            over_all = used_mib > sum(one.cap_mib for one in together.values())
            for one in together.values():
                one.peak_mib = max(one.peak_mib, used_mib)
        over = [
            pid
            for pid, one in self._watched.items()
            if not one.killed and (over_all if one.sight is Sight.DEVICE else one.peak_mib > one.cap_mib)
        ]
        for pid in over:
            one = self._watched[pid]
            one.killed = True
            one.disturbed = one.sight is Sight.DEVICE and len(reading.by_pid) > len(self._watched)
        return tuple(over)

    def all_living(self) -> tuple[int, ...]:
        """Return the children that have not been killed."""
        return tuple(pid for pid, one in self._watched.items() if not one.killed)

    def release(self, pid: int) -> Verdict:
        """Stop watching a child; return what became of it."""
        one = self._watched.pop(pid, None)
        if one is None:
            return Verdict()
        return Verdict(killed=one.killed, peak_mib=one.peak_mib, disturbed=one.disturbed)

    def _seen_as(self, sight: Sight) -> dict[int, _Watched]:
        return {pid: one for pid, one in self._watched.items() if one.sight is sight}
