"""Faults of our own: any of our processes killed at any point leaves no zero, no wrong grade, and nothing behind.

A hidden test is ours, so the first half kills from inside the exam, at exact points, and only in the first attempt: a
marker file beside the tests says that it has been done. The second half kills from outside, at many delays.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from exams import Exams, submission_of
from sandbox.living import alive, assert_gone, children, descendants, linux_only, only_slot

from grader.errors import EXIT_GRADER_FAULT, GraderFault
from grader.pipeline import Grader
from grader.records import Isolation
from grader.report import Report, Status, build_failure, exit_code

pytestmark = linux_only

RIGHT = "def one():\n    return 1\n\n\ndef apply(f):\n    return f()\n"

KILLER = """
import os, pathlib, signal, time

HERE = pathlib.Path(__file__)

def stat(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["X", "0"]

def children(pid):
    found = (int(entry.name) for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit())
    return {one for one in found if (fields := stat(one))[1] == str(pid) and fields[0] not in "ZX"}

def slot():
    examiner = os.getppid() if HERE.with_name("loaded").exists() else os.getpid()
    base = int(stat(examiner)[1])
    return examiner, base, {one for one in children(base) - {examiner} if children(one)}  # the nursery has none

def kill(who):
    mark = HERE.with_name("killed")
    if mark.exists() and not HERE.with_name("always").exists():
        return
    mark.touch()
    examiner, base, zygotes = slot()
    pids = {
        "exam": {os.getpid()}, "examiner": {examiner}, "base": {base}, "zygote": zygotes,
        "child": {child for zygote in zygotes for child in children(zygote)},
    }[who]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while any(stat(pid)[0] not in "ZX" for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.001)
"""

POINTS = {
    "while the tests are collected": "kill({who!r})\ndef test_it(student): assert student.one() == 1",
    "before the first call": "def test_it(student): kill({who!r}); assert student.one() == 1",
    "during a call": "def test_it(student): assert student.apply(lambda: kill({who!r}) or 1) == 1",
    "between two calls": "def test_it(student): student.one(); kill({who!r}); assert student.one() == 1",
    "where the test hides it": (
        "def test_it(student):\n    kill({who!r})\n    try: student.one()\n    except Exception: pass\n"
        "def test_more(student): assert student.one() == 1"
    ),
    "behind the last call": "def test_it(student): assert student.one() == 1; kill({who!r})",
}


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exams]:
    with Grader() as grader:
        yield Exams(grader, tmp_path_factory.mktemp("faults"))
        family = family_of(grader)
    assert_gone(family)


def base_of(grader: Grader) -> int:
    return grader._warm._process.pid  # type: ignore[union-attr]


def family_of(grader: Grader) -> set[int]:
    return {base_of(grader), *descendants(base_of(grader))}


def killing(exams: Exams, tests: str, *, always: bool = False, student: str = RIGHT) -> Report:
    loaded = "import pytest\n@pytest.fixture(autouse=True)\ndef _loaded(): HERE.with_name('loaded').touch(); yield"
    more = {"solutions/always": ""} if always else {}
    return exams.run(student, f"{KILLER}\n{loaded}\n{tests}", reference=RIGHT, more_files=more)


def assert_graded_anew(report: Report, attempts: int = 2) -> None:
    assert report.status is Status.FULL, (report.problem, [test.outcome for test in report.tests])
    assert report.attempts == attempts


IN_THE_EXAM = [point for point in POINTS if "collected" not in point]


@pytest.mark.parametrize("point", IN_THE_EXAM)
@pytest.mark.parametrize("who", ["exam", "examiner", "zygote"])
def test_a_process_of_ours_killed(exams: Exams, who: str, point: str) -> None:
    report = killing(exams, POINTS[point].format(who=who))
    assert report.status is Status.FULL, (report.problem, report.tests)
    # A zygote that goes behind the last call is missed at the end of the exam, when its child is to be reaped.
    assert report.attempts == 2


@pytest.mark.parametrize("who", ["examiner", "zygote"])
def test_a_process_of_ours_killed_while_the_tests_are_collected(exams: Exams, who: str) -> None:
    report = killing(exams, POINTS["while the tests are collected"].format(who=who))
    assert report.status is Status.FULL


@pytest.mark.parametrize("point", ["while the tests are collected", "during a call"])
def test_the_base_killed(exams: Exams, point: str) -> None:
    before = base_of(exams.grader)
    family = family_of(exams.grader)
    assert_graded_anew(killing(exams, POINTS[point].format(who="base")))
    assert base_of(exams.grader) != before
    assert_gone(family - {os.getpid()})


@pytest.mark.parametrize("point", ["before the first call", "during a call", "between two calls"])
def test_a_child_killed_from_outside_is_no_fault_of_the_student(exams: Exams, point: str) -> None:
    """In `strong`, where a child cannot do it itself; elsewhere nobody can tell, and it is a crash."""
    report = killing(exams, POINTS[point].format(who="child"))
    if report.isolation is not Isolation.STRONG:
        pytest.skip(f"{report.isolation} cannot tell who killed a child")
    assert_graded_anew(report)


def test_a_proof_that_is_killed_blames_nobody(exams: Exams) -> None:
    """The first attempt fails as the student is wrong; its proof is killed; the second attempt says so."""
    student = RIGHT.replace("return 1", "return 2", 1)
    tests = "def test_it(student):\n    if student.one() == 1: kill('exam')\n    assert student.one() == 1"
    report = killing(exams, tests, student=student)
    assert report.status is Status.PARTIAL
    assert report.attempts == 2
    assert report.fault == "student"


@pytest.mark.parametrize("who", ["exam", "examiner", "zygote"])
def test_a_second_fault_leaves_the_submission_unscored(exams: Exams, who: str) -> None:
    with pytest.raises(GraderFault, match="tried twice") as raised:
        killing(exams, POINTS["during a call"].format(who=who), always=True)
    exercise = exams.exercise("def test_it(student): assert student.one() == 1", reference=RIGHT)
    failure = build_failure(exercise, raised.value, device=exams.grader.device)
    assert failure.status is Status.UNSCORED
    assert failure.score is None
    assert exit_code(failure) == EXIT_GRADER_FAULT
    assert exams.examine(exercise, RIGHT).status is Status.FULL  # and the next exam goes well


# ------------------------------------------------------------------------------------------------- from outside


class Killer(threading.Thread):
    """Kills a process of the slot, after a delay from `go`."""

    def __init__(self, who: str, slot: dict[str, int], delay_s: float) -> None:
        super().__init__(daemon=True)
        self._who, self._slot, self._delay_s = who, slot, delay_s
        self.hit = False

    def run(self) -> None:
        time.sleep(self._delay_s)
        pids = {self._slot[self._who]} if self._who in self._slot else children(self._slot["examiner"])
        for pid in pids:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
                self.hit = True


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exams]:
    """Exams on a base that never has another slot than the one of the exam."""
    with Grader() as grader:
        yield Exams(grader, tmp_path_factory.mktemp("alone"))
        family = family_of(grader)
    assert_gone(family)


@pytest.mark.parametrize("who", ["exam", "examiner", "zygote"])
def test_a_kill_at_any_moment_changes_no_grade(alone: Exams, who: str) -> None:
    """Delays over the whole of an exam, from before the first request until after the answer."""
    tests = "\n".join(f"def test_{n}(student):\n    for _ in range(20): assert student.one() == 1" for n in range(10))
    grader = alone.grader
    exercise = alone.exercise(f"import pytest\n{tests}", reference=RIGHT)
    alone.examine(exercise, RIGHT)
    began = time.monotonic()
    alone.examine(exercise, RIGHT)
    exam_s = time.monotonic() - began
    again = 0
    delays = [exam_s * step / 6 for step in range(7)]
    for step, delay in enumerate([*delays, *delays[1:3] * 4]):  # the last ones only where kills came too late
        if step >= len(delays) and again >= 2:
            break
        killer = Killer(who, only_slot(base_of(grader)), delay)
        killer.start()
        report = grader.examine(exercise, submission_of(RIGHT), seed=1)
        killer.join()
        assert report.status is Status.FULL, (step, report.problem, report.tests)
        again += report.attempts - 1
        if killer.hit and report.attempts == 1:  # too late for this exam: a new slot for the next, as after a retry
            grader.forget(exercise)
            grader._examiner(exercise)
    assert again >= 2  # the kills came in time
    grader.forget(exercise)
