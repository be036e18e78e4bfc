"""The warm base: imports torch once, knows nothing of any exercise, and forks both sides of an exam.

Theory of operation. The base is started clean (`fresh.command`): an empty environment, nothing secret in its arguments,
one inherited socket to the controller. It imports torch and NumPy with one thread, then forks a *slot* on request: a
*zygote*, which will fork the children, and an *examiner*, which only then loads tests and the reference. Both forks get
one end of a socket pair between them; the controller gets the other end of the examiner's. So what a child inherits in
memory is public code. The base runs no parallel torch operation and never touches CUDA, and it has exactly one native
thread when it forks, which is asserted. When the controller goes, its socket closes, and the base takes all with it.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from typing import NoReturn

import msgspec

_ZYGOTE_GRACE_S = 3.0


class OpenSlot(msgspec.Struct, frozen=True):
    """Ask for a slot: `preload` are modules to import first, `entry` is the examiner's function."""

    preload: list[str]
    entry: str


class SlotOpened(msgspec.Struct, frozen=True):
    """The slot's processes. Or `error`: a module of `preload` cannot be imported; or `fault`: ours."""

    examiner: int = 0
    zygote: int = 0
    error: str = ""
    fault: str = ""


def main(descriptor: str) -> NoReturn:
    """Be the base, serving the controller on the inherited socket `descriptor`."""
    from grader.sandbox import jail

    jail.shield()
    control = socket.socket(fileno=int(descriptor))
    _warm()
    from grader.errors import GraderFault
    from grader.sandbox.link import send_record

    slots: list[_Slot] = []
    try:
        while (request := _next_request(control)) is not None:
            slots = [slot for slot in slots if not slot.has_ended()]
            try:
                _open(control, request, slots)
            except GraderFault as fault:
                send_record(control, SlotOpened(fault=str(fault)))
    finally:
        for slot in slots:
            slot.end()
        os._exit(0)


def _next_request(control: socket.socket) -> OpenSlot | None:
    """Return what the controller asks next; None when it has gone."""
    from grader.errors import GraderFault
    from grader.sandbox.link import receive_record

    try:
        return receive_record(control, OpenSlot)[0]
    except GraderFault:
        return None


@dataclass(slots=True)
class _Slot:
    """An examiner and its zygote; their exit is collected here, so that neither is left to another process."""

    examiner: int
    zygote: int

    def has_ended(self) -> bool:
        """Collect an examiner that left by itself; its zygote follows at once. False while the examiner lives."""
        if os.waitpid(self.examiner, os.WNOHANG)[0] == 0:
            return False
        self._await_zygote()
        return True

    def end(self) -> None:
        """End both: the zygote sees its examiner go, kills its children, and leaves by itself."""
        os.kill(self.examiner, signal.SIGKILL)
        os.waitpid(self.examiner, 0)
        self._await_zygote()

    def _await_zygote(self) -> None:
        os.kill(self.zygote, signal.SIGCONT)  # one that a student's code has stopped would not see it
        deadline = time.monotonic() + _ZYGOTE_GRACE_S
        while os.waitpid(self.zygote, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                os.kill(self.zygote, signal.SIGKILL)
                os.waitpid(self.zygote, 0)
                return
            time.sleep(0.001)


def _warm() -> None:
    """Import what every slot needs, with one thread, and keep the collector from touching it after a fork."""
    for name in ("torch", "numpy.random", "grader.sandbox.zygote", "grader.sandbox.children"):
        importlib.import_module(name)
    sys.modules["torch"].set_num_threads(1)
    gc.collect()
    gc.freeze()


def _open(control: socket.socket, request: OpenSlot, slots: list[_Slot]) -> None:
    from grader.sandbox import jail
    from grader.sandbox.link import close_all_but, send_record
    from grader.sandbox.zygote import Zygote, assert_one_thread

    try:
        for name in request.preload:
            importlib.import_module(name)
    except ImportError as error:
        send_record(control, SlotOpened(error=str(error)))
        return
    gc.freeze()
    assert_one_thread()
    ours, examiner_control = socket.socketpair()
    examiner_zygote, zygote_control = socket.socketpair()
    base = os.getpid()
    zygote = os.fork()
    if zygote == 0:
        close_all_but(zygote_control.fileno())
        Zygote(zygote_control).serve()
    examiner = os.fork()
    if examiner == 0:
        jail.die_with_parent(base)  # the zygote sees its examiner go, and ends the children in order
        close_all_but(examiner_control.fileno(), examiner_zygote.fileno())
        _become_examiner(request.entry, examiner_control, examiner_zygote)
    send_record(control, SlotOpened(examiner=examiner, zygote=zygote), descriptors=(ours.fileno(),))
    for end in (ours, examiner_control, examiner_zygote, zygote_control):
        end.close()
    slots.append(_Slot(examiner, zygote))


def _become_examiner(entry: str, control: socket.socket, zygote: socket.socket) -> NoReturn:
    from grader.sandbox.children import ForkedChildren

    module, _, function = entry.partition(":")
    try:
        getattr(importlib.import_module(module), function)(control, ForkedChildren(zygote))
    except BaseException:  # noqa: BLE001  the process ends here, and says why
        traceback.print_exc()  # into the file that the controller quotes from
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)
