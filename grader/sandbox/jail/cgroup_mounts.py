"""Where this process stands in the cgroup hierarchies, and in which directories groups of ours could be made.

Theory of operation. The kernel counts and caps memory, processes and CPU time for a *group* of processes. With cgroup
v1 each controller has a hierarchy of its own, and a group may be made below the one that this process is in. With v2
there is one hierarchy, and a group that holds processes cannot hand controllers to groups below it; so groups are made
beside our own, in the nearest group above that may be written to and hands down controllers; and where there is none
(a container of its own, a service with `Delegate=yes`), the processes of our own group move aside, into `dlgrade-rest`,
which frees it. Machines with both use v1 for what v1 has. Nothing here writes: it reads /proc and the directories.
Source: cgroups(7); Documentation/admin-guide/cgroup-v2.rst, "No Internal Process Constraint", Linux 6.12.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

REST = "dlgrade-rest"


class Controller(StrEnum):
    """What the kernel can count or do for a group, by its v1 name."""

    MEMORY = "memory"
    PIDS = "pids"
    CPU = "cpu"
    ACCOUNT = "cpuacct"
    FREEZER = "freezer"


CAPS = (Controller.MEMORY, Controller.PIDS, Controller.CPU)  # what limits a child; the others count and hold it
_ALWAYS_IN_V2 = (Controller.ACCOUNT, Controller.FREEZER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A directory in which groups could be made, and the controllers that they would have."""

    version: int
    parent: Path
    controllers: tuple[Controller, ...]
    to_enable: tuple[Controller, ...] = ()  # v2: what `parent` could hand down, and does not yet
    rest: Path | None = None  # v2: where the processes of `parent` must move before it can hand down anything

    @property
    def caps(self) -> tuple[Controller, ...]:
        return tuple(one for one in CAPS if one in self.controllers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A hierarchy as this process sees it."""

    version: int
    top: Path
    own: Path  # the group of this process
    controllers: tuple[Controller, ...]  # v1 only: v2 tells for each group

    def sites(self) -> Iterator[Site]:
        """Yield the places to try, the one that disturbs least first."""
        if self.version == 1:
            yield Site(version=1, parent=self.own, controllers=self.controllers)
        else:
            yield from self._unified_sites()

    def _unified_sites(self) -> Iterator[Site]:
        above = [self.own, *self.own.parents]
        for group in above[: above.index(self.top) + 1]:
            is_root = not (group / "cgroup.events").exists()  # the kernel's root group, which the constraint spares
            if group == self.own and not is_root:
                continue  # this process is in it
            handed = _controllers(group / "cgroup.subtree_control")
            able = _controllers(group / "cgroup.controllers") if is_root else handed
            moved = self.own if self.own == group / REST else None
            if able:
                yield _unified(group, able, tuple(one for one in able if one not in handed), moved)
        if self.own.name != REST and (self.own / "cgroup.events").exists():
            able = _controllers(self.own / "cgroup.controllers")
            if able:
                yield _unified(self.own, able, able, self.own / REST)


def _unified(parent: Path, able: tuple[Controller, ...], to_enable: tuple[Controller, ...], rest: Path | None) -> Site:
    return Site(version=2, parent=parent, controllers=able + _ALWAYS_IN_V2, to_enable=to_enable, rest=rest)


def mounts(*, membership: str | None = None, mountinfo: str | None = None) -> tuple[Mount, ...]:
    """Return every hierarchy that this process can see itself in, v1 first; the texts are those of /proc/self."""
    membership = Path("/proc/self/cgroup").read_text() if membership is None else membership
    mountinfo = Path("/proc/self/mountinfo").read_text() if mountinfo is None else mountinfo
    groups = {names: path for _, names, path in (line.split(":", 2) for line in membership.splitlines())}
    found = [mount for line in mountinfo.splitlines() if (mount := _mount(line, groups)) is not None]
    return tuple(sorted(found, key=lambda mount: mount.version))


def _mount(line: str, groups: dict[str, str]) -> Mount | None:
    """Return the hierarchy of a line such as "36 35 0:32 / /sys/fs/cgroup/pids rw shared:9 - cgroup cgroup rw,pids"."""
    left, _, right = line.partition(" - ")
    root, point = (_unescaped(word) for word in left.split()[3:5])
    kind, _, options = right.split(" ", 2)
    if kind not in ("cgroup", "cgroup2"):
        return None
    carried = set(options.split(","))
    path = next((path for names, path in groups.items() if set(names.split(",")) & carried), None)
    path = groups.get("") if kind == "cgroup2" else path
    below = _below(path, root) if path is not None else None
    controllers = tuple(one for one in Controller if one.value in carried)
    if below is None or (kind == "cgroup" and not controllers):
        return None  # not a hierarchy of ours, or mounted so that our group is out of sight
    top = Path(point)
    return Mount(version=2 if kind == "cgroup2" else 1, top=top, own=top / below, controllers=controllers)


def _below(path: str, root: str) -> str | None:
    """Return where `path` is below `root`; None for elsewhere, also for what another cgroup namespace has named."""
    if ".." in path.split("/") or ".." in root.split("/"):
        return None
    below = os.path.relpath(path, root)
    return None if below.split("/")[0] == ".." else below


def _unescaped(word: str) -> str:
    """Turn "\\040" into the space that it stands for. Source: proc_pid_mountinfo(5)."""
    return word.encode().decode("unicode_escape").encode("latin-1").decode()


def _controllers(file: Path) -> tuple[Controller, ...]:
    """Return which caps a file of v2 names; none, if it cannot be read."""
    try:
        names = file.read_text().split()
    except OSError:
        return ()  # then nothing can be made there either, which is what the caller finds out by trying
    return tuple(one for one in CAPS if one.value in names)
