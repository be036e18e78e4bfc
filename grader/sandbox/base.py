"""The warm base: imports torch once, knows nothing of any exercise, and forks both sides of an exam.

Theory of operation. The base is started clean (`fresh.command`): an empty environment, nothing secret in its arguments,
one inherited socket to the controller. It imports torch and NumPy with one thread, then opens a *slot* on request
(`slots`): a *zygote*, a fork that enters a box and will fork the children, and an *examiner*, which only then loads
tests and reference; it is a fork of the `nursery`, another fork, which has imported what all examiners need. Both get
one end of a socket pair between them; the controller gets the other end of the examiner's. So
what a child inherits in memory is public code. The base runs no parallel torch operation and never touches CUDA, and it
has exactly one native thread when it forks, which is asserted. Its heap lies in large pages where there are any:
a fork copies an entry for each page, and of small ones there are forty thousand. When the controller goes, its socket
closes, and the base takes all with it.
"""

from __future__ import annotations

import gc
import importlib
import os
import socket
import sys
import traceback
from typing import NoReturn

from grader.errors import GraderFault
from grader.records import Text
from grader.sandbox.orders import Ask, OpenSlot, Prove, Proven, SlotOpened


def main(descriptor: str) -> NoReturn:
    """Be the base, serving the controller on the inherited socket `descriptor`."""
    from grader.sandbox import jail
    from grader.sandbox.jail import cgroups

    jail.shield()
    control = socket.socket(fileno=int(descriptor))
    place = cgroups.find()  # it forks some times, which is cheap as long as torch is not here
    _warm()
    jail.take_no_more_large_pages()
    from grader.sandbox.link import send_record
    from grader.sandbox.slots import Slots

    slots = Slots(place)
    try:
        while (request := _next_request(control)) is not None:
            if isinstance(request, Prove):
                try:
                    proven = slots.prove(request)
                except (GraderFault, OSError) as fault:
                    proven = Proven(fault=_told(fault))
                send_record(control, proven)
                continue
            try:
                opened, examiner = slots.open(request)
            except (GraderFault, OSError) as fault:
                opened, examiner = SlotOpened(fault=_told(fault)), None
            send_record(control, opened, descriptors=() if examiner is None else (examiner.fileno(),))
            if examiner is not None:
                examiner.close()
        status = 0
    except BaseException:  # noqa: BLE001  the process ends here, and says why
        traceback.print_exc()  # into the file that the controller quotes from
        status = 1
    finally:
        slots.end()
        sys.stderr.flush()
        os._exit(status)


def _told(fault: GraderFault | OSError) -> Text:
    return fault.problem if isinstance(fault, GraderFault) else Text(en=str(fault), zh=str(fault))


def _next_request(control: socket.socket) -> OpenSlot | Prove | None:
    """Return what the controller asks next; None when it has gone."""
    from grader.sandbox.link import receive_record

    try:
        return receive_record(control, Ask)[0].what
    except GraderFault:
        return None


def _warm() -> None:
    """Import what every slot needs, with one thread, and keep the collector from touching it after a fork.

    Nothing is collected, neither meanwhile nor in the end: looking through what torch has imported took a quarter of
    the time, and found not one page that a fork would have been spared.
    """
    gc.disable()
    for name in ("torch", "numpy.random", "grader.sandbox.slots"):
        importlib.import_module(name)
    torch = sys.modules["torch"]
    torch.set_num_threads(1)
    torch.backends.cpu.get_cpu_capability()  # reads /proc/cpuinfo once, which no jail has
    gc.freeze()
    gc.enable()
