"""Where groups could be made: read from what the kernel says of machines of every kind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.sandbox.jail.cgroup_mounts import Controller, Mount, Site, mounts

HYBRID_GROUPS = """\
9:name=systemd:/
8:pids:/user.slice
4:memory:/user.slice/session-1.scope
2:cpu,cpuacct:/user.slice
0::/user.slice
"""
HYBRID_MOUNTS = """\
23 28 0:21 / /proc rw,relatime - proc proc rw
31 23 0:28 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:12 - cgroup cgroup rw,memory
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="cgroups have POSIX paths")


def test_a_hybrid_machine_offers_each_v1_hierarchy_below_the_own_group() -> None:
    found = [site for mount in mounts(membership=HYBRID_GROUPS, mountinfo=HYBRID_MOUNTS) for site in mount.sites()]
    assert found == [
        Site(
            version=1,
            parent=Path("/sys/fs/cgroup/cpu,cpuacct/user.slice"),
            controllers=(Controller.CPU, Controller.ACCOUNT),
        ),
        Site(
            version=1,
            parent=Path("/sys/fs/cgroup/memory/user.slice/session-1.scope"),
            controllers=(Controller.MEMORY,),
        ),
        Site(version=1, parent=Path("/sys/fs/cgroup/pids/user.slice"), controllers=(Controller.PIDS,)),
    ]


def test_v1_comes_before_v2_however_they_are_mounted() -> None:
    backwards = "\n".join(reversed(HYBRID_MOUNTS.splitlines()))
    versions = [mount.version for mount in mounts(membership=HYBRID_GROUPS, mountinfo=backwards)]
    assert versions == [1, 1, 1, 2]


def test_a_container_sees_its_group_at_the_top_of_a_bind_mount() -> None:
    (mount,) = mounts(
        membership="4:memory:/docker/f00\n",
        mountinfo="35 31 0:32 /docker/f00 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory",
    )
    assert mount.own == mount.top == Path("/sys/fs/cgroup/memory")


@pytest.mark.parametrize(
    ("path", "root"),
    [("/docker/f00", "/docker/bar"), ("/", "/../.."), ("/../other", "/"), ("/docker/f00x", "/docker/f00")],
)
def test_a_mount_that_does_not_show_the_own_group_is_passed_over(path: str, root: str) -> None:
    mountinfo = f"35 31 0:32 {root} /mnt rw - cgroup cgroup rw,memory"
    assert mounts(membership=f"4:memory:{path}\n", mountinfo=mountinfo) == ()


def test_a_mount_point_with_a_space_is_read_as_it_is() -> None:
    (mount,) = mounts(membership="0::/a b\n", mountinfo="35 31 0:32 / /mnt/c\\040groups rw - cgroup2 none rw")
    assert mount.own == Path("/mnt/c groups/a b")


def test_named_hierarchies_and_other_file_systems_have_no_controller_of_ours() -> None:
    mountinfo = "\n".join(line for line in HYBRID_MOUNTS.splitlines() if "systemd" in line or "proc" in line)
    assert mounts(membership=HYBRID_GROUPS, mountinfo=mountinfo) == ()


# ------------------------------------------------------------------------------------------------ v2: a tree of groups


def group(path: Path, *, able: str = "", handed: str = "", is_root: bool = False) -> Path:
    path.mkdir()
    (path / "cgroup.controllers").write_text(able)
    (path / "cgroup.subtree_control").write_text(handed)
    if not is_root:
        (path / "cgroup.events").write_text("populated 1\n")
    return path


def sites(top: Path, own: Path) -> list[Site]:
    return list(Mount(version=2, top=top, own=own, controllers=()).sites())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return group(tmp_path / "cgroup", able="cpuset cpu io memory pids", handed="memory pids", is_root=True)


def test_groups_are_made_beside_the_own_one_where_controllers_are_handed_down(root: Path) -> None:
    user = group(root / "user.slice", able="memory pids", handed="memory pids")
    own = group(user / "session.scope", able="memory pids")
    first, second, third = sites(root, own)
    assert (first.parent, first.caps, first.to_enable, first.rest) == (
        user,
        (Controller.MEMORY, Controller.PIDS),
        (),
        None,
    )
    assert (second.parent, second.to_enable) == (root, (Controller.CPU,))
    assert (third.parent, third.rest) == (own, own / "dlgrade-rest")


def test_every_group_of_v2_counts_cpu_time_and_can_be_frozen(root: Path) -> None:
    own = group(root / "own", able="memory pids")
    assert all({Controller.ACCOUNT, Controller.FREEZER} <= set(site.controllers) for site in sites(root, own))


def test_a_group_that_hands_nothing_down_is_passed_over(root: Path) -> None:
    user = group(root / "user.slice", able="memory pids", handed="")
    own = group(user / "session.scope")
    assert [site.parent for site in sites(root, own)] == [root]


def test_the_kernels_root_group_needs_nobody_to_move(root: Path) -> None:
    (only,) = sites(root, root)
    assert (only.parent, only.rest, only.to_enable) == (root, None, (Controller.CPU,))


def test_at_the_top_of_a_container_the_processes_would_move_aside(tmp_path: Path) -> None:
    top = group(tmp_path / "box", able="cpu memory pids")
    (only,) = sites(top, top)
    assert (only.parent, only.rest) == (top, top / "dlgrade-rest")
    assert only.to_enable == only.caps == (Controller.MEMORY, Controller.PIDS, Controller.CPU)


def test_a_process_that_was_moved_aside_makes_its_groups_where_the_others_do(tmp_path: Path) -> None:
    top = group(tmp_path / "box", able="cpu memory pids", handed="cpu memory pids")
    rest = group(top / "dlgrade-rest", able="cpu memory pids")
    (only,) = sites(top, rest)
    assert (only.parent, only.rest, only.to_enable) == (top, rest, ())


def test_without_a_controller_of_ours_there_is_no_place(tmp_path: Path) -> None:
    top = group(tmp_path / "unified", able="hugetlb", is_root=True)
    assert sites(top, top) == []
