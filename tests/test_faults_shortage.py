"""Faults of our own: what a process of ours lacks (descriptors, memory, processes, disk) is never a student's fault.

A limit is lowered on one running process from outside, so its next step fails as on a machine that has run out. The
retry takes place in new processes, which have what they need.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from exams import Exams, submission_of
from sandbox.living import assert_gone, descendants, linux_only, only_slot

from grader.errors import GraderFault
from grader.examination.judge import is_short
from grader.pipeline import Grader
from grader.records import Exercise, Outcome
from grader.report import Status
from grader.sandbox import children as children_module
from grader.sandbox.children import ForkedChildren

pytestmark = linux_only

RIGHT = "def one():\n    return 1\n"
TESTS = "import torch\ndef test_it(student):\n    assert student.one() == 1\n    torch.ones(1 << 22)\n"
MIB = 1 << 20


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exams]:
    with Grader() as grader:
        yield Exams(grader, tmp_path_factory.mktemp("shortage"))
        family = {base_of(grader), *descendants(base_of(grader))}
    assert_gone(family)


@pytest.fixture
def exercise(exams: Exams) -> Exercise:
    exercise = exams.exercise(TESTS, reference=RIGHT)
    assert exams.examine(exercise, RIGHT).attempts == 1
    return exercise


def base_of(grader: Grader) -> int:
    return grader._warm._process.pid  # type: ignore[union-attr]


def roles(grader: Grader) -> dict[str, int]:
    """Return our processes; only the newest slot is looked at, and those of other exercises are closed first."""
    base = base_of(grader)
    return {**only_slot(base), "base": base}


def only(exams: Exams, exercise: Exercise) -> dict[str, int]:
    for other in [*exams.grader._examiners]:
        if other != exercise.id:
            exams.grader._examiners.pop(other).control.close()
    return roles(exams.grader)


def lower(pid: int, which: int, value: int) -> None:
    resource.prlimit(pid, which, (value, value))


LACKS = {
    "no descriptors": (resource.RLIMIT_NOFILE, 4),
    "one descriptor": (resource.RLIMIT_NOFILE, 8),
    "no memory": (resource.RLIMIT_DATA, MIB),
    "no address space": (resource.RLIMIT_AS, MIB),
    "no room in a file": (resource.RLIMIT_FSIZE, 0),
}


@pytest.mark.parametrize("lack", LACKS)
@pytest.mark.parametrize("who", ["examiner", "zygote"])
def test_a_process_that_runs_out_costs_nobody_a_point(exams: Exams, exercise: Exercise, who: str, lack: str) -> None:
    lower(only(exams, exercise)[who], *LACKS[lack])
    report = exams.examine(exercise, RIGHT)
    assert report.status is Status.FULL, (report.problem, report.tests)
    assert report.attempts in (1, 2)  # 1: the exam did not need what was gone


@pytest.mark.parametrize("lack", ["no descriptors", "no memory"])
def test_an_examiner_that_runs_out_is_replaced(exams: Exams, exercise: Exercise, lack: str) -> None:
    lower(only(exams, exercise)["examiner"], *LACKS[lack])
    report = exams.examine(exercise, RIGHT)
    assert (report.status, report.attempts) == (Status.FULL, 2), report.problem


@pytest.mark.parametrize("who", ["base", "nursery"])
def test_a_base_that_runs_out_is_replaced(exams: Exams, exercise: Exercise, who: str) -> None:
    slot = only(exams, exercise)
    lower(slot[who], *LACKS["no descriptors"])
    exams.grader.forget(exercise)
    assert exams.examine(exercise, RIGHT).status is Status.FULL
    assert base_of(exams.grader) != slot["base"]
    assert_gone({slot["base"]})


def test_a_base_whose_forks_lack_memory_is_left_behind_a_second_fault(exams: Exams, exercise: Exercise) -> None:
    slot = only(exams, exercise)
    lower(slot["nursery"], *LACKS["no address space"])
    exams.grader.forget(exercise)
    with contextlib.suppress(GraderFault):  # where the nursery itself still had what it needs, and its examiners not
        exams.examine(exercise, RIGHT)
    assert exams.examine(exercise, RIGHT).status is Status.FULL
    assert base_of(exams.grader) != slot["base"]
    assert_gone({slot["base"]})


def test_a_wrong_answer_in_an_exam_without_memory_is_still_wrong_and_blames_no_author(
    exams: Exams, exercise: Exercise
) -> None:
    lower(only(exams, exercise)["examiner"], resource.RLIMIT_DATA, MIB)
    report = exams.examine(exercise, "def one():\n    return 2\n")
    assert report.status is Status.PARTIAL
    assert report.fault == "student"
    assert report.attempts == 2


def test_a_test_that_finds_no_descriptor_left_is_no_test_that_failed(exams: Exams) -> None:
    tests = """
        import os, pathlib, resource

        def test_it(student):
            assert student.one() == 1
            mark = pathlib.Path(__file__).with_name("once")
            if not mark.exists():
                mark.touch()
                resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
                open(os.devnull)
    """
    report = exams.run(RIGHT, tests)
    assert (report.status, report.attempts) == (Status.FULL, 2)


NAMED = {"a full device": "/dev/full", "a shortage by name": errno.EMFILE, "a failing disk": errno.EIO}


@pytest.mark.parametrize("name", NAMED)
def test_a_shortage_that_a_student_s_value_brings_about_is_the_students(exams: Exams, name: str) -> None:
    tests = """
        def test_it(student):
            value = student.one()
            if isinstance(value, int):
                raise OSError(value, "as the value says")
            with open(value, "w") as file:
                file.write("x")
    """
    report = exams.run(f"def one(): return {NAMED[name]!r}", tests, reference="import os\ndef one(): return os.devnull")
    assert (report.status, report.attempts) == (Status.PARTIAL, 1), report.problem
    assert report.fault == "student"
    assert report.tests[0].outcome is Outcome.FAILED


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EAGAIN, errno.EIO, errno.EMFILE])
def test_a_shortage_that_the_reference_meets_too_is_ours(exams: Exams, number: int) -> None:
    with pytest.raises(GraderFault, match="ran out of"):
        exams.run(RIGHT, f"def test_it(student):\n    student.one()\n    raise OSError({number}, 'short')")


def test_a_shortage_before_anything_of_the_student_s_is_ours(exams: Exams) -> None:
    tests = """
        import errno, pathlib

        def test_it(student):
            mark = pathlib.Path(__file__).with_name("once")
            if not mark.exists():
                mark.touch()
                raise OSError(errno.EAGAIN, "no process is left")
            assert student.one() == 1
    """
    report = exams.run(RIGHT, tests)
    assert (report.status, report.attempts) == (Status.FULL, 2)


@contextlib.contextmanager
def few_descriptors(spare: int) -> Iterator[None]:
    """Let this process, the controller, open only so many more files."""
    highest = max(int(name.name) for name in Path("/proc/self/fd").iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    fillers = [os.open(os.devnull, os.O_RDONLY) for _ in range(highest)]  # the numbers below are taken
    highest = max(int(name.name) for name in Path("/proc/self/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1 + spare, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for number in fillers:
            os.close(number)


@pytest.mark.parametrize("spare", range(6))
def test_a_controller_without_descriptors_says_so(exams: Exams, exercise: Exercise, spare: int) -> None:
    """With a base that is up: opening a slot takes one descriptor."""
    exams.grader.forget(exercise)
    base_of(exams.grader)
    with few_descriptors(spare):
        try:
            report = exams.grader.examine(exercise, submission_of(RIGHT), seed=1)
        except GraderFault as fault:
            assert str(fault)
        else:
            assert report.status is Status.FULL
    assert exams.examine(exercise, RIGHT).status is Status.FULL


def test_a_controller_that_can_open_nothing_starts_nothing(exercise: Exercise) -> None:
    before = descendants(os.getpid())
    with few_descriptors(0), Grader() as grader, pytest.raises(GraderFault):
        grader.examine(exercise, submission_of(RIGHT), seed=1)
    assert_gone(descendants(os.getpid()) - before)


# ---------------------------------------------------------------------------------------------------- a full disk


@pytest.fixture
def full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system without a free byte, in which temporary files are made."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(tmp_path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "filler").write_bytes(bytes(15 * 4096))
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_full_disk_is_told_from_a_full_device(full_disk: Path) -> None:
    with (full_disk / "more").open("wb") as file, contextlib.suppress(OSError):
        file.write(bytes(1 << 20))
    assert is_short(errno.ENOSPC)
    assert is_short(errno.EDQUOT)
    (full_disk / "filler").unlink()
    assert not is_short(errno.ENOSPC)


@pytest.mark.parametrize("spare", [0, 1, 5])
def test_a_process_without_descriptors_is_seen_though_some_were_closed_meanwhile(spare: int) -> None:
    with few_descriptors(spare):
        assert is_short(errno.EMFILE)
        assert is_short(errno.EMFILE)  # looking costs none
    assert not is_short(errno.EMFILE)


def test_a_full_disk_under_the_log_spoils_no_exam(full_disk: Path, exercise: Exercise) -> None:
    """The base cannot write what it would say; the exam is killed once, and graded all the same."""
    with (full_disk / "more").open("wb") as file, contextlib.suppress(OSError):
        file.write(bytes(1 << 20))
    with Grader() as grader:
        assert grader.examine(exercise, submission_of(RIGHT), seed=1).status is Status.FULL
        os.kill(roles(grader)["examiner"], signal.SIGKILL)
        report = grader.examine(exercise, submission_of(RIGHT), seed=1)
        assert (report.status, report.attempts) == (Status.FULL, 2)
        family = {base_of(grader), *descendants(base_of(grader))}
    assert_gone(family)


# ----------------------------------------------------------------------------------------- a zygote that is silent


def test_a_zygote_that_does_not_answer_is_a_fault_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children_module, "SPAWN_S", 0.1)
    monkeypatch.setattr(children_module, "REAP_S", 0.1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for ask in ("spawn", "reap"):
            source = ForkedChildren(ours)
            began = time.monotonic()
            with pytest.raises(GraderFault, match=r"did not answer within 0\.1 s"):
                source.spawn() if ask == "spawn" else source.reap(1)
            assert time.monotonic() - began < 1.0


def test_a_late_answer_is_not_taken_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children_module, "REAP_S", 0.1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        source = ForkedChildren(ours)
        with pytest.raises(GraderFault):
            source.reap(1)
        theirs.sendall(children_module.Reaped(wait_status=0, cpu_s=1.0, peak_mib=1.0).pack())
        for ask in (source.spawn, lambda: source.reap(2), lambda: source.trace(2)):
            with pytest.raises(GraderFault, match="did not answer"):
                ask()


def test_an_answer_in_pieces_is_awaited_until_the_deadline_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children_module, "REAP_S", 0.2)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(children_module.Reaped(wait_status=0, cpu_s=1.0, peak_mib=1.0).pack()[:-1])
        began = time.monotonic()
        with pytest.raises(GraderFault, match="did not answer"):
            ForkedChildren(ours).reap(1)
        assert 0.1 < time.monotonic() - began < 1.0


@pytest.mark.parametrize("step", ["spawn", "reap", "trace"])
def test_a_zygote_that_has_gone_is_a_fault_of_ours(step: str) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(GraderFault, match="has gone"):
        source = ForkedChildren(ours)
        source.spawn() if step == "spawn" else getattr(source, step)(1)


def test_an_alarm_waits_for_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else what it raises would leave an answer behind, for the next request to find."""
    monkeypatch.setattr(children_module, "REAP_S", 0.3)
    ours, theirs = socket.socketpair()
    rung: list[float] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(time.monotonic()))
    try:
        with ours, theirs:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(GraderFault):
                ForkedChildren(ours).reap(1)
            answered = time.monotonic()
            time.sleep(0.01)
        assert len(rung) == 1
        assert rung[0] >= answered - 0.05
    finally:
        signal.signal(signal.SIGALRM, before)
