"""A zygote by itself: gives a test real children, each in its box, without an examiner."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.sandbox.children import ForkedChildren
    from grader.sandbox.messages import Reply

ROOT = Path(__file__).parent.parent.parent
READY = b"+"
START_S = 120.0  # torch from a cold and slow disk


def main(descriptor: str) -> None:
    """Be the zygote, in the box `landlock`: what a mutated request may mean must not reach the machine."""
    sys.path.insert(0, str(ROOT))
    import numpy.random
    import torch

    from grader.records import Isolation
    from grader.sandbox.jail.boxes import Materials, make_box
    from grader.sandbox.jail.child_groups import ChildGroups
    from grader.sandbox.jail.layers import LayerMissing
    from grader.sandbox.zygote import Zygote

    assert numpy.random
    torch.set_num_threads(1)
    control = socket.socket(fileno=int(descriptor))
    try:
        box = make_box(Isolation.LANDLOCK, Materials.find())
        box.settle()
    except LayerMissing as missing:
        control.sendall(f"-{missing.why}".encode())
        return
    control.sendall(READY)
    Zygote(control, box, ChildGroups(None, 512)).serve()


@contextlib.contextmanager
def children() -> Iterator[ForkedChildren]:
    """Give a source of children whose zygote ends with the block; skip where there is no box to keep them in."""
    from grader.sandbox import fresh
    from grader.sandbox.children import ForkedChildren

    ours, theirs = socket.socketpair()
    command = [sys.executable, "-s", "-P", __file__, str(theirs.fileno())]
    process = subprocess.Popen(
        command, env=fresh.environment(), pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        with theirs, ours:
            theirs.close()
            ours.settimeout(START_S)
            said = ours.recv(1000)
            if said != READY:
                pytest.skip(f"no box for the children here: {said[1:].decode()}")
            yield ForkedChildren(ours)
    finally:
        ours.close()
        process.wait(timeout=10)


def asked(source: ForkedChildren, frames: Sequence[bytes], *, seconds: float) -> tuple[list[Reply], float]:
    """Ask a new child this, and end it; return what it answered, and how long it took to leave by itself.

    Raises: WireError for an answer that is malformed; DeadlinePassed for a child that hangs.
    """
    from small_child import converse

    from grader.sandbox import wire

    spawned = source.spawn()
    with spawned.wire, spawned.output:
        spawned.output.setblocking(False)
        channel = wire.Channel(spawned.wire)
        ready, _ = channel.receive(wire.decode_reply, deadline=time.monotonic() + START_S)
        began = time.monotonic()
        try:
            return [ready, *converse(channel, frames, deadline=began + seconds)], time.monotonic() - began
        finally:
            source.reap(spawned.pid)


if __name__ == "__main__":
    main(sys.argv[1])
