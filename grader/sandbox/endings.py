"""What the end of a child means: the student's doing, or a fault of our own.

Theory of operation. The system tells how a process ended: an exit status or a signal, CPU time, memory. The same death
must read alike in every degree of isolation, and in `strong` it does not come alike: there the child is the first
process of its PID namespace, which the system protects from signals without a handler. `abort()` ends it with SIGSEGV
(the instruction behind the signal that was not delivered), and the limit on CPU time with SIGKILL at the hard limit,
as SIGXCPU passes it by. So the cause is taken from what Python's faulthandler wrote, and from the CPU time used.

A child of `strong` cannot send itself SIGKILL, nor stop itself, and nobody else in its namespace is there to do so. The
namespace alone would not keep it from that: a fault that ends the process takes the protection away a moment before,
and another of its threads could be quicker. The filter of its calls does (`jail.policy`). A SIGKILL that neither we,
nor its CPU limit, nor its memory explain came from outside: from the kernel of a machine (or of a container) that has
no memory left, or from an operator. That is no fault of the student's, so the exam has no score and is retried. A child
may lower its own CPU limit, and then be killed long before it has used that much, as the system counts by ticks there;
so the limit is read from the dead process, and only one that is still as it was set proves anything. In the other
degrees a child may kill itself, and nothing can be proven: there the death is the student's.
Source: pid_namespaces(7), "The namespace init process".
"""

from __future__ import annotations

import math
import re
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderFault
from grader.records import Isolation, Outcome, SourceLine, Text

MAX_TRACE_LINES = 20
_CPU_SLACK_S = 0.05  # the system looks at the limit a few milliseconds apart
_DYING_S = 0.25  # it closes its wire some milliseconds before it is dead
DYING_CUDA_S = 5.0  # the driver takes its context down meanwhile
GPU_MEMORY = "gpu-memory"  # the detail of such an end
_CPU_LIMIT = re.compile(r"^Max cpu time +\S+ +(\d+|unlimited)", re.MULTILINE)
_TRACE_LINE = re.compile(r'^  File "([^"\n]{1,200})", line (\d{1,9}) in (.{1,200})$', re.MULTILINE)
_TRACE_START = re.compile(
    r"^(Fatal Python error|Current thread|Thread 0x|Stack \(most recent call first\))", re.MULTILINE
)
_FATAL = re.compile(r"^Fatal Python error: (.{1,40})", re.MULTILINE)
_SIGNALS = {  # faulthandler's words
    "Aborted": "SIGABRT",
    "Bus error": "SIGBUS",
    "Floating point exception": "SIGFPE",
    "Illegal instruction": "SIGILL",
    "Segmentation fault": "SIGSEGV",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a child ended, as the system tells it; -1: unknown."""

    exit_status: int = -1
    signal: int = 0
    cpu_s: float = 0.0
    peak_mib: float = 0.0
    oom_killed: bool | None = None  # because its own cgroup's memory cap was hit; None: nothing counts that
    gpu_killed: bool = False  # by the watcher of the GPU, over its cap
    gpu_peak_mib: float = 0.0  # beyond what it had before anything of the student's ran


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What the child was given; zeros before it was told."""

    isolation: Isolation = Isolation.PROCESS
    memory_mib: int = 0
    cpu_s: float = 0.0


class ChildEnded(Exception):
    """The child is gone; `detail` as in `evidence.Ended`."""

    def __init__(
        self,
        outcome: Outcome,
        detail: str,
        *,
        status: int = 0,
        trace: tuple[SourceLine, ...] = (),
        background_s: float = 0.0,
    ) -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.detail = detail
        self.status = status
        self.trace = trace
        self.background_s = background_s


def death(
    ending: Ending, allowed: Allowed, *, cpu_limit_s: float, printed: str, trace: tuple[SourceLine, ...]
) -> ChildEnded:
    """Say what a child's death means. Raises GraderFault when it was not the child's own.

    `cpu_limit_s` is the hard limit that it died with, 0.0 where that, or that it died before we killed it, is unknown;
    `printed` is what faulthandler wrote.
    """
    if ending.gpu_killed:
        return over_gpu_memory(trace)
    killed = ending.signal == getattr(signal, "SIGKILL", 9)
    spent = allowed.cpu_s > 0.0 and ending.cpu_s > int(allowed.cpu_s) + 1 - _CPU_SLACK_S
    if ending.signal == getattr(signal, "SIGXCPU", -1) or (killed and spent):
        return ChildEnded(Outcome.TIMEOUT, "cpu", trace=trace)
    if killed and _out_of_own_memory(ending, allowed):
        return ChildEnded(Outcome.MEMORY, "memory", trace=trace)
    if killed and allowed.isolation is Isolation.STRONG and cpu_limit_s > allowed.cpu_s:
        raise _killed_from_outside()
    if ending.signal:
        status = _told_signal(printed) or ending.signal if allowed.isolation is Isolation.STRONG else ending.signal
        return ChildEnded(Outcome.CRASHED, "signal", status=status, trace=trace)
    return ChildEnded(Outcome.CRASHED, "exit", status=ending.exit_status, trace=trace)


def _out_of_own_memory(ending: Ending, allowed: Allowed) -> bool:
    """Whether its own memory cap explains a kill; where nothing counts that, having used much of it must do."""
    if ending.oom_killed is not None:
        return ending.oom_killed
    return 0 < allowed.memory_mib < 2 * ending.peak_mib


def over_gpu_memory(trace: tuple[SourceLine, ...]) -> ChildEnded:
    """Return the end of a child that took more of the GPU's memory than it may."""
    return ChildEnded(Outcome.MEMORY, GPU_MEMORY, trace=trace)


def cpu_limit_s(pid: int | None) -> float:
    """Return the hard limit on the CPU seconds of a process that is not yet reaped; 0.0 where it is unknown."""
    try:
        found = _CPU_LIMIT.search(Path(f"/proc/{pid}/limits").read_text(encoding="utf-8"))
    except OSError:
        return 0.0
    return 0.0 if found is None else math.inf if found[1] == "unlimited" else float(found[1])


def is_stopped(pid: int | None) -> bool:
    """Whether somebody has stopped the process, by SIGSTOP or as its debugger. Known on Linux only."""
    return _state(pid)[:1] in (["T"], ["t"])


def has_died(pid: int | None, *, within_s: float = _DYING_S) -> bool | None:
    """Whether a process that closed its wire is dead: a living one has only closed it. None where that is unknown."""
    deadline = time.monotonic() + within_s
    while state := _state(pid):
        if state[0] in "ZX" and state[_THREADS] in ("0", "1"):  # a first thread can end before the others
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.0005)
    return None


_THREADS = 17  # fields behind the state: proc_pid_stat(5), (20) num_threads


def _state(pid: int | None) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; none where there is no such process, or no /proc."""
    if pid is None:
        return []
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return stat.rpartition(")")[2].split()


def stopped_from_outside() -> GraderFault:
    """Return the fault for a child that is stopped and cannot have done so itself."""
    return GraderFault(
        Text(
            en="The process of the student's code was stopped from outside (SIGSTOP, or a debugger).",
            zh="运行学生代码的进程被外部暂停（SIGSTOP 或调试器）。",
        )
    )


def _killed_from_outside() -> GraderFault:
    return GraderFault(
        Text(
            en="The process of the student's code was killed from outside (SIGKILL): it cannot have done so itself, "
            "and it was within its limits.",
            zh="运行学生代码的进程被外部终止（SIGKILL）：它自己做不到这一点，而且没有超出限制。",
        ),
        remedy=Text(
            en="Most likely the machine ran out of memory: see `dmesg`, and run fewer exams side by side.",
            zh="最可能的原因是机器内存不足：请查看 `dmesg`，并减少同时进行的考试。",
        ),
    )


def _told_signal(printed: str) -> int:
    """Return the signal that faulthandler named first; 0 where it named none."""
    found = _FATAL.search(printed)
    if found is None:
        return 0
    name = _SIGNALS.get(found[1].strip(), "SIGABRT")  # Python's own fatal errors end in abort()
    return int(getattr(signal, name, 0))


# ------------------------------------------------------------------------------------------------------- the trace


def has_trace(text: str) -> bool:
    """Whether faulthandler has written a line of a trace into the output."""
    return _TRACE_LINE.search(text) is not None


def split_trace(text: str, files: Mapping[str, list[str]]) -> tuple[str, str, tuple[SourceLine, ...]]:
    """Part what was printed from the trace that faulthandler wrote after it.

    Returns the two texts, and the lines of the trace that are the student's, outermost first; `files` are the
    submission's, by name, in lines.
    """
    start = _TRACE_START.search(text)
    if start is None:
        return text, "", ()
    printed, written = text[: start.start()], text[start.start() :]
    found: list[SourceLine] = []
    for name, number, function in _TRACE_LINE.findall(written):
        lines = files.get(name)
        if lines is not None and 0 < int(number) <= len(lines):  # whoever wrote it, it is a line that there is
            found.append(SourceLine(file=name, line=int(number), function=function, source=lines[int(number) - 1]))
    return printed, written, tuple(reversed(found[:MAX_TRACE_LINES]))
