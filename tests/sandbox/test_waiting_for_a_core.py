"""A call's limit counts none of the time in which its process waited for a core."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from living import descendants, linux_only

from grader.examination.requests import ExamRequest
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Isolation, Outcome, SourceFile, Submission
from grader.sandbox.run_queue import RunQueue

ROOT = Path(__file__).parent.parent.parent
EXERCISE = load_course(ROOT).find("exercise03")
RIGHT = (ROOT / "tests" / "submissions" / "right.py").read_text(encoding="utf-8")
SPIN = "import time\nwhile True: pass\n"

pytestmark = linux_only


@contextmanager
def one_core(*, shared_with: int) -> Iterator[None]:
    """Keep this process, and all that it has started or starts, on one core, beside processes that never rest."""
    before = os.sched_getaffinity(0)
    ours = {0, *descendants(os.getpid())}
    for pid in ours:
        os.sched_setaffinity(pid, {min(before)})
    # Each in a session of its own: Linux gives sessions equal shares, as it gives processes.
    others = [subprocess.Popen([sys.executable, "-c", SPIN], start_new_session=True) for _ in range(shared_with)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()
        for pid in ours & {0, *descendants(os.getpid())}:
            os.sched_setaffinity(pid, before)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(Isolation.PROCESS) as warm:
        warm.hold(EXERCISE, wanted(RIGHT, call_s=1.0))
        yield warm


def wanted(text: str, *, call_s: float) -> ExamRequest:
    file = SourceFile(name="softmax.py", text=text)
    submission = Submission(files=(file,), origin="", sha256="0" * 64, untouched=False)
    return ExamRequest(submission=submission, seed=1, call_s=call_s, explain=False, prove=False, until_failure=True)


def first_outcome(grader: Grader, before_the_answer: str, *, call_s: float, shared_with: int) -> Outcome:
    """Return what becomes of the first test of a softmax that does so before its first answer, on a shared core."""
    text = RIGHT.replace("    powers =", f"    {before_the_answer}\n    powers =", 1)
    with one_core(shared_with=shared_with):
        examination = grader.hold(EXERCISE, wanted(f"import time\n\nfirst = []\n{text}", call_s=call_s))
    assert examination.problem is None, examination.problem
    return examination.tests[0].outcome


def test_a_call_is_not_late_while_it_waits_for_a_core(grader: Grader) -> None:
    computes = "first.append(time.thread_time())\n    while time.thread_time() < first[0] + 0.15: pass"
    assert first_outcome(grader, computes, call_s=0.3, shared_with=3) is Outcome.PASSED  # after 0.6 s


def test_a_call_that_never_ends_is_ended_on_a_busy_core_too(grader: Grader) -> None:
    assert first_outcome(grader, "while True: pass", call_s=0.05, shared_with=1) is Outcome.TIMEOUT


def test_a_call_that_sleeps_is_late_on_a_busy_core_too(grader: Grader) -> None:
    assert first_outcome(grader, "time.sleep(600)", call_s=0.05, shared_with=1) is Outcome.TIMEOUT


def test_a_process_that_waits_for_a_core_is_seen_to_wait() -> None:
    with one_core(shared_with=2):
        busy = subprocess.Popen([sys.executable, "-c", SPIN])
        try:
            queue = RunQueue(busy.pid)
            queue.begin()
            while queue.waited_s() < 0.05:  # two thirds of the time it has no core
                assert busy.poll() is None
            queue.begin()
            assert queue.waited_s() < 0.05
            queue.close()
        finally:
            busy.kill()
            busy.wait()


def test_a_process_that_sleeps_waits_for_no_core() -> None:
    sleeping = subprocess.Popen(
        [sys.executable, "-c", "import sys; print(1, flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert sleeping.stdout is not None
        sleeping.stdout.readline()
        queue = RunQueue(sleeping.pid)
        queue.begin()
        with pytest.raises(subprocess.TimeoutExpired):
            sleeping.wait(0.2)
        assert queue.waited_s() < 0.1
        queue.close()
    finally:
        sleeping.kill()
        sleeping.communicate()


@pytest.mark.parametrize("pid", [None, 0, 2**22 + 1])
def test_of_a_process_that_is_not_known_nothing_is_said(pid: int | None) -> None:
    queue = RunQueue(pid)
    queue.begin()
    assert queue.waited_s() == 0.0
    queue.close()
