"""Work that is done in a fork of the examiner, and what of its answers came in time.

Theory of operation. A fork works in stages, and writes the answer of each into a pipe. The first ends by its own alarms
(`watch`). A fork that is held in C code, by a value that a test walks through, does not answer them: it is ended, and
the board tells in which test (`board`). Beside that the system counts its CPU time. One that breaks down in a test, by
a signal that only a process brings upon itself, or because what it was given filled its memory, is told from one that
somebody ended from outside, which is a fault of ours. Each later one is a better version
of the answer before, such as an exam whose failures are explained by the exercise's known mistakes: it may take
`LATER_S`, and then the fork is ended and the answer before counts. So a fork that hangs in C code, or is ended by a
signal, while it looks for an explanation costs that explanation and no score, without another fork. An answer says its
own length and whether it is the last: it is complete before the fork's memory has been given back, which takes longer.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from grader.errors import GraderError, GraderFault
from grader.examination.board import NO_TEST, Board, Overseer
from grader.examination.judge import lacks_memory
from grader.examination.requests import Answer
from grader.examination.watch import limit_cpu, limit_memory, show_on
from grader.records import Outcome, Text
from grader.sandbox import jail

LATER_S = 3.0  # for an answer that only adds to the one before
_LOOK_S = 0.25  # how often the examiner looks whether a fork is held; nearly all exams are over by the first time
_HEAD = struct.Struct("<QB")  # the answer's length, and whether it is the last
_FAILED, _NO_MEMORY = 70, 71  # exit statuses of a fork whose answer could not be had, and why
# What a process brings upon itself, in C code; nobody else sends these
_CRASHES = ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS")


@dataclass(frozen=True, slots=True)
class Stage:
    """One answer of the work; the last one is final."""

    answer: Answer
    is_final: bool = True


@dataclass(frozen=True, slots=True)
class Stuck:
    """A fork that came to no end in a test, or in its explanation: `board` says in which.

    TIMEOUT: it was held, and has been ended. CRASHED: it ended itself. MEMORY: what it was given filled its memory.
    """

    board: Board
    outcome: Outcome = Outcome.TIMEOUT


Work = Callable[[Board], Iterator[Stage]]
Apart = Callable[[Work], Answer | Stuck]


def in_a_fork(
    control: socket.socket, forks: list[int], work: Work, *, cpu_s: float, overseen: bool = True
) -> Answer | Stuck:
    """Do the work in a fork and return its best answer, or that a test held or broke it; it may take so much CPU time.

    Where it asks more than the zygote for something, as with a GPU, it is not `overseen`: its CPU time alone ends it.
    The fork's death before any test, or from outside, is the grader's fault. One that has answered is added to `forks`,
    and is to be waited for: giving back its memory takes longer.
    """
    examiner = os.getpid()
    try:
        reading, writing = os.pipe()
    except OSError as error:
        return Answer.of(_no_process(error))
    try:
        board = Board.shared()
        pid = os.fork()
    except OSError as error:
        os.close(reading)
        os.close(writing)
        return Answer.of(_no_process(error))
    if pid == 0:
        jail.die_with_parent(examiner)
        limit_memory()
        limit_cpu(cpu_s)
        show_on(board)
        os.close(reading)
        _write_and_leave(writing, work, board)
    os.close(writing)
    read = _Reading(reading, control, pid, Overseer(board, pid) if overseen else None)
    data = read.best()
    if data is not None:
        forks.append(pid)
        return msgspec.msgpack.decode(data, type=Answer)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    outcome = _by_a_test(code, board, was_held=read.was_held)
    return Stuck(board, outcome) if outcome is not None else Answer.of(_exam_died(code))


def _by_a_test(code: int, board: Board, *, was_held: bool) -> Outcome | None:
    """Return how a test ended the fork, by what `waitstatus_to_exitcode` tells; None: it was none of its doing."""
    if board.test == NO_TEST or board.asks:  # the zygote's answer, read by nobody, would be taken for the next one
        return None
    if was_held or code == -getattr(signal, "SIGXCPU", 0):
        return Outcome.TIMEOUT
    if code == _NO_MEMORY:
        return Outcome.MEMORY
    # A library that gives up, or a test, leaves the process with a status of its own.
    has_left = code >= 0 and code != _FAILED
    return Outcome.CRASHED if has_left or -code in [getattr(signal, name, 0) for name in _CRASHES] else None


def here(work: Work) -> Answer | Stuck:
    """Do the work in this process, where there is no fork, and return its last answer."""
    board = Board()
    try:
        *_, last = _stages(work, board)
    except _MemoryFilled:
        return Stuck(board, Outcome.MEMORY)
    return last.answer


class _MemoryFilled(BaseException):
    """What a test was given filled the memory of its process, as came out only beside the test."""


def _stages(work: Work, board: Board) -> Iterator[Stage]:
    """Yield the answers of the work; what it raises becomes the first one, or ends with the one before.

    Raises _MemoryFilled where there is no answer because it has no memory left, in a test.
    """
    has_answered = False
    try:
        for stage in work(board):
            has_answered = True
            yield stage
    except BaseException as error:  # noqa: BLE001  a fault of our own, whatever it is, never becomes a zero
        if has_answered:
            traceback.print_exc()  # into the file that the controller quotes from
            sys.stderr.flush()
        elif lacks_memory(error) and board.test != NO_TEST:
            raise _MemoryFilled from None
        else:
            fault = error if isinstance(error, GraderError) else GraderFault(traceback.format_exc(limit=-6))
            yield Stage(Answer.of(fault))


def _write_and_leave(writing: int, work: Work, board: Board) -> None:
    status = _FAILED
    try:
        for stage in _stages(work, board):
            answer = msgspec.msgpack.encode(stage.answer)
            data = _HEAD.pack(len(answer), stage.is_final) + answer
            while data:
                data = data[os.write(writing, data) :]
        status = 0
    except BaseException as error:  # noqa: BLE001  the process ends here, and says why
        status = _NO_MEMORY if isinstance(error, _MemoryFilled) or lacks_memory(error) else _FAILED
        traceback.print_exc()  # into the file that the controller quotes from
        sys.stderr.flush()
    finally:
        os._exit(status)


class _Reading:
    """Reads a fork's answers from a pipe. When the controller goes meanwhile, ends the fork and leaves."""

    def __init__(self, reading: int, control: socket.socket, pid: int, overseer: Overseer | None) -> None:
        self._reading = reading
        self._control = control
        self._pid = pid
        self._overseer = overseer
        self.was_held = False  # and has been ended
        self._data = bytearray()
        self._watch = select.poll()  # select() takes no descriptor beyond 1,023
        self._watch.register(reading, select.POLLIN)
        self._watch.register(control, select.POLLIN)

    def best(self) -> bytes | None:
        """Return the last answer that came in full and in time; None when the fork ended without one."""
        found: bytes | None = None
        ends: float | None = None
        is_final = False
        while not is_final and self._fill(_HEAD.size, ends):
            length, last = _HEAD.unpack_from(self._data)
            if not self._fill(_HEAD.size + length, ends):
                break
            found, is_final = bytes(self._data[_HEAD.size : _HEAD.size + length]), bool(last)
            del self._data[: _HEAD.size + length]
            ends = time.monotonic() + LATER_S
        if found is not None and not is_final:
            os.kill(self._pid, signal.SIGKILL)  # not waited for yet, so the number is still its own
        os.close(self._reading)
        if self._overseer is not None:
            self._overseer.close()
        return found

    def _fill(self, size: int, ends: float | None) -> bool:
        """Read until there are so many bytes; return whether there are, by `ends` of the monotonic clock.

        Before the first answer `ends` is None, and the fork may take its time, unless it is held.
        """
        while len(self._data) < size:
            left_s = _LOOK_S if ends is None else max(0.0, ends - time.monotonic())
            ready = dict(self._watch.poll(left_s * 1000))
            if self._reading in ready:
                part = os.read(self._reading, 1 << 20)
                if not part:
                    return False
                self._data += part
            elif not ready:
                if ends is not None:
                    return False
                if self._overseer is not None and self._overseer.is_held():
                    self.was_held = True
                    os.kill(self._pid, signal.SIGKILL)
                    return False
            elif _has_left(self._control):
                os.kill(self._pid, signal.SIGKILL)
                os._exit(0)
            else:
                self._watch.unregister(self._control)  # the next request waits its turn
        return True


def _has_left(control: socket.socket) -> bool:
    try:
        return not control.recv(1, socket.MSG_PEEK)
    except OSError:  # it left with words of ours unread
        return True


def _no_process(error: OSError) -> GraderFault:
    return GraderFault(
        Text(
            en=f"No process for the exam: {error.strerror or error}.",
            zh=f"无法创建考试进程：{error.strerror or error}。",
        ),
        remedy=Text(
            en="This machine has no processes, descriptors or memory left: run fewer exams side by side.",
            zh="这台机器的进程数、文件描述符或内存已用尽：请减少同时进行的考试。",
        ),
    )


def _exam_died(code: int) -> GraderFault:
    """Return the fault of an exam's process that ended without an answer; `code` as `waitstatus_to_exitcode` tells."""
    if code >= 0:
        en, zh = f"ended by itself, with status {code}", f"自行结束，状态为 {code}"
    else:
        name = signal.strsignal(-code) or str(-code)
        en, zh = f"was ended by a signal ({name})", f"被信号终止（{name}）"
    return GraderFault(Text(en=f"The exam's process {en}.", zh=f"考试进程{zh}。"))
