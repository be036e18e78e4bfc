"""What a child computes between its calls is seen: it ends the child, and it counts where a test takes the time."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
from exams import Exams, result, said
from one_base import sharing
from sandbox.living import linux_only

from grader.pipeline import Grader
from grader.records import Outcome
from grader.report import Report, Status
from grader.sandbox.cpu import ALLOWED_BETWEEN_S, Work

pytestmark = linux_only

STUDENT = """
import threading, time
import torch

def burn(seconds):
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass

def one():
    return 1

def leaves(seconds):
    threading.Thread(target=burn, args=(seconds,), daemon=True).start()
    return 1

def joins(seconds):
    thread = threading.Thread(target=burn, args=(seconds,))
    thread.start()
    thread.join()
    return 1

def apply(f, seconds):
    leaves(seconds)
    return f()

def waits():
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return 1

def large():
    return torch.ones(1 << 22)

def graph(x):
    for _ in range(8):
        x = x * 2
    return x.sum()

def pooled(x):
    torch.set_num_threads(2)
    return (x @ x).sum()
"""
REFERENCE = """
import time
import torch

def burn(seconds):
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass

def one(): return 1
def leaves(seconds): burn(0.31 if seconds > 0.3 else seconds); return 1
def joins(seconds): return 1
def apply(f, seconds): leaves(seconds); return f()
def waits(): return 1
def large(): return torch.ones(1 << 22)
def graph(x): return (x * 256).sum()
def pooled(x): return (x @ x).sum()
"""


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exams]:
    with sharing(Grader()) as grader:
        yield Exams(grader, tmp_path_factory.mktemp("background"))


def run(exams: Exams, tests: str, *, student: str = STUDENT, reference: str = REFERENCE, **more: Any) -> Report:
    head = "import pytest, time, torch\nfrom grader.examination import *\n"
    return exams.run(student, head + textwrap.dedent(tests), reference=reference, **more)


# The tests wait for the child's own clock: on a busy machine the child's threads wait, too. The reference has spent as
# much when its call returns, so its proof need not wait.
UNTIL = """
def until(student, seconds, call):
    session, began = student.one._session, student.one._session.cpu_s()
    call_back = lambda: spent(session, began, seconds)
    result = call(call_back)
    return result if call_back() else None

def spent(session, began, seconds):
    while session.cpu_s() - began < seconds:
        time.sleep(0.005)
    return 1

"""
CAUGHT = {
    "by the next call": "until(student, 0.3, lambda _: student.leaves(1.0)); assert student.one() == 1",
    "by the end of the test": "until(student, 0.3, lambda _: student.leaves(1.0))",
    "during a call back": "assert until(student, 0.3, lambda back: student.apply(back, 1.0)) == 1",
    "a little at a time": "assert [until(student, 0.1, lambda _: student.leaves(0.12)) for _ in range(5)]",
}


@pytest.mark.parametrize("body", CAUGHT.values(), ids=CAUGHT.keys())
def test_work_that_goes_on_behind_the_return_is_caught(exams: Exams, body: str) -> None:
    report = run(exams, f"{UNTIL}def test_it(student):\n    {body}\ndef test_next(student): assert student.one() == 1")
    test = result(report, "test_it")
    assert test.outcome is Outcome.FORBIDDEN, said(test.explanation)
    assert test.explanation is not None
    assert test.explanation.cause_id == "ended.background"
    assert "went on computing after its call had returned" in said(test.explanation)
    assert "Join threads" in said(test.explanation)
    assert "仍在计算" in test.explanation.problem.zh
    assert result(report, "test_next").outcome is Outcome.PASSED  # in a new child
    assert report.fault == "student"


def test_work_that_begins_while_the_module_is_imported_is_caught(exams: Exams) -> None:
    tests = f"{UNTIL}def test_it(student):\n    spent(student.one._session, 0.0, 0.3)\n    assert student.one() == 1"
    report = run(exams, tests, student=f"{STUDENT}\nleaves(1.0)\n", reference=f"{REFERENCE}\nburn(0.3)\n")
    assert result(report, "test_it").outcome is Outcome.FORBIDDEN


HONEST = {
    "a thread that is joined": "assert student.joins(0.2) == 1; time.sleep(0.05); assert student.one() == 1",
    "a thread that only waits": "assert [student.waits() for _ in range(5)]; time.sleep(0.2); student.one()",
    "many calls": "assert sum(student.one() for _ in range(2000)) == 2000",
    "large results": "assert [student.large().shape for _ in range(20)]",
    "large graphs": "assert [student.graph(torch.ones(1 << 20, requires_grad=True)) for _ in range(10)]",
    "a thread pool of torch's": "assert [student.pooled(torch.ones(256, 256)) for _ in range(40)]",
}


@pytest.mark.parametrize("body", HONEST.values(), ids=HONEST.keys())
def test_honest_code_is_not_caught(exams: Exams, body: str) -> None:
    report = run(exams, f"def test_it(student):\n    {body}", limits="call_s = 5.0\nexam_s = 30.0\nmemory_mib = 1024")
    test = result(report, "test_it")
    assert test.outcome is Outcome.PASSED, said(test.explanation)


def test_a_reference_that_computes_on_is_the_authors(exams: Exams) -> None:
    tests = f"{UNTIL}def test_it(student):\n    {CAUGHT['by the next call']}"
    report = run(exams, tests, reference=STUDENT)
    assert report.status is Status.UNSCORED
    assert report.fault == "author"


# ----------------------------------------------------------------------------------------------- where time counts

BURN = "import threading, time\ndef burn(s):\n    t = time.thread_time()\n    while time.thread_time() - t < s: pass\n"
IN_THE_CALL = f"{BURN}def f(x):\n    burn(0.008)\n    return x + 1\n"
BEHIND_IT = (
    f"{BURN}def f(x):\n    threading.Thread(target=burn, args=(0.008,), daemon=True).start()\n    return x + 1\n"
)
SIDE_BY_SIDE = """
import torch

def f(x):
    torch.set_num_threads(2)
    for _ in range(8):
        y = x @ x
    return x + 1
"""
ONE_BY_ONE = SIDE_BY_SIDE.replace("set_num_threads(2)", "set_num_threads(1)")
RATIO = """
def test_it(student, bench):
    ratio = bench.ratio(student.f, lambda: (torch.rand({size}),), repeats=7)
    assert {least} < ratio, f"ratio {{ratio}}"
"""


def test_work_behind_the_return_counts_where_the_time_is_taken(exams: Exams) -> None:
    """Too little to be caught: 8 ms behind each of eight calls; the reference does the same within its call.

    Left out of account the ratio would be a hundredth; on a busy machine the reference waits within its call.
    """
    report = run(exams, RATIO.format(size="3", least=0.2), student=BEHIND_IT, reference=IN_THE_CALL)
    test = result(report, "test_it")
    assert test.outcome is Outcome.PASSED, said(test.explanation)


def test_more_threads_gain_no_time(exams: Exams) -> None:
    """Left out of account the ratio would be a half each time; on a busy machine it is one now and then."""
    tests = RATIO.format(size="384, 384", least=0.6)
    for _ in range(4):
        test = result(run(exams, tests, student=SIDE_BY_SIDE, reference=ONE_BY_ONE), "test_it")
        if test.outcome is Outcome.PASSED:
            return
    raise AssertionError(said(test.explanation))


def test_a_faster_function_is_seen_to_be_faster_and_an_equal_one_is_not(exams: Exams) -> None:
    tests = "def test_it(student, bench):\n    assert bench.ratio(student.f, lambda: (torch.rand(3),), repeats=5) < 0.4"
    faster = IN_THE_CALL.replace("0.008", "0.001")
    assert run(exams, tests, student=faster, reference=IN_THE_CALL).status is Status.FULL
    assert run(exams, tests, student=IN_THE_CALL, reference=IN_THE_CALL).fault == "author"  # none is faster than itself


# ------------------------------------------------------------------------------------------------- the accounting


class Clock:
    """Stands for a child's CPU clock and for the wall's: the accounting alone is under test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cpu_s, self.wall_s = 1.0, 100.0
        monkeypatch.setattr("time.clock_gettime", lambda _: self.cpu_s)
        monkeypatch.setattr("time.monotonic", lambda: self.wall_s)


def test_what_a_call_took_is_forgiven_once_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    work = Work(1)
    work.asks()
    clock.wall_s += 0.02
    work.replies()
    clock.cpu_s += 0.02  # the system was late with the end of the call
    work.look()
    assert work.between_s == 0.0
    clock.cpu_s += 0.02
    work.look()
    assert work.between_s == pytest.approx(0.02, abs=0.001)


def test_what_a_long_call_forgives_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    work = Work(1)
    work.asks()
    clock.wall_s += 2.0
    work.replies()
    clock.cpu_s += 2.0
    work.look()
    assert work.between_s > ALLOWED_BETWEEN_S
    assert work.too_much


def test_where_there_is_no_clock_nothing_is_counted() -> None:
    for pid in (None, 2**22 - 7):  # no process has that number
        work = Work(pid)
        work.asks()
        work.replies()
        work.look()
        assert not work.known
        assert not work.too_much
