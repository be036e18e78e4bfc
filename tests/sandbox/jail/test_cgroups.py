"""Caps by cgroup: they hold on this kernel, whichever version it has, and nothing of them stays."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import GraderFault
from grader.sandbox.jail import cgroups
from grader.sandbox.jail.cgroup_directory import Directory
from grader.sandbox.jail.cgroup_mounts import Site
from grader.sandbox.jail.cgroups import Branch, Controller, Group, Missing, Place, Pool

MIB = 1024 * 1024
ROOT = Path(__file__).parent.parent.parent.parent
NOBODY = 65534
HOLD = "import signal; signal.pause()"
ALLOCATE = "data = bytearray({mib} << 20)\nfor at in range(0, len(data), 4096): data[at] = 1\nprint('done')"
BOMB = """
import threading
started = 0
try:
    while started < 1000:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        started += 1
except RuntimeError:
    pass
print(started, flush=True)
import os
os._exit(0)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has cgroups")


@pytest.fixture(scope="module")
def place() -> Place:
    found = cgroups.find()
    if isinstance(found, Missing):
        pytest.skip(found.why.en)
    return found


@pytest.fixture
def branch(place: Place) -> Iterator[Branch]:
    opened = place.open()
    yield opened
    opened.close()


@pytest.fixture
def pool(branch: Branch) -> Pool:
    return branch.pool()


def needs(place: Place, *wanted: Controller) -> None:
    offered = {one for site in place.sites for one in site.controllers}
    if missing := [one.value for one in wanted if one not in offered]:
        pytest.skip(f"no writable cgroup here has {', '.join(missing)}")


class Process:
    """A Python of its own that does nothing before `go`."""

    def __init__(self, code: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", f"print(end='', flush=True); input()\n{code}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self.popen.pid

    def go(self) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write("\n")
        self.popen.stdin.flush()

    def finish(self) -> tuple[int, str]:
        """Return the exit status and what it wrote."""
        output, _ = self.popen.communicate(timeout=20)
        return self.popen.returncode, output.strip()

    def end(self) -> None:
        """Kill it; what it has started may still hold its output open."""
        self.popen.kill()
        self.popen.wait()
        for stream in (self.popen.stdin, self.popen.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()


@pytest.fixture
def start() -> Iterator[Callable[[str], Process]]:
    """Start processes that are ended with the test."""
    started: list[Process] = []

    def begin(code: str = HOLD) -> Process:
        started.append(Process(code))
        return started[-1]

    yield begin
    for process in started:
        process.end()


def run(process: Process, group: Group) -> tuple[int, str]:
    group.add(process.pid)
    process.go()
    return process.finish()


def branches(place: Place, *, of: int | None = None) -> set[str]:
    """Return the directories of a process, this one if not said otherwise, in every hierarchy."""
    names = f"dlgrade-{of or os.getpid()}*"
    return {str(path) for site in place.sites for path in site.parent.glob(names)}


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# ------------------------------------------------------------------------------------------------ the caps hold


def test_a_child_over_its_memory_is_killed_and_the_kernel_says_so(
    place: Place, pool: Pool, start: Callable[[str], Process]
) -> None:
    needs(place, Controller.MEMORY)
    group = pool.take()
    group.limit(memory_mib=64)
    assert run(start(ALLOCATE.format(mib=200)), group) == (-signal.SIGKILL, "")
    usage = group.measure()
    assert usage.oom_killed is True
    assert usage.peak_mib is None or 60 <= usage.peak_mib <= 64


def test_a_child_within_its_memory_is_left_alone_and_its_peak_is_told(
    place: Place, pool: Pool, start: Callable[[str], Process]
) -> None:
    needs(place, Controller.MEMORY)
    group = pool.take()
    group.limit(memory_mib=128)
    assert run(start(ALLOCATE.format(mib=64)), group) == (0, "done")
    usage = group.measure()
    assert usage.oom_killed is False
    assert usage.peak_mib is None or 64 <= usage.peak_mib <= 100


@pytest.fixture
def outer_cap(place: Place, branch: Branch) -> Iterator[Path]:
    """A group above ours, as a container is, that may have 64 MiB: its directory."""
    del branch  # while it is open, controllers are handed down to what is beside it
    needs(place, Controller.MEMORY)
    site = memory_site(place)
    outer = site.parent / f"outer-{os.getpid()}"
    outer.mkdir()
    is_v2 = site.version == 2
    for name in ("memory.max",) if is_v2 else ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"):
        if (outer / name).exists():
            (outer / name).write_text(str(64 * MIB))
    if (outer / "memory.swap.max").exists():
        (outer / "memory.swap.max").write_text("0")
    yield outer
    outer.rmdir()


def memory_site(place: Place) -> Site:
    return next(site for site in place.sites if Controller.MEMORY in site.controllers)


@pytest.fixture
def capped_pool(place: Place, outer_cap: Path) -> Iterator[Pool]:
    """Groups below the one that may have 64 MiB."""
    to_enable = (Controller.MEMORY,) if memory_site(place).version == 2 else ()
    site = replace(memory_site(place), parent=outer_cap, controllers=(Controller.MEMORY,), to_enable=to_enable)
    opened = Place(sites=(site,)).open()
    yield opened.pool()
    opened.close()


def test_a_kill_by_a_cap_above_the_group_is_not_the_group_s_own(
    capped_pool: Pool, start: Callable[[str], Process]
) -> None:
    group = capped_pool.take()
    group.limit(memory_mib=512)
    assert run(start(ALLOCATE.format(mib=200)), group) == (-signal.SIGKILL, "")
    assert group.measure().oom_killed is False


def test_a_group_below_a_cap_tells_when_its_own_was_hit(capped_pool: Pool, start: Callable[[str], Process]) -> None:
    group = capped_pool.take()
    group.limit(memory_mib=32)
    assert run(start(ALLOCATE.format(mib=200)), group) == (-signal.SIGKILL, "")
    assert group.measure().oom_killed is True


@pytest.mark.parametrize(
    ("events", "killed"),
    [("oom 1\noom_kill 1", True), ("oom 0\noom_kill 1", False), ("oom 1\noom_kill 0", False), ("max 9", False)],
)
def test_the_events_of_v2_tell_whose_cap_it_was(tmp_path: Path, events: str, killed: bool) -> None:
    """Read from files as a kernel with v2 has them: `oom` counts in the group whose cap it was, `oom_kill` in that of
    the process."""
    for name, text in {"memory.max": "max", "memory.events": "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n"}.items():
        (tmp_path / name).write_text(text)
    site = Site(version=2, parent=tmp_path.parent, controllers=(Controller.MEMORY,))
    directory = Directory(name=tmp_path.name, site=site, descriptor=os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    group = Group("1", (directory,))
    group.set_up()
    group.begin()
    (tmp_path / "memory.events").write_text(f"low 0\nhigh 0\n{events}\n")
    assert group.measure().oom_killed is killed
    group.close()


def test_a_child_that_somebody_killed_was_not_killed_for_memory(
    place: Place, pool: Pool, start: Callable[[str], Process]
) -> None:
    needs(place, Controller.MEMORY)
    group = pool.take()
    group.limit(memory_mib=64)
    assert run(start("import os\nos.kill(os.getpid(), 9)"), group) == (-signal.SIGKILL, "")
    assert group.measure().oom_killed is False


def test_where_memory_is_not_counted_nothing_is_said_of_it(place: Place, start: Callable[[str], Process]) -> None:
    needs(place, Controller.PIDS)
    sites = [
        replace(site, controllers=(Controller.PIDS,)) for site in place.sites if Controller.PIDS in site.controllers
    ]
    opened = Place(sites=tuple(sites[:1])).open()
    try:
        group = opened.pool().take()
        run(start("pass"), group)
        assert group.measure().oom_killed is None
    finally:
        opened.close()


def test_the_cap_on_tasks_stops_a_thread_bomb(place: Place, pool: Pool, start: Callable[[str], Process]) -> None:
    needs(place, Controller.PIDS)
    status, started = run(start(BOMB), pool.take())
    assert status == 0
    assert 100 <= int(started) < 128


def test_two_busy_processes_get_one_core(place: Place, pool: Pool, start: Callable[[str], Process]) -> None:
    needs(place, Controller.CPU, Controller.ACCOUNT)
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("with one core everything gets one core at most")
    group = pool.take()
    process = start(BUSY)
    used_s, elapsed_s = used_by(process, group)
    assert 0 < used_s <= elapsed_s + 0.2  # the quota of a period that has just begun


BUSY = "import os\nif not os.fork(): os.setsid()\nwhile True: pass"


def used_by(process: Process, group: Group) -> tuple[float, float]:
    """Let a process run in a group for a while; return the CPU seconds that the group has used, and the while."""
    group.add(process.pid)
    process.go()
    began = time.monotonic()
    time.sleep(0.6)
    used_s = group.measure().cpu_s
    elapsed_s = time.monotonic() - began
    group.kill()
    assert used_s is not None
    return used_s, elapsed_s


def test_other_caps_hold_for_one_child_and_not_for_the_next(
    place: Place, pool: Pool, start: Callable[[str], Process]
) -> None:
    needs(place, Controller.PIDS, Controller.CPU, Controller.ACCOUNT)
    group = pool.take()
    if not group.can_be_reused():
        pytest.skip("this kernel cannot reset a peak: cgroup v2 before Linux 6.12")
    group.limit(memory_mib=256, tasks=20, cores=0.5)
    assert int(run(start(BOMB), group)[1]) < 20
    used_s, elapsed_s = used_by(start(BUSY), group)
    assert used_s <= 0.5 * elapsed_s + 0.1
    pool.give_back(group)
    assert pool.take() is group
    assert 100 <= int(run(start(BOMB), group)[1]) < 128
    assert quota_us(group) == 100_000


def test_a_group_may_have_all_cores(place: Place, pool: Pool) -> None:
    needs(place, Controller.CPU)
    group = pool.take()
    assert quota_us(group) == 100_000
    group.limit(memory_mib=256, cores=None)
    assert quota_us(group) is None


def quota_us(group: Group) -> int | None:
    """Return how long a group may compute in each 100 ms; None: without a limit."""
    cpu = next(one for one in group.directories if Controller.CPU in one.site.controllers)
    quota, *period = cpu.read("cpu.max" if cpu.site.version == 2 else "cpu.cfs_quota_us").split()
    assert (period or [cpu.read("cpu.cfs_period_us").strip()]) == ["100000"]
    return None if quota in ("max", "-1") else int(quota)


def test_a_child_may_leave_no_process_behind_in_its_group(
    place: Place, pool: Pool, start: Callable[[str], Process]
) -> None:
    del place
    group = pool.take()
    process = start("import os, signal\npid = os.fork()\nif pid: print(pid, flush=True); os._exit(0)\nsignal.pause()")
    _, orphan = run_without_waiting_for_the_end_of_output(process, group)
    assert alive(orphan)
    pool.give_back(group)
    assert not alive(orphan)


def run_without_waiting_for_the_end_of_output(process: Process, group: Group) -> tuple[int, int]:
    group.add(process.pid)
    process.go()
    assert process.popen.stdout is not None
    printed = int(process.popen.stdout.readline())
    return process.popen.wait(timeout=20), printed


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def test_a_frozen_child_can_be_killed(place: Place, pool: Pool, start: Callable[[str], Process]) -> None:
    needs(place, Controller.FREEZER)
    group = pool.take()
    process = start(HOLD)
    group.add(process.pid)
    freeze(group)
    group.kill()
    assert process.popen.wait(timeout=5) == -signal.SIGKILL


def freeze(group: Group) -> None:
    """Stop all that is in a group, as an operator may: with v1 it then does not even die."""
    for directory in group.directories:
        if Controller.FREEZER in directory.site.controllers:
            is_v2 = directory.site.version == 2
            directory.write("cgroup.freeze" if is_v2 else "freezer.state", "1" if is_v2 else "FROZEN")


def test_a_process_that_has_ended_is_no_fault(pool: Pool, start: Callable[[str], Process]) -> None:
    group = pool.take()
    process = start(HOLD)
    process.end()
    group.add(process.pid)
    pool.give_back(group)


# ------------------------------------------------------------------------------------------------ reuse


def test_the_next_child_of_a_group_inherits_no_peak_no_kill_and_no_cap(
    place: Place, pool: Pool, start: Callable[[str], Process]
) -> None:
    needs(place, Controller.MEMORY)
    first = pool.take()
    first.limit(memory_mib=64)
    run(start(ALLOCATE.format(mib=200)), first)
    pool.give_back(first)
    second = pool.take()
    assert run(start(ALLOCATE.format(mib=100)), second) == (0, "done")
    assert second.measure().oom_killed is False
    pool.give_back(second)
    third = pool.take()
    run(start("pass"), third)
    usage = third.measure()
    assert usage.peak_mib is None or usage.peak_mib < 30
    assert usage.cpu_s is None or usage.cpu_s < 5


def test_a_group_is_used_again_where_the_kernel_can_forget_its_peak(place: Place, pool: Pool) -> None:
    needs(place, Controller.MEMORY)
    group = pool.take()
    if not group.can_be_reused():
        pytest.skip("this kernel cannot reset a peak: cgroup v2 before Linux 6.12")
    pool.give_back(group)
    assert pool.take() is group


def test_a_group_that_stays_charged_is_replaced(
    place: Place, pool: Pool, start: Callable[[str], Process], tmp_path: Path
) -> None:
    needs(place, Controller.MEMORY)
    kept = Path("/dev/shm", f"{tmp_path.name}-{os.getpid()}")
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("no file system in memory at /dev/shm")
    group = pool.take()
    try:
        status, _ = run(start(f"open({str(kept)!r}, 'wb').write(bytes(40 << 20))"), group)
        assert status == 0
        assert not group.can_be_reused()
        pool.give_back(group)
        usage = pool.take().measure()
    finally:
        kept.unlink(missing_ok=True)
    assert usage.peak_mib is None or usage.peak_mib < 8


def test_two_zygotes_share_a_branch_and_no_group(branch: Branch, start: Callable[[str], Process]) -> None:
    one, other = branch.pool(), branch.pool()
    first, second = one.take(), other.take()
    assert first.name != second.name
    process = start(HOLD)
    first.add(process.pid)
    second.kill()
    assert process.popen.poll() is None
    one.close()
    assert process.popen.wait(timeout=5) == -signal.SIGKILL


def test_a_group_works_from_a_root_without_sys(branch: Branch, start: Callable[[str], Process], tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may change its root")
    pool = branch.pool()
    process = start(HOLD)

    def in_an_empty_root() -> None:
        os.chroot(tmp_path)
        os.chdir("/")
        group = pool.take()
        group.add(process.pid)
        group.limit(memory_mib=99)
        assert group.measure().oom_killed is False
        group.kill()
        pool.give_back(group)
        pool.close()

    assert in_a_fork(in_an_empty_root) == ""
    assert process.popen.wait(timeout=5) == -signal.SIGKILL


def in_a_fork(action: Callable[[], object]) -> str:
    """Do something in a process of its own; return what it raised, or the text that it returned."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            result = action() or ""
        except BaseException as error:
            result = f"{type(error).__name__}: {error}"
        os.write(writing, str(result).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        text = file.read()
    os.waitpid(pid, 0)
    return text


# ------------------------------------------------------------------------------------------------ nothing stays


def test_looking_for_a_place_leaves_nothing(place: Place) -> None:
    before = descriptors()
    assert isinstance(cgroups.find(), Place)
    assert branches(place) == set()
    assert descriptors() == before


def test_a_closed_branch_leaves_no_group_no_process_and_no_descriptor(place: Place) -> None:
    before = descriptors()
    branch = place.open()
    pool = branch.pool()
    groups = [pool.take() for _ in range(3)]
    process = Process(HOLD)
    groups[0].add(process.pid)
    freeze(groups[0])
    assert len(branches(place)) == len(place.sites)
    pool.close()
    branch.close()
    process.end()
    assert process.popen.returncode == -signal.SIGKILL
    assert branches(place) == set()
    assert descriptors() == before


def test_the_base_removes_the_groups_of_a_zygote_that_was_killed(place: Place) -> None:
    branch = place.open()
    branch.pool().take()  # and its pool is never closed
    branch.close()
    assert branches(place) == set()


OWNER = """
import os, signal, sys
sys.path.insert(0, "tests/sandbox/jail")
from test_cgroups import freeze
from grader.sandbox.jail import cgroups
place = cgroups.find()
group = place.open().pool().take()
reading, writing = os.pipe()
pid = os.fork()
if pid == 0:
    os.dup2(writing, 3)
    os.closerange(4, 256)  # as every child does: it holds nothing of ours
    os.write(3, b"closed")
    signal.pause()
os.read(reading, 6)
group.add(pid)
freeze(group)
print(pid, flush=True)
signal.pause()
"""


def test_what_a_killed_owner_left_is_swept_with_its_processes(place: Place) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    name = f"dlgrade-{owner.pid}"
    assert owner.stdout is not None
    with owner.stdout:
        orphan = int(owner.stdout.readline())
    assert name not in place.sweep()  # the owner lives
    assert len(branches(place, of=owner.pid)) == len(place.sites)
    owner.kill()
    owner.wait()
    assert alive(orphan)
    assert name in place.sweep()
    assert not alive(orphan)
    assert branches(place, of=owner.pid) == set()


KILLED_BASE = """
import os, signal
from grader.sandbox.jail import cgroups
branch = cgroups.find().open()
pool = branch.pool()
base = os.getpid()
if os.fork() == 0:  # the zygote
    pool.take()
    os.kill(base, signal.SIGKILL)
    print(base, flush=True)
    input()
    pool.close()
    print("closed", flush=True)
    os._exit(0)
signal.pause()
"""


def test_the_last_zygote_of_a_killed_base_removes_its_branch(place: Place) -> None:
    base = subprocess.Popen(
        [sys.executable, "-c", KILLED_BASE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert base.stdin is not None
    assert base.stdout is not None
    with base.stdin, base.stdout:
        assert int(base.stdout.readline()) == base.pid
        assert base.wait(timeout=5) == -signal.SIGKILL
        assert f"dlgrade-{base.pid}" not in place.sweep()  # the zygote lives, and holds it
        assert len(branches(place, of=base.pid)) == len(place.sites)
        base.stdin.write("\n")
        base.stdin.flush()
        assert base.stdout.read() == "closed\n"
    assert branches(place, of=base.pid) == set()


# ------------------------------------------------------------------------------------------------ where there is none


def test_a_user_who_may_write_nowhere_is_told_why_and_what_would_help() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become a user without any right here")

    def look() -> str:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        found = cgroups.find()
        assert isinstance(found, Missing)
        assert any("一" <= character <= "鿿" for character in found.why.zh + found.remedy.zh)
        return f"{found.why.en} {found.remedy.en}"

    told = in_a_fork(look)
    assert "Permission denied" in told
    assert "/sys/fs/cgroup" in told
    assert "systemd-run --user --scope -p Delegate=yes" in told


def test_a_machine_without_any_hierarchy_is_told_so() -> None:
    found = cgroups.find(among=())
    assert isinstance(found, Missing)
    assert "no cgroup hierarchy" in found.why.en


def test_a_group_that_someone_removed_is_our_fault_and_says_which(pool: Pool, place: Place) -> None:
    needs(place, Controller.MEMORY)
    group = pool.take()
    for site in place.sites:
        (site.parent / f"dlgrade-{os.getpid()}" / group.name).rmdir()
    with pytest.raises(GraderFault, match=rf"cgroup {group.name}"):
        group.limit(memory_mib=77)


def test_an_ordinary_user_uses_what_was_delegated_to_him(place: Place, branch: Branch) -> None:
    del branch  # while it is open, controllers are handed down to what is beside it
    needs(place, Controller.MEMORY)
    if os.geteuid() != 0:
        pytest.skip("needs root, to delegate a group")
    delegated = [site.parent / f"delegated-{os.getpid()}" for site in place.sites]
    program = textwrap.dedent(
        f"""
        import os
        from grader.sandbox.jail import cgroups
        place = cgroups.find()
        assert isinstance(place, cgroups.Place), place.why.en
        assert all("delegated-" in str(site.parent) for site in place.sites), place
        branch = place.open()
        pool = branch.pool()
        group = pool.take()
        group.limit(memory_mib=64)
        pid = os.fork()
        if pid == 0:
            group.add(os.getpid())
            {ALLOCATE.format(mib=200).splitlines()[0]}
            os._exit(0)
        status = os.waitpid(pid, 0)[1]
        killed = group.measure().oom_killed
        pool.close()
        branch.close()
        print(os.WTERMSIG(status), killed)
        """
    )

    def as_nobody() -> str:
        for group in delegated:
            (group / "cgroup.procs").write_text("0")
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        said: list[str] = []
        exec(program, {"print": lambda *words: said.append(" ".join(map(str, words)))})
        return said[0]

    try:
        for group in delegated:
            group.mkdir()
            for path in (group, *group.glob("cgroup.*")):
                with contextlib.suppress(FileNotFoundError):
                    os.chown(path, NOBODY, NOBODY)
        assert in_a_fork(as_nobody) == f"{signal.SIGKILL.value} True"
        assert [path for group in delegated for path in group.glob("dlgrade-*")] == []
    finally:
        for group in delegated:
            group.rmdir()
