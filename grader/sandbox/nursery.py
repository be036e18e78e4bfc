"""The nursery: a fork of the base that has loaded what every examiner needs, and forks examiners of itself.

Theory of operation. To import pytest and our own modules takes an examiner longer than an exam, and it is the same for
every exercise. The base must not hold them: it is what a child inherits. So the base forks the nursery, which imports
them once, while the first zygote proves its box, and then forks an examiner for each slot. What only some exercises
need it imports behind the second examiner: then more will come, and neither of the two has waited for it. Like the base
it knows no exercise and reads no test; what an examiner loads after its fork is its own.

An examiner is to be the base's child, whose exit the base collects, and not the nursery's. So the nursery forks twice:
the first fork leaves at once, and the base inherits the second one from it. Linux only; elsewhere nobody inherits a
process, and the base forks examiners itself.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import msgspec

from grader.errors import GraderFault
from grader.sandbox import jail
from grader.sandbox.descriptors import close_all_but
from grader.sandbox.forked import become_examiner, say_why_and_leave
from grader.sandbox.jail import own
from grader.sandbox.link import receive_record, send_record

# The controller waits for a slot for 120 s, and torch is imported in them: this is to be told before.
_START_S = 60.0  # for what it imports, from a cold and slow disk
_FORK_S = 30.0  # for what it imports later; to fork takes some milliseconds
_PID = struct.Struct("<q")
_BEFORE_LATER = 2  # examiners; who grades one submission needs one


class _ForkExaminer(msgspec.Struct, frozen=True):
    """Ask for an examiner; its two sockets ride on this."""

    entry: str


class _Forked(msgspec.Struct, frozen=True):
    """The examiner's pid; or `error`, of ours."""

    pid: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Imports:
    """The names of modules: what every examiner needs, what some need, and what the base has imported for them."""

    ahead: tuple[str, ...]
    later: tuple[str, ...]
    preload: frozenset[str]

    def has(self, others: Imports) -> bool:
        """Return whether all is here that others are, and nothing but `preload` beside it."""
        return (self.ahead, self.later) == (others.ahead, others.later) and self.preload >= others.preload


class Nursery:
    """The base's end of a nursery with these imports."""

    def __init__(self, imports: Imports) -> None:
        self.imports = imports
        self._limit_s = _START_S
        base = os.getpid()
        self._orders, theirs = socket.socketpair()
        with theirs:
            self._pid = os.fork()
            if self._pid == 0:
                _be_the_nursery(theirs, base, imports)

    def fork_examiner(self, entry: str, control: socket.socket, zygote: socket.socket) -> int:
        """Fork an examiner, and return its pid, a child of this process. Raises GraderFault."""
        send_record(self._orders, _ForkExaminer(entry), descriptors=(control.fileno(), zygote.fileno()))
        forked, _ = receive_record(self._orders, _Forked, deadline=time.monotonic() + self._limit_s)
        self._limit_s = _FORK_S
        if forked.error:
            raise GraderFault(f"No examiner could be forked: {forked.error}.")
        return forked.pid

    def end(self) -> None:
        """End the nursery; its examiners go on."""
        self._orders.close()
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _be_the_nursery(orders: socket.socket, base: int, imports: Imports) -> NoReturn:
    try:
        jail.die_with_parent(base)
        close_all_but(orders.fileno())
        itself = own.OwnProcess()
        _import(imports.ahead)
        for number in itertools.count(1):
            try:
                asked, descriptors = receive_record(orders, _ForkExaminer, descriptors=2)
            except GraderFault:  # the base has gone, or has another nursery
                break
            sockets = tuple(socket.socket(fileno=descriptor) for descriptor in descriptors)
            try:
                itself.assert_one_thread()
                forked = _Forked(_fork_twice(asked.entry, *sockets, base=base))
            except (OSError, GraderFault) as error:
                forked = _Forked(error=str(error))
            for one in sockets:
                one.close()  # the zygote sees its examiner go only if nobody else holds its end
            send_record(orders, forked)
            if number == _BEFORE_LATER:
                _import_if_possible(imports.later)
    except BaseException:  # noqa: BLE001  the process ends here, and says why
        say_why_and_leave()
    os._exit(0)


def _import(names: Sequence[str]) -> None:
    gc.disable()  # as in the base: next to nothing that is imported is garbage
    for name in names:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()


def _import_if_possible(names: Sequence[str]) -> None:
    """Import what an examiner that needs it would import itself, and then say what is wrong with it."""
    try:
        _import(names)
    except Exception as error:  # noqa: BLE001  whatever a module raises, this only saves time
        print(f"the nursery could not import {', '.join(names)}: {error}", file=sys.stderr, flush=True)


def _fork_twice(entry: str, control: socket.socket, zygote: socket.socket, *, base: int) -> int:
    """Fork an examiner that the base inherits, and return its pid. Raises OSError."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as told:
        try:
            middle = os.fork()
            if middle == 0:
                _fork_examiner_and_leave(writing, entry, control, zygote, base)
        finally:
            os.close(writing)
        data = told.read(_PID.size)
        os.waitpid(middle, 0)  # from now on the examiner is the base's
    if len(data) < _PID.size:
        raise OSError("a fork of the nursery ended before it had forked")
    pid = int(_PID.unpack(data)[0])
    if pid < 0:
        raise OSError(-pid, os.strerror(-pid))
    return pid


def _fork_examiner_and_leave(
    writing: int, entry: str, control: socket.socket, zygote: socket.socket, base: int
) -> NoReturn:
    middle = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        pid = -(error.errno or 1)
    if pid:
        os.write(writing, _PID.pack(pid))
        os._exit(0)
    while os.getppid() == middle:  # it is about to leave: until then its end would be this one's, too
        time.sleep(0.0001)
    jail.die_with_parent(base)  # the zygote sees its examiner go, and ends the children in order
    become_examiner(entry, control, zygote)
