"""The branch of a base: its own directory in each hierarchy, how room for it is made, and how it ends.

Theory of operation. `dlgrade-<pid>` is made below the site's parent, by a process that then holds a lock on it, and so
do its forks; so a branch that can be locked has outlived its makers. With v2, controllers must be handed down level by
level. Where our own group is the only one that could hand them down, its processes first move into `dlgrade-rest`
beside the branches; the last branch to leave takes the controllers back and brings the processes home. What the
kernel's root group hands down stays handed down: that limits nothing by itself, and others may rely on it by then.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox.jail.cgroup_directory import Directory, kill_all, remove
from grader.sandbox.jail.cgroup_mounts import Controller, Site

_BRANCH = re.compile(r"dlgrade-\d+(-\d+)?")
_SAME_NAME = 100  # branches of one process, or of its namesakes in other PID namespaces
_ROUNDS = 20  # of moving processes aside, while they may still fork


def make_branch(site: Site) -> Directory:
    """Make and lock a branch of this process, and hand the site's controllers down to its groups. Raises OSError."""
    try:
        if site.rest is not None:
            _move_aside(site.parent, site.rest)
        _hand_down(site.parent, site.to_enable)
        branch = _make(site)
    except OSError:
        _bring_home(site)
        raise
    try:
        if site.version == 2:
            _hand_down(site.parent / branch.name, site.caps)
    except OSError:
        end_branches((branch,))
        raise
    return branch


def abandoned(site: Site) -> list[Directory]:
    """Lock and return the branches at a site whose makers are gone."""
    found = []
    for path in sorted(site.parent.iterdir()):
        if _BRANCH.fullmatch(path.name) and path.is_dir() and (branch := _locked(site, path.name)) is not None:
            found.append(branch)
    return found


def end_branches(branches: Iterable[Directory]) -> None:
    """Kill every process in these branches, remove them, and close them. Raises OSError.

    All hierarchies at a time: a process that one has frozen leaves no other.
    """
    branches = tuple(branches)
    groups = [(branch, group) for branch in branches for group in _groups_of(branch)]
    try:
        kill_all(group for _, group in groups)
        for branch, group in groups:
            remove(group.name, within=branch.descriptor)
        for branch in branches:
            remove(branch.name, within=branch.parent)
            _bring_home(branch.site)
    finally:
        for directory in (*branches, *(group for _, group in groups)):
            directory.close()


def open_below(top: Directory, name: str) -> Directory:
    """Return a group of a branch."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    return Directory(name=name, site=top.site, descriptor=os.open(name, flags, dir_fd=top.descriptor))


def _groups_of(branch: Directory) -> list[Directory]:
    with os.scandir(branch.descriptor) as entries:
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    return [open_below(branch, name) for name in names]


def _make(site: Site) -> Directory:
    for number in range(_SAME_NAME):
        name = f"dlgrade-{os.getpid()}-{number}" if number else f"dlgrade-{os.getpid()}"
        try:
            (site.parent / name).mkdir(mode=0o700)  # another user could hold the lock of what it can open
        except FileExistsError:
            continue
        if (branch := _locked(site, name)) is not None:
            return branch  # else someone took it for abandoned, in the moment in which it was not locked
    raise OSError(errno.EEXIST, os.strerror(errno.EEXIST), str(site.parent / name))


def _locked(site: Site, name: str) -> Directory | None:
    """Open and lock a branch; None when another has it, or has removed it."""
    import fcntl  # Windows, which imports this module and never uses it, has none

    path = site.parent / name
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(descriptor).st_ino:
            parent = os.open(site.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            return Directory(name=name, site=site, descriptor=descriptor, parent=parent)
    except (BlockingIOError, FileNotFoundError):
        pass  # it is held, or it went between the two calls: either way it is not ours
    os.close(descriptor)
    return None


def _hand_down(group: Path, controllers: Iterable[Controller], *, sign: str = "+") -> None:
    """Let the groups below one of v2 have controllers, or (sign "-") no longer."""
    if changes := " ".join(f"{sign}{one.value}" for one in controllers):
        (group / "cgroup.subtree_control").write_text(changes)


def _move_aside(group: Path, rest: Path) -> None:
    """Move every process of a group into the group `rest` below it."""
    rest.mkdir(mode=0o755, exist_ok=True)
    for _ in range(_ROUNDS):
        pids = (group / "cgroup.procs").read_text().split()
        if not pids:
            return
        if "0" in pids:  # written back, it would stand for this process
            break
        _move(pids, rest)
    _move((rest / "cgroup.procs").read_text().split(), group)
    rest.rmdir()
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(group))


def _bring_home(site: Site) -> None:
    """Undo `_move_aside`, unless other branches still need it."""
    if site.rest is None or not site.rest.exists() or any(_BRANCH.fullmatch(one.name) for one in site.parent.iterdir()):
        return
    with contextlib.suppress(OSError):  # someone has begun to use the controllers: then it must stay as it is
        _hand_down(site.parent, site.caps, sign="-")
        for _ in range(_ROUNDS):
            pids = (site.rest / "cgroup.procs").read_text().split()
            if not pids:
                break
            _move(pids, site.parent)
        site.rest.rmdir()


def _move(pids: Iterable[str], group: Path) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            (group / "cgroup.procs").write_text(pid)
