"""The processes of an exam: what a child starts with, and that nothing of it is left afterwards."""

from __future__ import annotations

import os
import platform
import re
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from living import alive, assert_gone, children, descendants, descriptors, leads_session, linux_only, stat_of, wait_for

from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Isolation, Limits, SourceFile, Submission
from grader.report import Report, Status
from grader.sandbox import jail
from grader.sandbox.children import ForkedChildren
from grader.sandbox.cpu import limit_for

ROOT = Path(__file__).parent.parent.parent
EXERCISE = load_course(ROOT).find("exercise03")
VISIBLE = replace(EXERCISE, id="exercise97", solution_folder="")
RIGHT = (ROOT / "tests" / "submissions" / "right.py").read_text(encoding="utf-8")
SECRET = "the-secret-of-the-shell-that-started-it"

pytestmark = linux_only


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    """A warm base that was started by a process with a secret in its environment."""
    os.environ["DLGRADE_TEST_SECRET"] = SECRET
    try:
        with Grader(Isolation.PROCESS) as warm:
            assert examine(warm, RIGHT).status is Status.FULL
            yield warm
    finally:
        del os.environ["DLGRADE_TEST_SECRET"]


def examine(grader: Grader, text: str) -> Report:
    file = SourceFile(name="softmax.py", text=text)
    return grader.examine(VISIBLE, Submission(files=(file,), origin="", sha256="0" * 64, untouched=False), seed=1)


def seen_by_a_child(grader: Grader, code: str) -> str:
    """Return what a submission prints while it is imported in a child."""
    report = examine(grader, f"{RIGHT}\n{code}\n")
    assert report.status is Status.FULL, report.problem
    return report.output.strip()


def base_of(grader: Grader) -> int:
    return grader._warm._process.pid  # type: ignore[union-attr]


# ----------------------------------------------------------------------------------------- what a child starts with


def test_its_environment_is_empty(grader: Grader) -> None:
    assert seen_by_a_child(grader, "import os\nprint(dict(os.environ))") == "{}"
    assert SECRET not in seen_by_a_child(
        grader, "print(__import__('subprocess').run(['env'], capture_output=True).stdout)"
    )


def test_the_base_itself_was_started_with_its_own_settings_only(grader: Grader) -> None:
    try:
        block = Path(f"/proc/{base_of(grader)}/environ").read_bytes()
    except PermissionError:
        pytest.skip("the base is closed to other processes of this user, as it should be; only root can look")
    names = {entry.partition(b"=")[0].decode() for entry in block.split(b"\0") if entry}
    assert names <= {
        "OMP_NUM_THREADS",
        "OMP_WAIT_POLICY",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "PYTHONHASHSEED",
        "GLIBC_TUNABLES",
        "LD_LIBRARY_PATH",
        "SYSTEMROOT",
    }
    assert "OMP_NUM_THREADS" in names


def test_the_base_lies_in_large_pages_and_what_it_forks_gets_no_more_of_them(grader: Grader) -> None:
    setting = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    if not setting.exists() or "[never]" in setting.read_text():
        pytest.skip("this kernel gives no large pages")
    if platform.libc_ver() < ("glibc", "2.35"):
        pytest.skip("this C library asks for none")
    try:
        memory = Path(f"/proc/{base_of(grader)}/smaps_rollup").read_text()
    except PermissionError:
        pytest.skip("the base is closed to other processes of this user, as it should be; only root can look")
    large_kib = int(re.search(r"AnonHugePages:\s+(\d+)", memory).group(1))  # type: ignore[union-attr]
    assert large_kib >= 32 * 1024  # of some 80 MiB on the heap
    for pid in settled(grader):
        assert "THP_enabled:\t0" in Path(f"/proc/{pid}/status").read_text()


def settled(grader: Grader) -> set[int]:
    """Return the base and all below it, once the last exam's fork has given back its memory and is gone."""
    base = base_of(grader)
    wait_for(lambda: all(leads_session(pid) for slot in children(base) for pid in children(slot)))
    return {base, *descendants(base)}


def test_nothing_of_an_exercise_is_in_the_arguments_of_our_processes(grader: Grader) -> None:
    for pid in settled(grader):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        assert "exercise03" not in command
        assert "softmax" not in command
        assert SECRET not in command


def test_its_descriptors_are_its_three_streams_and_its_wire(grader: Grader) -> None:
    code = """
import os
found = {}
for number in range(4096):
    try: found[number] = os.readlink(f"/proc/self/fd/{number}").partition(":")[0]
    except OSError: pass
print(found)
"""
    found: dict[int, str] = eval(seen_by_a_child(grader, code))
    assert {number: found[number] for number in (0, 1, 2)} == {0: "/dev/null", 1: "socket", 2: "socket"}
    assert list(found.values()).count("socket") <= 4  # its wire, and its output under two or three numbers
    assert len(found) <= 5


def test_it_leads_a_session_of_its_own_in_the_root_folder(grader: Grader) -> None:
    code = "import os\nprint(os.getpid() == os.getsid(0) == os.getpgid(0) != os.getsid(os.getppid()), os.getcwd())"
    assert seen_by_a_child(grader, code) == "True /"


def test_its_limits_are_set_and_cannot_be_raised(grader: Grader) -> None:
    code = """
import resource
for name in ("CORE", "FSIZE", "NOFILE", "CPU", "DATA"):
    which = getattr(resource, f"RLIMIT_{name}")
    soft, hard = resource.getrlimit(which)
    try:
        resource.setrlimit(which, (hard + 1, hard + 1))
        raised = True
    except (ValueError, OSError):
        raised = False
    print(name, hard, raised)
"""
    lines = [line.split() for line in seen_by_a_child(grader, code).splitlines()]
    limits = {name: int(hard) for name, hard, _ in lines}
    assert limits["CORE"] == 0
    assert limits["FSIZE"] == jail.MAX_FILE_BYTES
    assert limits["NOFILE"] == jail.MAX_OPEN_FILES
    own = EXERCISE.limits
    assert own.exam_s < limits["CPU"] <= limit_for(own.exam_s + 2 * own.call_s) + 3
    assert 512 * jail.MIB < limits["DATA"] < 2048 * jail.MIB
    assert not any(raised == "True" for _, _, raised in lines)


def test_it_has_loaded_nothing_that_judges(grader: Grader) -> None:
    code = """
import sys
print(sorted(name for name in sys.modules if name.split(".")[0] in ("grader", "pytest", "_pytest", "hypothesis")))
"""
    loaded: list[str] = eval(seen_by_a_child(grader, code))
    assert loaded
    for name in loaded:
        records = ("grader.records", "grader.texts", "grader.pictures", "grader.errors")
        assert name in ("grader", *records) or name.startswith("grader.sandbox"), name


def test_no_test_and_no_reference_is_in_its_memory(grader: Grader) -> None:
    """Scans its own memory for words that only the hidden half and the exercise's tests hold."""
    parts = (
        ("rows_far_", "apart_do_not"),
        ("turns_each_row", "_into_shares"),
        ("_shifted(lo", "gits: Tensor"),
        ("reference_", "of_exercise"),
    )
    code = f"""
parts = {[tuple(half.encode() for half in part) for part in parts]!r}
found = set()
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        low, high = (int(end, 16) for end in line.split()[0].split("-"))
        if " rw" not in line or "[v" in line or high - low > 2**28:
            continue
        try:
            memory.seek(low)
            data = memory.read(high - low)
        except (OSError, ValueError):
            continue
        for begin, end in parts:  # never joined here, or this scan would find itself
            at = data.find(begin)
            while at >= 0:
                if data.startswith(end, at + len(begin)):
                    found.add(begin)
                at = data.find(begin, at + 1)
print(sorted(found))
"""
    file = SourceFile(name="softmax.py", text=f"{RIGHT}\n{code}\n")
    report = grader.examine(EXERCISE, Submission(files=(file,), origin="", sha256="0" * 64, untouched=False), seed=1)
    assert report.status in (Status.FULL, Status.PARTIAL), report.problem
    assert report.output.strip() == "[]"


def test_its_stdin_is_empty(grader: Grader) -> None:
    assert seen_by_a_child(grader, "import sys\nprint(repr(sys.stdin.read()))") == "''"


def test_it_cannot_read_the_memory_of_our_processes(grader: Grader) -> None:
    code = """
import os
denied = 0
for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
    try:
        if os.getsid(pid) != os.getsid(os.getppid()): continue
        for name in ("mem", "environ", "maps"):
            try: open(f"/proc/{pid}/{name}", "rb").read(1)
            except PermissionError: denied += 1
            else: print("opened", pid, name)
    except OSError: pass
print("denied", denied)
"""
    seen = seen_by_a_child(grader, code)
    assert "opened" not in seen
    assert int(seen.removeprefix("denied ")) >= 9  # base, zygote and examiner at least


# ------------------------------------------------------------------------------------------------ our own processes


def test_the_base_and_all_that_it_forks_have_one_thread(grader: Grader) -> None:
    examine(grader, RIGHT)
    for pid in settled(grader):
        assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1


def test_thirty_exams_leave_no_process_no_descriptor_and_no_file(grader: Grader) -> None:
    def state() -> tuple[dict[int, int], set[str], int]:
        ours = {pid for pid in settled(grader) if not leads_session(pid)} | {base_of(grader)}
        return (
            {pid: len(descriptors(pid)) for pid in ours},
            {entry.name for entry in Path(tempfile.gettempdir()).iterdir()},
            len(descriptors(os.getpid())),
        )

    wrong = f"{RIGHT}\ndef softmax(logits, dim): return None\n"
    crashing = f"{RIGHT}\ndef softmax(logits, dim): __import__('os').abort()\n"
    for text in (RIGHT, wrong, crashing):
        examine(grader, text)
    before = state()
    for number in range(30):
        examine(grader, (RIGHT, wrong, RIGHT, crashing, RIGHT)[number % 5])
    processes, files, own = state()
    assert processes == before[0]
    assert own == before[2]
    assert not {name for name in files - before[1] if name.startswith("dlgrade") and str(base_of(grader)) in name}
    spares = [pid for pid in descendants(base_of(grader)) if leads_session(pid)]
    assert len(spares) <= len(children(base_of(grader)))


def test_leaving_ends_every_process() -> None:
    with Grader() as own:
        examine(own, RIGHT)
        family = {base_of(own), *descendants(base_of(own))}
        assert len(family) >= 3
    assert_gone(family, within=1.0)


def test_a_base_that_nobody_needed_ends_at_once() -> None:
    own = Grader()
    own.start()
    base = base_of(own)
    began = time.monotonic()
    own.close()
    assert time.monotonic() - began < 0.5  # although it is still importing torch
    assert not alive(base)


# ------------------------------------------------------------------------------------------------------- the zygote


@pytest.fixture(scope="module")
def zygote() -> Iterator[tuple[int, socket.socket]]:
    """A zygote without any of the rest, in a process of its own; its id and our end of its control socket."""
    ours, theirs = socket.socketpair()
    code = (
        "import socket, sys\nfrom grader.sandbox.base import _warm\n_warm()\n"
        "from grader.sandbox.jail.box import Box\nfrom grader.sandbox.jail.child_groups import ChildGroups\n"
        "from grader.sandbox.zygote import Zygote\n"
        "box = Box()\nbox.settle()\n"
        "Zygote(socket.socket(fileno=int(sys.argv[1])), box, ChildGroups(None, 512)).serve()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(theirs.fileno())],
        cwd=ROOT,
        pass_fds=(theirs.fileno(),),
        env={"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    theirs.close()
    yield process.pid, ours
    ours.close()
    assert process.wait(timeout=5) == 0


def test_a_spare_child_waits_before_it_is_asked_for(zygote: tuple[int, socket.socket]) -> None:
    pid, control = zygote
    source = ForkedChildren(control)
    spawned = source.spawn()
    try:
        wait_for(lambda: len(children(pid)) == 2)
        assert spawned.pid in children(pid)
    finally:
        source.reap(spawned.pid)
    wait_for(lambda: len(children(pid)) == 1)


def test_reaping_says_how_a_child_ended(zygote: tuple[int, socket.socket]) -> None:
    source = ForkedChildren(zygote[1])
    spawned = source.spawn()
    assert select.select([spawned.wire], [], [], 10.0)[0]  # it has said that it is up
    spawned.wire.close()  # an orderly end
    wait_for(lambda: stat_of(spawned.pid)[0] == "Z")
    ending = source.reap(spawned.pid)
    assert (ending.exit_status, ending.signal) == (0, 0)
    spawned = source.spawn()
    os.kill(spawned.pid, 9)
    ending = source.reap(spawned.pid)
    assert ending.signal == 9
    assert ending.cpu_s >= 0
    assert not alive(spawned.pid)


def test_reaping_what_is_no_child_of_its_own_ends_nothing(zygote: tuple[int, socket.socket]) -> None:
    bystander = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        source = ForkedChildren(zygote[1])
        ending = source.reap(bystander.pid)
        assert (ending.exit_status, ending.signal) == (-1, 0)
        source.trace(bystander.pid)
        source.reap(1)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_child_dies_with_its_zygote() -> None:
    ours, theirs = socket.socketpair()
    code = (
        "import socket, sys\n"
        "from grader.sandbox.jail.box import Box\nfrom grader.sandbox.jail.child_groups import ChildGroups\n"
        "from grader.sandbox.zygote import Zygote\n"
        "box = Box()\nbox.settle()\n"
        "Zygote(socket.socket(fileno=int(sys.argv[1])), box, ChildGroups(None, 512)).serve()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(theirs.fileno())],
        cwd=ROOT,
        pass_fds=(theirs.fileno(),),
        env={"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )
    theirs.close()
    spawned = ForkedChildren(ours).spawn()
    wait_for(lambda: leads_session(spawned.pid))
    process.kill()
    process.wait()
    assert_gone({spawned.pid}, within=1.0)
    ours.close()


# -------------------------------------------------------------------------------------------------------- the limits


def limited(code: str, *, memory_mib: int = 512, cpu_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run code in a process that has been limited as a child is."""
    start = f"from grader.sandbox import jail\njail.limit(memory_mib={memory_mib}, cpu_s={cpu_s}, device='cpu')\n"
    return subprocess.run(
        [sys.executable, "-c", start + code], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )


def test_memory_over_the_limit_is_a_memory_error() -> None:
    done = limited("try: bytearray(200 * 2**20)\nexcept MemoryError: print('refused')", memory_mib=100)
    assert done.stdout == "refused\n"
    assert limited("bytearray(80 * 2**20); print('taken')", memory_mib=100).stdout == "taken\n"


def test_processor_time_over_the_limit_ends_with_its_own_signal() -> None:
    """Not with SIGKILL, which is how a system that is out of memory ends a process."""
    done = limited("while True: pass", cpu_s=0)
    assert done.returncode == -24  # SIGXCPU


def test_a_file_over_the_limit_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "large"
    done = limited(f"open({str(file)!r}, 'wb').write(bytes(2 * {jail.MAX_FILE_BYTES}))")
    assert done.returncode != 0
    assert file.stat().st_size <= jail.MAX_FILE_BYTES


# ------------------------------------------------------------------------------------------------- without any fork


def test_fresh_processes_grade_exercise03_to_the_same_score(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLGRADE_LAUNCH", "fresh")
    exercise = replace(EXERCISE, limits=Limits(call_s=20.0, exam_s=60.0, memory_mib=2048))
    file = SourceFile(name="softmax.py", text=RIGHT)
    before = descendants(os.getpid())
    with Grader() as own:
        report = own.examine(exercise, Submission(files=(file,), origin="", sha256="0" * 64, untouched=False), seed=1)
        family = descendants(os.getpid()) - before
    assert report.status is Status.FULL, report.problem
    assert report.counts.hidden == 10
    assert_gone(family)
