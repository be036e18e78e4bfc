"""A call's limit counts none of the time in which its process waited for a core."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from operator import sub
from pathlib import Path

import pytest
from exams import Exams
from living import descendants, linux_only, wait_for

from grader.examination.requests import ExamRequest
from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Isolation, Outcome, SourceFile, Submission
from grader.sandbox.run_queue import RunQueue

ROOT = Path(__file__).parent.parent.parent
EXERCISE = load_course(ROOT).find("exercise03")
RIGHT = (ROOT / "tests" / "submissions" / "right.py").read_text(encoding="utf-8")
SPIN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass\n"  # no longer than who started it

pytestmark = [
    linux_only,
    pytest.mark.skipif(
        not Path("/proc/self/schedstat").exists(),
        reason="this kernel does not tell how long a process waits for a core",
    ),
]


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
    assert first_outcome(grader, computes, call_s=0.3, shared_with=2) is Outcome.PASSED  # after 0.45 s


def test_a_call_that_never_ends_is_ended_on_a_busy_core_too(grader: Grader) -> None:
    assert first_outcome(grader, "while True: pass", call_s=0.05, shared_with=1) is Outcome.TIMEOUT


def test_a_call_that_sleeps_is_late_on_a_busy_core_too(grader: Grader) -> None:
    assert first_outcome(grader, "time.sleep(600)", call_s=0.05, shared_with=1) is Outcome.TIMEOUT


BUSY = """
import time


def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def items(n):
    burn(0.15)
    yield from range(n)


def around(f, x):
    burn(0.08)
    y = f(x)
    burn(0.08)
    return f(y)


def once(x):
    burn(0.1)
    return x
"""
BUSY_TESTS = '''
def test_items(student):
    """Its items come."""
    assert list(student.items(3)) == [0, 1, 2]


def test_around(student):
    """It calls back, and is called meanwhile."""
    assert student.around(lambda x: student.once(x), 5) == 5
'''


def test_items_calls_back_and_calls_within_are_not_late_while_they_wait_for_a_core(
    grader: Grader, tmp_path: Path
) -> None:
    run = partial(Exams(grader, tmp_path).run, BUSY, BUSY_TESTS, limits="call_s = 0.35\nexam_s = 30.0")
    assert {test.outcome for test in run().tests} == {Outcome.PASSED}  # it is loaded now
    with one_core(shared_with=2):
        found = {test.name: test.outcome for test in run().tests}
    assert found == {"test_items": Outcome.PASSED, "test_around": Outcome.PASSED}


LONG = """
import time


def work(x):
    end = time.thread_time() + 0.1
    while time.thread_time() < end:
        pass
    return x
"""
LONG_TESTS = "".join(
    f'\ndef test_{i}(student):\n    "It is {i}."\n    assert student.work({i}) == {i}\n' for i in range(5)
)


def test_an_exam_is_not_over_while_it_waits_for_a_core(grader: Grader, tmp_path: Path) -> None:
    run = partial(Exams(grader, tmp_path).run, LONG, LONG_TESTS, limits="call_s = 0.5\nexam_s = 1.2")
    assert {test.outcome for test in run().tests} == {Outcome.PASSED}  # it is loaded now
    with one_core(shared_with=2):
        assert {test.outcome for test in run().tests} == {Outcome.PASSED}  # after 2 s


def cpu_times(pid: int) -> tuple[float, float, float]:
    """Return what a process's first thread has computed and waited, and what all its threads have computed: seconds."""
    first, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    threads = [(task / "schedstat").read_text().split() for task in Path(f"/proc/{pid}/task").iterdir()]
    return int(first) / 1e9, int(waited) / 1e9, sum(int(one[0]) for one in threads) / 1e9


def test_a_process_does_not_wait_for_a_core_that_its_own_threads_are_on() -> None:
    threads = "import hashlib, threading\ndata = bytes(10**7)\ndef spin():\n    while True: hashlib.sha256(data)\n"
    threads += "for _ in range(4): threading.Thread(target=spin).start()\nprint(1, flush=True)\nspin()\n"
    with one_core(shared_with=0):
        busy = subprocess.Popen([sys.executable, "-c", threads], stdout=subprocess.PIPE)
        try:
            assert busy.stdout is not None
            busy.stdout.readline()
            queue = RunQueue(busy.pid)
            queue.begin()
            first_s, waited_s, all_s = cpu_times(busy.pid)
            with pytest.raises(subprocess.TimeoutExpired):
                busy.wait(0.5)
            told_s = queue.waited_s()
            first_s, waited_s, all_s = map(sub, cpu_times(busy.pid), (first_s, waited_s, all_s))
            others_s = all_s - first_s
            assert others_s > 0.05
            assert told_s < waited_s - others_s / 2  # for the others of the machine it may have waited, too
            queue.close()
        finally:
            busy.kill()
            busy.communicate()


def test_a_process_that_waits_for_a_core_is_seen_to_wait() -> None:
    with one_core(shared_with=2):
        busy = subprocess.Popen([sys.executable, "-c", SPIN])
        try:
            queue = RunQueue(busy.pid)
            queue.begin()
            wait_for(lambda: queue.waited_s() >= 0.05)  # two thirds of the time it has no core
            queue.begin()
            assert queue.waited_s() < 0.05
            queue.close()
        finally:
            busy.kill()
            busy.wait()


def test_a_queue_counts_from_its_beginning_and_keeps_what_it_knew_last(tmp_path: Path) -> None:
    file = tmp_path / "schedstat"
    file.write_text("0 5000000000 1\n")
    queue = RunQueue(os.getpid())
    queue.close()
    queue._file, queue._clock = os.open(file, os.O_RDONLY), None
    queue.begin()
    assert (queue.waited_s(), queue.total_s()) == (0.0, 5.0)
    file.write_text("0 7500000000 2\n")
    assert (queue.waited_s(), queue.total_s()) == (2.5, 7.5)
    file.write_text("")  # as of a process that was reaped
    assert (queue.waited_s(), queue.total_s()) == (2.5, 7.5)


def test_a_queue_gives_its_file_back() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    queue = RunQueue(os.getpid())
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    queue.close()
    queue.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


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
