"""One import of torch for the tests of a process: real bases, real examiners and children, only the import is shared.

Theory of operation. A cold start of dlgrade is a second and a half of computing, nearly all of it `import torch` in
the base. `lease()` stands where `grader.sandbox.launch.start_warm` does: what it returns opens slots in the one base of
this process, which is started when it is first asked for, and closing it leaves that base to the next. Examiners,
zygotes and children are everyone's own, and end when their `Grader` closes as they always do. A base that fails is
ended and not lent again. A test that is about the base itself (its start, its end, its memory) uses a plain `Grader()`.
"""

from __future__ import annotations

import atexit
import os
import threading
from dataclasses import dataclass, field
from subprocess import Popen

import pytest

from grader.errors import GraderFault
from grader.pipeline import Grader
from grader.records import Isolation
from grader.sandbox import launch
from grader.sandbox.gpu_records import Gpu
from grader.sandbox.jail.proofs import Proof
from grader.sandbox.launch import OpenedSlot, SlotOrder, Warm, WarmBase

_PLAIN_START = launch.start_warm


@dataclass
class _Base:
    """The base of this process. One asks at a time: its socket carries one question and one answer."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    started: WarmBase | None = None

    def at_work(self) -> WarmBase:
        if self.started is None:
            self.started = WarmBase()
        return self.started

    def end(self) -> None:
        if self.started is not None:
            self.started.close()
            self.started = None


_BASE = _Base()
_OWNER = os.getpid()  # the command line's desk forks: its children use the base and leave it alone


@atexit.register
def _end() -> None:
    if os.getpid() == _OWNER:
        _BASE.end()


class Lease:
    """The shared base, as a `Warm` that can be closed."""

    def open(self, order: SlotOrder) -> OpenedSlot:
        with _BASE.turn:
            try:
                return _BASE.at_work().open(order)
            except GraderFault:
                _BASE.end()
                raise

    def prove(self, degrees: tuple[Isolation, ...], device: str, *, gpu: Gpu | None = None) -> list[Proof]:
        with _BASE.turn:
            return _BASE.at_work().prove(degrees, device, gpu=gpu)

    def last_words(self) -> str:
        return "" if _BASE.started is None else _BASE.started.last_words()

    @property
    def _process(self) -> Popen[bytes]:
        """The base's own process, for tests that look below it."""
        return _BASE.at_work()._process

    def close(self) -> None:
        """Leave the base to the next."""


def lease() -> Warm:
    """Return the shared base, or what `start_warm` returns where there is none to share."""
    return Lease() if _can_fork() else _PLAIN_START()


def _can_fork() -> bool:
    return hasattr(os, "fork") and os.environ.get("DLGRADE_LAUNCH") != "fresh"


def sharing(grader: Grader) -> Grader:
    """Return it, begun with the base of this process; should that fail it, it starts one of its own."""
    grader._warm = lease()
    return grader


def share(patch: pytest.MonkeyPatch) -> None:
    """Let every `Grader` that is started from now on, whoever makes it, share the base of this process."""
    patch.setattr(launch, "start_warm", lease)


def part(patch: pytest.MonkeyPatch) -> None:
    """Let every `Grader` that is started from now on have a base of its own again."""
    patch.setattr(launch, "start_warm", _PLAIN_START)


def start() -> None:
    """Start the base of this process, where there is one; returns at once."""
    if _can_fork():
        _BASE.at_work()


def share_for_good() -> None:
    """Share from now until this process ends, and in the processes that it forks; begins to import torch."""
    launch.start_warm = lease
    start()


def renew() -> None:
    """End the base, which may be in the middle of an answer to nobody, and start another."""
    _BASE.end()
    _BASE.at_work()
