"""What a child's death means, in each degree of isolation."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from living import linux_only

from grader.errors import GraderFault
from grader.records import Isolation, Outcome
from grader.sandbox.endings import Allowed, ChildEnded, Ending, cpu_limit_s, death, has_died, is_stopped, split_trace

ABORTED = "Fatal Python error: Aborted\n\nCurrent thread 0x01 (most recent call first):\n"
SEGFAULT = "Fatal Python error: Segmentation fault\n\n"


def told(ending: Ending, isolation: Isolation, printed: str = "", limit_s: float = 36.0) -> ChildEnded:
    allowed = Allowed(isolation=isolation, memory_mib=512, cpu_s=34.0)
    return death(ending, allowed, cpu_limit_s=limit_s, printed=printed, trace=())


DEATHS = {
    # what the system tells in `strong`, what it tells elsewhere, what was printed, what it means
    "abort": (Ending(signal=11), Ending(signal=6), ABORTED + SEGFAULT, (Outcome.CRASHED, "signal", 6)),
    "a fatal error of Python's": (
        Ending(signal=11),
        Ending(signal=6),
        "Fatal Python error: _Py_CheckRecursiveCall: stack overflow\n",
        (Outcome.CRASHED, "signal", 6),
    ),
    "a bad address": (Ending(signal=11), Ending(signal=11), SEGFAULT, (Outcome.CRASHED, "signal", 11)),
    "CPU time": (Ending(signal=9, cpu_s=36.0), Ending(signal=24, cpu_s=35.0), "", (Outcome.TIMEOUT, "cpu", 0)),
    "CPU time, SIGXCPU ignored": (
        Ending(signal=9, cpu_s=36.0),
        Ending(signal=9, cpu_s=36.0),
        "",
        (Outcome.TIMEOUT, "cpu", 0),
    ),
    "its cgroup's memory": (
        Ending(signal=9, oom_killed=True),
        Ending(signal=9, oom_killed=True),
        "",
        (Outcome.MEMORY, "memory", 0),
    ),
    "much memory, where nothing counts kills": (
        Ending(signal=9, peak_mib=300.0),
        Ending(signal=9, peak_mib=300.0),
        "",
        (Outcome.MEMORY, "memory", 0),
    ),
    "an exit": (Ending(exit_status=3), Ending(exit_status=3), "", (Outcome.CRASHED, "exit", 3)),
}


@pytest.mark.parametrize("name", DEATHS)
def test_a_death_reads_alike_in_every_degree(name: str) -> None:
    strong, elsewhere, printed, meaning = DEATHS[name]
    for isolation in Isolation:
        ending = strong if isolation is Isolation.STRONG else elsewhere
        found = told(ending, isolation, printed)
        assert (found.outcome, found.detail, found.status) == meaning, isolation


def test_a_kill_that_nothing_explains_is_ours_where_the_child_cannot_do_it() -> None:
    killed = Ending(signal=9, cpu_s=5.0, peak_mib=10.0)
    with pytest.raises(GraderFault, match="killed from outside"):
        told(killed, Isolation.STRONG)
    for isolation in (Isolation.LANDLOCK, Isolation.GVISOR, Isolation.PROCESS):
        found = told(killed, isolation)
        assert (found.outcome, found.status) == (Outcome.CRASHED, 9)


def test_a_kill_for_the_memory_of_the_machine_is_not_the_child_s() -> None:
    """Its own group counts, and its cap was not hit, however much the child had."""
    killed = Ending(signal=9, peak_mib=500.0, oom_killed=False)
    with pytest.raises(GraderFault, match="killed from outside"):
        told(killed, Isolation.STRONG)
    for isolation in (Isolation.LANDLOCK, Isolation.PROCESS):  # where a child may kill itself
        assert told(killed, isolation).outcome is Outcome.CRASHED


def test_a_limit_that_the_child_lowered_itself_is_its_own_doing() -> None:
    """Also where the system counts more time, by ticks, than the child has used."""
    for cpu_s in (0.05, 1.0):
        found = told(Ending(signal=9, cpu_s=cpu_s), Isolation.STRONG, limit_s=1.0)
        assert (found.outcome, found.status) == (Outcome.CRASHED, 9)


def test_a_child_that_was_told_nothing_yet_has_not_killed_itself() -> None:
    with pytest.raises(GraderFault, match="killed from outside"):
        death(Ending(signal=9), Allowed(isolation=Isolation.STRONG), cpu_limit_s=float("inf"), printed="", trace=())


def test_a_child_that_we_killed_was_not_killed_by_others() -> None:
    found = told(Ending(signal=9), Isolation.STRONG, limit_s=0.0)
    assert found.outcome is Outcome.CRASHED


def test_only_the_trace_is_taken_from_what_was_printed() -> None:
    text = 'hello\nFatal Python error: Aborted\n\n  File "work.py", line 2 in f\n  File "other.py", line 1 in g\n'
    printed, written, lines = split_trace(text, {"work.py": ["def f():", "    abort()"]})
    assert printed == "hello\n"
    assert written.startswith("Fatal Python error")
    assert [(line.line, line.source) for line in lines] == [(2, "    abort()")]


@pytest.mark.parametrize("number", ["0", "3", "123456789"])
def test_a_line_that_is_not_in_the_file_is_none_of_the_trace(number: str) -> None:
    text = f'Current thread 0x1 (most recent call first):\n  File "work.py", line {number} in f\n'
    assert split_trace(text, {"work.py": ["def f():", "    abort()"]})[2] == ()


# ---------------------------------------------------------------------------------- what is seen of a real process


def started(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", code], stdout=subprocess.PIPE)


@linux_only
def test_a_stopped_process_is_seen() -> None:
    process = started("import time; print('x', flush=True); time.sleep(60)")
    try:
        assert process.stdout is not None
        process.stdout.read(1)
        assert not is_stopped(process.pid)
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        assert is_stopped(process.pid)
    finally:
        process.kill()
        process.wait()
    assert not is_stopped(process.pid)


@linux_only
def test_a_dying_process_is_waited_for_and_a_living_one_is_told_from_it() -> None:
    process = started("import time; print('x', flush=True); time.sleep(60)")
    assert process.stdout is not None
    process.stdout.read(1)
    assert has_died(process.pid) is False
    threading.Timer(0.05, process.kill).start()
    assert has_died(process.pid) is True
    process.wait()
    assert has_died(process.pid) is None
    assert has_died(None) is None


@linux_only
def test_a_first_thread_that_ends_before_the_others_is_no_death() -> None:
    code = (
        "import ctypes, threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
        "print('x', flush=True)\nctypes.CDLL(None).syscall(60, 0)\n"
    )
    if os.uname().machine != "x86_64":
        pytest.skip("the number of the exit system call is that of x86-64")
    process = started(code)
    try:
        assert process.stdout is not None
        process.stdout.read(1)
        time.sleep(0.1)
        assert has_died(process.pid) is False
    finally:
        process.kill()
        process.wait()


@linux_only
def test_the_cpu_limit_of_a_dead_process_can_still_be_read() -> None:
    code = "import resource, os\nresource.setrlimit(resource.RLIMIT_CPU, (7, 9))\nos._exit(0)"
    process = started(code)
    assert has_died(process.pid) in (True, False)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert cpu_limit_s(process.pid) == 9.0
    process.wait()
    assert cpu_limit_s(process.pid) == cpu_limit_s(None) == 0.0  # unknown: nothing is proven
