"""What a test's end means: the verdict, with the evidence that `diagnosis` will explain.

Verdicts are made here and nowhere else. A child cannot make one: it can only return values, raise, or go.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.errors import GraderFault
from grader.examination.before import argument_of, has_lost_gradient, values_before
from grader.examination.compare import facts
from grader.examination.evidence import Asserted, Compared, Ended, Evidence, Mismatched, Unusable
from grader.examination.session import Session
from grader.examination.signals import StudentRaised, TestIsBroken
from grader.records import Explanation, Outcome, Text


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    evidence: Evidence | None
    broken: str = ""  # what shows that the test itself may be wrong
    starved: str = ""  # what the exam's own process had too little of: never the author's fault


def judge(session: Session, error: BaseException | None, *, phase: str) -> Verdict:
    """Say what a test's end means."""
    stopped = session.stopped
    if stopped is not None:
        return Verdict(outcome_of(stopped), stopped)
    if error is None:
        return Verdict(Outcome.PASSED, None)
    if isinstance(error, GraderFault):
        raise error  # a process of ours has gone: no verdict at all
    if isinstance(error, Mismatched):
        call = session.log.that_returned(error.actual)
        if error.actual is None and has_lost_gradient(session.log):
            call = None  # every None is the same object: this one was a gradient
        at = error.actual, error.mismatch.path, session.log
        evidence: Evidence = Compared(
            mismatch=error.mismatch,
            call=call or session.log.last(),
            direct=call is not None,
            before=values_before(*at) if call is None else None,
            argument=argument_of(*at) if call is None else None,
            calls=session.log.evidence(),
            shown=error.shown,
        )
        return Verdict(Outcome.FAILED, evidence)
    if isinstance(error, StudentRaised):
        return Verdict(Outcome.FAILED, error.evidence)
    if isinstance(error, AssertionError | pytest.fail.Exception):
        message = _ADDRESS.sub("", str(error))
        asserted = Asserted(message=message, call=session.log.last(), calls=session.log.evidence())
        return Verdict(Outcome.FAILED, asserted)
    call = session.log.last()
    problem = f"{type(error).__name__}: {error}"
    returned = facts(call.result) if call is not None else None
    lacks = isinstance(error, OSError) and error.errno in _SHORTAGES
    if isinstance(error, OSError) and lacks and (not session.test.asked or is_short(error.errno)):
        raise starved(problem)
    certain = phase != "call" or _is_of_the_test(error) or not session.test.asked
    return Verdict(
        Outcome.FAILED,
        Unusable(problem=problem, returned=returned, call=call),
        broken=problem if certain else "",
        starved=problem if lacks or lacks_memory(error) else "",
    )


def _is_of_the_test(error: BaseException) -> bool:
    """Whether no value of a student's can have caused an exception: a name that does not exist, and the like.

    A name that has no value yet can be one that a loop over an empty result was to set.
    """
    is_unset = isinstance(error, UnboundLocalError) or "cannot access free variable" in str(error)
    return isinstance(error, TestIsBroken | ImportError) or (isinstance(error, NameError) and not is_unset)


_ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # of objects in an assertion's text: another one in each exam

# What a process of ours may meet, and a test that opens what a student's value names ("/dev/full"), too.
_SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EAGAIN, errno.EIO)
_SPARE = 16  # descriptors: those that the failed test had opened have been closed meanwhile
_PROBE_BYTES = 4_096


def is_short(number: int | None) -> bool:
    """Whether this process has too little of what an error number names: descriptors, or room for temporary files."""
    try:
        if number in (errno.EMFILE, errno.ENFILE):
            with contextlib.ExitStack() as opened:
                for _ in range(_SPARE):
                    opened.enter_context(Path(os.devnull).open("rb"))
        elif number in (errno.ENOSPC, errno.EDQUOT):
            with tempfile.TemporaryFile() as file:
                file.write(bytes(_PROBE_BYTES))
    except OSError:
        return True
    return False


def lacks_memory(error: BaseException) -> bool:
    """Whether memory was short: the student's doing, by large values, unless it happens with the reference too."""
    allocation = isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    return allocation or isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)


def starved(problem: str) -> GraderFault:
    """Return the fault of an exam whose own process ran out of something."""
    return GraderFault(
        Text(
            en=f"The exam's own process ran out of memory, disk or descriptors: {problem}.",
            zh=f"考试进程自身的内存、磁盘或文件描述符已用尽：{problem}。",
        ),
        remedy=Text(
            en="Free some on this machine, or run fewer exams side by side.",
            zh="请在这台机器上腾出资源，或减少同时进行的考试。",
        ),
    )


def outcome_of(evidence: Evidence) -> Outcome:
    return evidence.outcome if isinstance(evidence, Ended) else Outcome.FAILED


def why(evidence: Evidence) -> str:
    for name in ("problem", "message", "detail"):
        text = getattr(evidence, name, "")
        if text:
            return f"{getattr(evidence, 'type_name', type(evidence).__name__)}: {text}"
    return type(evidence).__name__


def why_failed(verdict: Verdict) -> str:
    if isinstance(verdict.evidence, Compared):
        mismatch = verdict.evidence.mismatch
        return f"{mismatch.kind.value} differs, {mismatch.differing} of {mismatch.total} elements"
    return why(verdict.evidence) if verdict.evidence is not None else verdict.outcome.value


def broken_test(why: str) -> Explanation:
    return Explanation(
        cause_id="author.test",
        problem=Text(
            en=f"This exercise is broken, so there is no score: {why}",
            zh=f"这道练习本身有错，因此没有分数：{why}",
        ),
        next_step=Text(
            en="It is not your fault. Please tell your instructor, with this message.",
            zh="这不是你的错。请把这条信息告诉你的老师。",
        ),
    )


class KeepErrors:
    """The pytest plugin that keeps each phase's exception on its report, and draws no traceback that nobody reads."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        report = pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="passed" if call.excinfo is None else "failed",
            longrepr=None,
            when=call.when,  # type: ignore[arg-type]  # never "collect": this is a run
        )
        report.__dict__["error"] = call.excinfo.value if call.excinfo is not None else None
        return report
