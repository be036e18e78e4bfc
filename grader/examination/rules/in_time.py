"""Looks through a submission by an exercise's rules within a limit: no signal stops Python's parser, which is C code.

Theory of operation. CPython 3.11 takes minutes to parse 900 KB of one f-string. What is short is parsed in a moment and
read by the exam's own process, where a signal ends what would follow its values for more than `LIMIT_S` of processor
time: no such source is known, but one that a fault of ours left would end an exam without a score. What is longer is
read in a fork of that process, which the kernel ends after as much, so that a busy machine costs nobody a score. The
fork knows no more than the exam does, runs nothing of the student's, and sends what it found through a pipe. A
submission that cannot be read in time has broken a limit: to leave its rules unchecked would let anything pass, and no
score at all would be better for its author than a zero.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence

import msgspec

from grader.errors import GraderFault
from grader.examination.evidence import READING, Ended
from grader.examination.rules import Looked, Rules
from grader.records import Outcome, SourceFile, Text
from grader.sandbox import jail
from grader.submission.apart import CHARACTERS, LIMIT_S

_AGAIN_S = 0.5  # what is raised in a `__del__` Python drops


def looked_in_time(rules: Rules, files: Sequence[SourceFile]) -> Looked:
    """Return what the rules say; of what takes too long to read, that it does, as what ended the exam.

    Raises: GraderFault where no process can be had. Without forks (Windows) the controller's own limit is the only one.
    """
    if sum(len(file.text) for file in files) <= CHARACTERS or not hasattr(os, "fork"):
        try:
            with _interrupted():
                return rules.look(files)
        except _TooLong:
            return _too_long()
    exam = os.getpid()
    try:
        reading, writing = os.pipe()
        pid = os.fork()
    except OSError as error:
        reason = error.strerror or str(error)
        raise GraderFault(Text(en=f"No process for the exam: {reason}.", zh=f"无法创建考试进程：{reason}。")) from None
    if pid == 0:
        jail.die_with_parent(exam)
        _look_and_leave(writing, rules, files)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code == 0:
        return msgspec.msgpack.decode(answer, type=Looked)
    if code < 0:  # by the kernel: its time is up, or the parser has broken down
        return _too_long()
    raise GraderFault(answer.decode("utf-8", "replace"))


def _too_long() -> Looked:
    return Looked(forbidden=Ended(outcome=Outcome.TIMEOUT, detail=READING, limit=float(LIMIT_S)))


class _TooLong(BaseException):
    """Reading has taken all of its time; not an Exception, so that nothing on the way takes it for its own."""


@contextlib.contextmanager
def _interrupted() -> Iterator[None]:
    """Raise `_TooLong` inside the block after `LIMIT_S` of this process's own time, and again until it is left."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    is_inside = True

    def ring(_number: int, _frame: object) -> None:
        if is_inside:  # else it rang while the block was being left
            raise _TooLong

    before = signal.signal(signal.SIGVTALRM, ring)
    try:
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S, _AGAIN_S)
            yield
        finally:
            is_inside = False  # first: what rings in the lines below must not keep them from being done
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


def _look_and_leave(writing: int, rules: Rules, files: Sequence[SourceFile]) -> None:
    import resource

    status = 1
    try:
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        hard = LIMIT_S + 1 if most == resource.RLIM_INFINITY else min(LIMIT_S + 1, most)
        resource.setrlimit(resource.RLIMIT_CPU, (min(LIMIT_S, hard), hard))  # a fork's time begins at zero
        with os.fdopen(writing, "wb", closefd=False) as stream:
            stream.write(msgspec.msgpack.encode(rules.look(files)))
        status = 0
    except BaseException:  # noqa: BLE001  the process ends here, and says why
        os.write(writing, traceback.format_exc(limit=-6).encode("utf-8", "replace"))
    finally:
        sys.stderr.flush()
        os._exit(status)
