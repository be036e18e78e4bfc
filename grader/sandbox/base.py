"""The warm base: imports torch once, knows nothing of any exercise, and forks both sides of an exam.

Theory of operation. The base is started clean (`fresh.command`): an empty environment, nothing secret in its arguments,
one inherited socket to the controller. It imports torch and NumPy with one thread, then forks a *slot* on request
(`slots`): a *zygote*, which enters a box and will fork the children, and an *examiner*, which only then loads tests and
reference. Both forks get one end of a socket pair between them; the controller gets the other end of the examiner's. So
what a child inherits in memory is public code. The base runs no parallel torch operation and never touches CUDA, and it
has exactly one native thread when it forks, which is asserted. When the controller goes, its socket closes, and the
base takes all with it.

This module is imported by the controller too, so it loads neither torch nor what needs it before `main`.
"""

from __future__ import annotations

import gc
import importlib
import os
import socket
import sys
from typing import NoReturn

import msgspec

from grader.records import Isolation
from grader.sandbox.gpu_records import Gpu
from grader.sandbox.jail.layers import Proof


class OpenSlot(msgspec.Struct, frozen=True, tag=True):
    """Ask for a slot: `preload` are modules to import first, `entry` is the examiner's function.

    `degrees` are tried in this order; the first that holds is used.
    """

    preload: list[str]
    entry: str
    degrees: list[Isolation]
    device: str = "cpu"
    memory_mib: int = 512  # of a child
    gpu: Gpu | None = None  # with `device` "cuda"


class Prove(msgspec.Struct, frozen=True, tag=True):
    """Ask which of these degrees hold."""

    degrees: list[Isolation]
    device: str = "cpu"
    memory_mib: int = 512
    gpu: Gpu | None = None


class Ask(msgspec.Struct, frozen=True):
    """What the controller asks of the base."""

    what: OpenSlot | Prove


class SlotOpened(msgspec.Struct, frozen=True):
    """The slot's processes, and the proof of its box. Without them: what was tried (`proofs`, none of which holds);
    or `error`: a module of `preload` cannot be imported; or `fault`: ours."""

    examiner: int = 0
    zygote: int = 0
    proofs: list[Proof] = msgspec.field(default_factory=list)
    error: str = ""
    fault: str = ""


class Proven(msgspec.Struct, frozen=True):
    """What came of each degree."""

    proofs: list[Proof]


def main(descriptor: str) -> NoReturn:
    """Be the base, serving the controller on the inherited socket `descriptor`."""
    from grader.sandbox import jail
    from grader.sandbox.jail import cgroups

    jail.shield()
    control = socket.socket(fileno=int(descriptor))
    place = cgroups.find()  # it forks some times, which is cheap as long as torch is not here
    _warm()
    from grader.errors import GraderFault
    from grader.sandbox.link import send_record
    from grader.sandbox.slots import Slots

    slots = Slots(place)
    try:
        while (request := _next_request(control)) is not None:
            if isinstance(request, Prove):
                send_record(control, slots.prove(request))
                continue
            try:
                opened, examiner = slots.open(request)
            except (GraderFault, OSError) as fault:
                opened, examiner = SlotOpened(fault=str(fault)), None
            send_record(control, opened, descriptors=() if examiner is None else (examiner.fileno(),))
            if examiner is not None:
                examiner.close()
    finally:
        slots.end()
        os._exit(0)


def _next_request(control: socket.socket) -> OpenSlot | Prove | None:
    """Return what the controller asks next; None when it has gone."""
    from grader.errors import GraderFault
    from grader.sandbox.link import receive_record

    try:
        return receive_record(control, Ask)[0].what
    except GraderFault:
        return None


def _warm() -> None:
    """Import what every slot needs, with one thread, and keep the collector from touching it after a fork."""
    for name in ("torch", "numpy.random", "grader.sandbox.slots"):
        importlib.import_module(name)
    torch = sys.modules["torch"]
    torch.set_num_threads(1)
    torch.backends.cpu.get_cpu_capability()  # reads /proc/cpuinfo once, which no jail has
    gc.collect()
    gc.freeze()
