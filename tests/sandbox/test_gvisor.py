"""Exams inside gVisor: what a child there can reach, that two cannot reach each other, and that nothing is left."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from living import alive, assert_gone, children, descendants, linux_only, parent, wait_for
from one_base import sharing, start

from grader.errors import both
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Explanation, Isolation, Outcome, SourceFile, Submission
from grader.report import Report, Status
from grader.sandbox import gvisor_bundle
from grader.sandbox.children import ForkedChildren
from grader.sandbox.cpu import Work
from grader.sandbox.gvisor import Keeper
from grader.sandbox.jail import cgroups
from grader.sandbox.jail.child_groups import ChildGroups
from grader.sandbox.jail.layers import Layer
from grader.sandbox.slots import Slots

ROOT = Path(__file__).parent.parent.parent
EXERCISE = load_course(ROOT).find("exercise03")
VISIBLE = replace(EXERCISE, id="exercise97", solution_folder="")
RIGHT = (ROOT / "tests" / "submissions" / "right.py").read_text(encoding="utf-8")

pytestmark = [
    linux_only,
    pytest.mark.skipif(shutil.which("runsc") is None, reason="gVisor's runsc is not installed"),
    pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="runsc needs root to run a bundle"),
]


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with sharing(Grader(Isolation.GVISOR)) as warm:
        report = examine(warm, RIGHT)
        assert report.status is Status.FULL, report.problem
        yield warm


@pytest.fixture(scope="module")
def plain() -> Iterator[Grader]:
    with sharing(Grader(Isolation.PROCESS)) as warm:
        yield warm


def examine(grader: Grader, text: str) -> Report:
    file = SourceFile(name="softmax.py", text=text)
    return grader.examine(VISIBLE, Submission(files=(file,), origin="", sha256="0" * 64, untouched=False), seed=1)


def seen_by_a_child(grader: Grader, code: str) -> str:
    """Return what a submission prints while it is imported in a child."""
    report = examine(grader, f"{RIGHT}\n{code}\n")
    assert report.status is Status.FULL, report.problem
    return report.output.strip()


def outcome_of(grader: Grader, body: str) -> Outcome:
    """Return what becomes of the first test when softmax does this."""
    report = examine(grader, f"{RIGHT}\nimport os, ctypes\ndef softmax(logits, dim=-1): {body}\n")
    assert report.problem is None
    assert report.isolation is Isolation.GVISOR
    return report.tests[0].outcome


def named(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0].decode()
    return ""


def arguments(pids: set[int]) -> list[str]:
    """Return the arguments of those of these processes that are gVisor's."""
    ours = (Path(f"/proc/{pid}/cmdline").read_bytes().decode() for pid in pids if "runsc" in Path(named(pid)).name)
    return [argument for line in ours for argument in line.split("\0")]


def runsc_below(pid: int) -> set[int]:
    """Return the processes of gVisor below this one."""
    return {one for one in descendants(pid) if "runsc" in Path(named(one)).name}


def keeper_below(pid: int) -> int:
    below = runsc_below(pid)
    return next(parent(one) for one in below if parent(one) not in below)


# --------------------------------------------------------------------------------------------------- what it can do


def test_every_attempt_of_the_self_test_is_stopped(grader: Grader) -> None:
    assert grader._warm is not None
    (proof,) = grader._warm.prove((Isolation.GVISOR,), "cpu")
    assert proof.holds, proof
    tried = {one.what for one in proof.tries}
    assert {"reach the machine's kernel", "read a file of the machine", "connect to a server of the machine"} <= tried
    assert any("namespaces alone" in what for what in tried)  # gVisor holds without our seccomp filter, too


def test_the_kernel_is_not_the_machine_s(grader: Grader) -> None:
    assert seen_by_a_child(grader, "import os\nprint(os.uname().release)") != os.uname().release


def test_it_finds_no_course_no_home_and_no_process(grader: Grader) -> None:
    code = f"""
import os
for path in ("{ROOT}/solutions", "{ROOT}/exercises", "/etc/passwd", "/proc/self", "/proc/1", "/sys/kernel"):
    print(path, os.path.exists(path))
print(sorted(os.listdir("/dlgrade/grader")))
"""
    *found, modules = seen_by_a_child(grader, code).splitlines()
    assert all(line.endswith(" False") for line in found), found
    assert modules == str(sorted(gvisor_bundle._MODULES))


def test_it_can_write_to_its_own_folder_only_and_not_without_end(grader: Grader) -> None:
    code = """
import os, tempfile
def writable(folder, depth=0):
    for entry in os.scandir(folder):
        if entry.is_symlink(): continue
        if os.access(entry.path, os.W_OK): yield entry.path
        if entry.is_dir() and depth < 4 and os.access(entry.path, os.R_OK | os.X_OK):
            yield from writable(entry.path, depth + 1)
print(list(writable("/")))
print(os.getcwd() == tempfile.gettempdir() == os.environ["HOME"], os.listdir("."))
try:
    for number in range(8):
        with open(str(number), "wb") as file: file.write(bytes(4 * 2**20))
except OSError as error: print(error.strerror)
"""
    assert seen_by_a_child(grader, code).splitlines() == ["['/dev/null']", "True []", "No space left on device"]


def test_it_has_no_right_and_no_descriptor_but_its_own(grader: Grader) -> None:
    code = """
import os, stat, ctypes
header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
print(ctypes.CDLL(None).capget(header, sets), list(sets), 0 in (*os.getresuid(), *os.getresgid(), *os.getgroups()))
def kind(number):
    try: return stat.S_IFMT(os.fstat(number).st_mode)
    except OSError: return 0
kinds = [kind(number) for number in range(64)]
print(kinds[0] == stat.S_IFCHR, kinds.count(stat.S_IFSOCK), sum(1 for one in kinds if one))
"""
    rights, descriptors = seen_by_a_child(grader, code).splitlines()
    assert rights in ("0 [0, 0, 0, 0, 0, 0] False", "-1 [0, 0, 0, 0, 0, 0] False")  # or the filter refuses the question
    assert descriptors == "True 3 4"


def test_it_cannot_look_into_the_folder_of_another_child(grader: Grader) -> None:
    """The spare child of this sandbox has one, and its number is easy to guess."""
    code = """
import os
for number in range(os.getuid() - 9, os.getuid() + 9):
    if number == os.getuid(): continue
    try: print("listed", os.listdir(f"/scratch/{number}"))
    except FileNotFoundError: pass
    except PermissionError: print("refused")
"""
    assert set(seen_by_a_child(grader, code).split()) == {"refused"}


def test_no_device_but_the_processor_is_offered(grader: Grader) -> None:
    assert grader._warm is not None
    (proof,) = grader._warm.prove((Isolation.GVISOR,), "cuda")
    assert proof.missing is Layer.GVISOR
    assert "cuda" in proof.problem().en


# ------------------------------------------------------------------------------------------------------ what it ends


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("return [bytearray(50 << 20) for _ in range(100)]", Outcome.MEMORY),
        ("\n  while True: pass", Outcome.TIMEOUT),
        ("os.fork()", Outcome.FAILED),
        ("return logits", Outcome.FAILED),
    ],
)
def test_an_end_is_told_as_without_gvisor(grader: Grader, body: str, outcome: Outcome) -> None:
    assert outcome_of(grader, body) is outcome


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("os._exit(3)", "status 3"),
        ("os._exit(0)", "status 0"),
        ("os.abort()", "SIGABRT"),
        ("ctypes.string_at(0)", "SIGSEGV"),
    ],
)
def test_a_death_is_told_as_without_gvisor(grader: Grader, plain: Grader, body: str, told: str) -> None:
    found = crash_of(grader, body)
    assert told in found.problem.en
    assert found == crash_of(plain, body)


def crash_of(grader: Grader, body: str) -> Explanation:
    report = examine(grader, f"{RIGHT}\nimport os, ctypes\ndef softmax(logits, dim=-1): {body}\n")
    assert report.tests[0].outcome is Outcome.CRASHED
    assert report.tests[0].explanation is not None
    return report.tests[0].explanation


def test_a_child_has_no_number_among_our_processes() -> None:
    """The system tells the keeper's with every message, so what is looked at by number would be the keeper."""
    ours, theirs = socket.socketpair()
    slots = Slots(cgroups.Missing(why=both("not asked for"), remedy=both("")))
    with ours:
        with theirs:
            keeper = Keeper(theirs, ChildGroups(None, memory_mib=256), preload=(), device="cpu")
            settled = slots._start_zygote(keeper, theirs)
        assert settled.proof.holds, settled.proof
        child = ForkedChildren(ours).spawn()
        with child.wire, child.output:
            assert child.isolation is Isolation.GVISOR
            assert child.outer_pid is None
            assert not Work(child.outer_pid).known
    os.waitpid(settled.pid, 0)


def test_children_leave_no_folder_and_no_process_inside(grader: Grader) -> None:
    """A child's account is the number of forks so far, so what is left of earlier ones would show below it."""
    code = "import os\nprint([n for n in range(1000, os.getuid()) if os.path.isdir(f'/scratch/{n}')], os.getpid())"
    examine(grader, RIGHT)
    assert seen_by_a_child(grader, code) == "[] 1"


# --------------------------------------------------------------------------------------------------- what ends it


def test_a_sandbox_that_dies_is_a_grader_s_fault_and_the_next_exam_has_another(grader: Grader) -> None:
    before = keeper_below(os.getpid())
    for pid in runsc_below(before):
        with contextlib.suppress(ProcessLookupError):  # they go together
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not alive(before))
    report = examine(grader, RIGHT)
    assert report.status in (Status.FULL, Status.UNSCORED)  # retried, or told as ours
    assert examine(grader, RIGHT).status is Status.FULL
    assert keeper_below(os.getpid()) != before


def test_leaving_ends_every_process_and_the_bundle_is_nowhere() -> None:
    start()  # the base of this process, which stays
    already = descendants(os.getpid())
    with sharing(Grader(Isolation.GVISOR)) as own:
        examine(own, RIGHT)
        family = descendants(os.getpid()) - already
        assert any("runsc" in named(pid) for pid in family)
        bundle = next(argument for argument in arguments(family) if argument.endswith("/state"))
        assert not Path(bundle).parent.joinpath("config.json").exists()  # only the sandbox's own processes see it
    assert_gone(family)


@pytest.mark.parametrize("killed", ["controller", "all"])
def test_nothing_outlives_a_sigkill(killed: str) -> None:
    code = (
        "import sys, time\nsys.path[:0] = ['tests', 'tests/sandbox']\nimport test_gvisor as test\n"
        "with test.Grader(test.Isolation.GVISOR) as own:\n"
        "    assert test.examine(own, test.RIGHT).status is test.Status.FULL\n"
        "    print(flush=True)\n    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "\n"
        keeper, below = keeper_below(process.pid), runsc_below(process.pid)
        (base,) = children(process.pid)
        others = descendants(base)
        for pid in [process.pid] if killed == "controller" else [process.pid, base, keeper]:
            os.kill(pid, signal.SIGKILL)
        assert len(below) >= 3  # runsc, its gofer and its sandbox
        assert_gone({keeper, *below, *others})
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


# -------------------------------------------------------------------------------------------- where it cannot be had


def proven(change: str, *arguments: object) -> str:
    """Return what the self-test says of a machine, or of gVisor, that has been changed by these lines."""
    code = (
        "import resource, sys\nfrom grader.errors import GraderFault\nfrom grader.records import Isolation\n"
        "from grader.sandbox import gvisor, gvisor_bundle\nfrom grader.sandbox.jail import syscalls\n"
        "from grader.sandbox.jail.cgroups import find\nfrom grader.sandbox.orders import Prove\n"
        "from grader.sandbox.slots import Slots\n"
        f"{change}\n"
        "try: (proof,) = Slots(find()).prove(Prove(degrees=[Isolation.GVISOR])).proofs\n"
        "except GraderFault as fault: sys.exit(f'a fault: {fault}')\n"
        "assert not proof.holds\nprint(proof.missing.value, proof.problem().en, proof.remedy().en, file=sys.stderr)\n"
    )
    line = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False).stderr


def problem_with(folder: Path) -> str:
    """Return what the self-test says where `runsc` is looked for in this folder."""
    return proven("gvisor_bundle._WHERE = sys.argv[1]", folder)


def test_a_missing_runsc_is_named_with_what_brings_it(tmp_path: Path) -> None:
    problem = problem_with(tmp_path)
    assert f"there is no runsc in {tmp_path}" in problem
    assert "apt-get install runsc" in problem


def test_a_runsc_that_does_not_run_says_why(tmp_path: Path) -> None:
    fake = tmp_path / "runsc"
    fake.write_text("#!/bin/sh\necho 'this machine has no ptrace' >&2\nexit 1\n")
    fake.chmod(0o755)
    assert "this machine has no ptrace" in problem_with(tmp_path)


def test_a_machine_with_no_folder_to_spare_is_told_which_were_tried() -> None:
    problem = proven("gvisor._PLACES = ('/usr', '/nowhere')")
    assert problem.startswith(
        "gvisor layer gvisor is missing (Python, dlgrade or runsc lies in each of /usr, /nowhere)"
    )


def test_a_machine_that_bars_namespaces_lacks_gvisor() -> None:
    change = """
real = gvisor._private_place
def barred(needed):
    syscalls.drop_capabilities()
    return real(needed)
gvisor._private_place = barred
"""
    problem = proven(change)
    assert problem.startswith("gvisor layer gvisor is missing (")
    assert "unshare: Operation not permitted" in problem


def test_what_may_pass_is_a_fault_and_no_missing_layer() -> None:
    """Else one full disk would rule gVisor out for as long as the base lives."""
    change = """
real = gvisor.write_bundle
def starved(*arguments):
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    real(*arguments)
gvisor.write_bundle = starved
"""
    told = proven(change)
    assert "File too large" in told
    assert "a fault: " in told


# ------------------------------------------------------------------------------------------------------- the bundle


def test_the_loader_of_a_program_is_read_from_its_header(tmp_path: Path) -> None:
    loader = gvisor_bundle.program_loader(os.path.realpath(sys.executable))
    assert Path(loader).is_file()
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    assert gvisor_bundle.program_loader(str(script)) == ""
