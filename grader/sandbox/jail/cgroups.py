"""Caps that the kernel counts for a whole child: memory, processes and threads, CPU. By cgroup v2 or v1.

Theory of operation. The warm base looks for a place once (`find`), by really making a group there, setting the limits
and putting a process in; a machine without one is told why, and its children keep the limits of single processes. The
base opens a *branch*, `dlgrade-<pid>`, a directory in each hierarchy, and hands a *pool* of groups below it to each
zygote, which works by descriptors, since in its own root there is no /sys. A child is put in by the zygote before it
has run a line of the student's, so it does not matter what that does. (Measured, five hierarchies of v1: 22 µs; 16 µs
if the child does it itself.) When it has been reaped, its group is used again: to make and remove one for each child
leaves dead groups behind for as long as a page of theirs lives. Only a group whose leftovers do not go, or whose kernel
cannot forget a peak (v2 before Linux 6.12), is replaced, when nobody waits.

    Mount          a hierarchy, as this process sees it     /sys/fs/cgroup/memory    /sys/fs/cgroup/pids
      Site         a directory in it to make groups in        own/                     own/
    Place          the sites that work, one a hierarchy
      Branch       a base's Directory at each site              dlgrade-71/              dlgrade-71/
        Pool       a zygote's share of the branch
          Group    a child's Directory in each hierarchy          1/  2/  3/               1/  2/  3/

Whoever lives holds a lock on the branch. One without a holder is left from a base that was killed; `Place.sweep`, with
which every opening begins, kills what is in it and removes it. A zygote must not enter a cgroup namespace of its own:
its groups would be out of its reach.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import signal
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.errors import GraderFault, both
from grader.records import Text
from grader.sandbox.jail.cgroup_branch import abandoned, end_branches, make_branch, open_below
from grader.sandbox.jail.cgroup_directory import Directory, remove, told
from grader.sandbox.jail.cgroup_group import Group, Usage
from grader.sandbox.jail.cgroup_mounts import CAPS, Controller, Mount, Site, mounts
from grader.sandbox.jail.own import LINUX, die_with_parent

__all__ = ["Branch", "Controller", "Group", "Missing", "Place", "Pool", "Usage", "find"]

_ANY = "dlgrade-…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """No place for groups: why, and what would bring one."""

    why: Text
    remedy: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where groups can be made: proven, one site a hierarchy."""

    sites: tuple[Site, ...]

    @property
    def caps(self) -> tuple[Controller, ...]:
        """What can be capped here, out of memory, pids and cpu."""
        return tuple(one for one in CAPS if any(one in site.controllers for site in self.sites))

    @property
    def lacks(self) -> tuple[Controller, ...]:
        return tuple(one for one in CAPS if one not in self.caps)

    def open(self) -> Branch:
        """Make this process's branch, and remove those whose makers are gone. Raises GraderFault."""
        self.sweep()
        with told(_ANY):
            return Branch(self.sites)

    def sweep(self) -> tuple[str, ...]:
        """Remove the branches that nobody holds, with every process in them; return their names."""
        try:
            left = [branch for site in self.sites for branch in abandoned(site)]
            end_branches(left)
        except OSError:
            return ()  # another grader's leftovers must not stop this one; the next opening tries again
        return tuple(sorted({branch.name for branch in left}))


class Branch:
    """The directories `dlgrade-<pid>` of a base, which alone closes them. Making one raises OSError."""

    def __init__(self, sites: tuple[Site, ...]) -> None:
        self._tops: list[Directory] = []
        self._base = os.pidfd_open(os.getpid())
        try:
            for site in sites:
                self._tops.append(make_branch(site))
        except OSError:
            os.close(self._base)
            end_branches(self._tops)
            raise

    def pool(self) -> Pool:
        """Return a pool of groups for a zygote, made before its fork."""
        return Pool(tuple(self._tops), self._base)

    def close(self) -> None:
        """Kill what is left in any group of the branch, and remove them all. Raises GraderFault."""
        tops, self._tops = self._tops, []
        os.close(self._base)
        with told(_ANY):
            end_branches(tops)


class Pool:
    """The groups of one zygote's children; `base` is a descriptor of the process that opened the branch.

    Its methods raise GraderFault.
    """

    def __init__(self, tops: tuple[Directory, ...], base: int) -> None:
        self._tops = tops
        self._base = base
        self._free: deque[Group] = deque()
        self._taken: list[Group] = []

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a zygote keeps, and its children close."""
        parents = (top.parent for top in self._tops if top.parent is not None)
        return (self._base, *(top.descriptor for top in self._tops), *parents)

    def take(self) -> Group:
        """Return a group for a new child, with the limits that hold until its exam is known."""
        with told(_ANY):
            group = self._free.popleft() if self._free else self._make()
        self._taken.append(group)
        group.begin()
        return group

    def give_back(self, group: Group) -> None:
        """Take a group back whose child has been reaped; what else is in it is killed."""
        self._taken.remove(group)
        group.kill()
        with told(group.name):
            if not group.can_be_reused():
                self._dispose(group)
                group = self._make()  # now, and not when a child waits for it
        self._free.append(group)

    def close(self) -> None:
        """Kill what is in the groups, and remove them all; where the base was killed, the branch, too."""
        groups = [*self._taken, *self._free]
        self._taken.clear()
        self._free.clear()
        for group in groups:
            group.kill()
            with told(group.name):
                self._dispose(group)
        if _has_ended(self._base):
            for top in self._tops:
                with contextlib.suppress(OSError):  # another zygote's groups are in it: the last one removes it
                    os.rmdir(top.name, dir_fd=top.parent)

    def _make(self) -> Group:
        first, *others = self._tops
        name = next(str(number) for number in itertools.count(1) if _claim(str(number), within=first))
        for top in others:
            os.mkdir(name, 0o700, dir_fd=top.descriptor)
        group = Group(name, tuple(open_below(top, name) for top in self._tops))
        try:
            group.set_up()
        except OSError:
            self._dispose(group)
            raise
        return group

    def _dispose(self, group: Group) -> None:
        group.close()
        for top in reversed(self._tops):  # the first one last: its directory claims the name
            remove(group.name, within=top.descriptor)


def _claim(name: str, *, within: Directory) -> bool:
    """Make a directory; False when another pool of this branch has it."""
    try:
        os.mkdir(name, 0o700, dir_fd=within.descriptor)
    except FileExistsError:
        return False
    return True


def _has_ended(process: int) -> bool:
    """Whether the process behind this descriptor has ended. Source: pidfd_open(2)."""
    ended = select.poll()
    ended.register(process, select.POLLIN)
    return bool(ended.poll(0))


# ------------------------------------------------------------------------------------------------ finding a place


def find(*, among: Sequence[Mount] | None = None) -> Place | Missing:
    """Look for where groups can be made, by making one and putting a process in. Leaves nothing behind.

    `among` are the hierarchies to look at: all that this process can see itself in. It forks, so a process that has
    imported much calls it before.
    """
    if not LINUX:
        return Missing(
            why=Text(en="only Linux has cgroups", zh="只有 Linux 提供 cgroup"),
            remedy=Text(en="Run dlgrade on Linux.", zh="请在 Linux 上运行 dlgrade。"),
        )
    among = mounts() if among is None else among
    old = tuple(site for mount in among if mount.version == 1 for site in mount.sites())
    refusals: list[str] = []
    chosen: list[Site] = []
    if old and _try(old) is None:  # all at once, as nearly always
        chosen.extend(old)
        among = [mount for mount in among if mount.version == 2]
    for mount in among:
        if (site := _best_site(mount, refusals)) is not None:
            known = {one for other in chosen for one in other.controllers}
            if new := tuple(one for one in site.controllers if one not in known):
                chosen.append(replace(site, controllers=new))
    if any(site.caps for site in chosen):
        return Place(sites=tuple(chosen))
    return _missing(refusals)


def _best_site(mount: Mount, refusals: list[str]) -> Site | None:
    """Return where most of a hierarchy's controllers work, the nearest of equals; note why others do not."""
    best: Site | None = None
    for site in mount.sites():
        working = _working(site, refusals)
        if working is not None and (best is None or len(working.caps) > len(best.caps)):
            best = working
        if best is not None and (mount.version == 1 or len(best.caps) == len(CAPS)):
            break
    return best


def _working(site: Site, refusals: list[str]) -> Site | None:
    """Return the site with the controllers that work there."""
    if (refusal := _try((site,))) is None:
        return site
    refusals.append(refusal)
    if len(site.controllers) == 1:
        return None
    alone = tuple(one for one in site.controllers if _try((replace(site, controllers=(one,)),)) is None)
    return replace(site, controllers=alone) if any(one in CAPS for one in alone) else None


def _try(sites: tuple[Site, ...]) -> str | None:
    """Make a group, set its limits, put a process in; return what the kernel refused."""
    try:
        branch = Branch(sites)
        pool = branch.pool()
        try:
            _try_group(pool)
        finally:
            pool.close()
            branch.close()
    except GraderFault as fault:
        return fault.problem.en
    except OSError as error:
        return f"{error.filename or sites[0].parent}: {error.strerror}"
    return None


def _try_group(pool: Pool) -> None:
    group = pool.take()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        die_with_parent(parent)
        while True:
            signal.pause()
    try:
        group.add(pid)
        group.measure()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    pool.give_back(group)


def _missing(refusals: list[str]) -> Missing:
    said = both("; ".join(dict.fromkeys(refusals)))
    if refusals:
        why = Text(en=f"no cgroup can be made here ({said.en})", zh=f"此处无法创建 cgroup（{said.zh}）")
    else:
        why = Text(en="no cgroup hierarchy with limits is mounted", zh="没有挂载可限制资源的 cgroup 层级")
    return Missing(
        why=why,
        remedy=Text(
            en=(
                "Run as root, or in a scope of its own: `systemd-run --user --scope -p Delegate=yes dlgrade …`; in a "
                "container make its cgroup writable: `docker run --security-opt writable-cgroups=true …` (Docker 28), "
                "`podman run --security-opt unmask=/sys/fs/cgroup …`. Without, the limits of single processes hold."
            ),
            zh=(
                "请以 root 运行，或在独立 scope 中运行：`systemd-run --user --scope -p Delegate=yes dlgrade …`；"
                "在容器中请让其 cgroup 可写：`docker run --security-opt writable-cgroups=true …`（Docker 28）、"
                "`podman run --security-opt unmask=/sys/fs/cgroup …`。没有 cgroup 时，单个进程的限制仍然有效。"
            ),
        ),
    )
