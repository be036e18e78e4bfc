"""The self-test of a degree: attackers of our own, in real children, before any exam.

Theory of operation. The base plants a file that anybody may read and a server that anybody may connect to (`plant`).
The zygote forks its first children exactly as it will fork the others; each enters the box and then makes one attempt
after another (`attempts`), and tells through a pipe what stopped it. Layers lie behind each other, so the outer ones
would hide a hole in an inner one: the first attackers enter without the outer layers and try what an inner one must
stop alone, and the last one enters the whole box.

An attempt that gets through, or an attacker that ends by itself: the degree is not offered. An attacker that is late or
was killed from outside proves nothing either way: that is a fault of our own, and the exam waits for another zygote.
Nothing is assumed from version numbers.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NoReturn

import msgspec

from grader.errors import GraderFault
from grader.records import Isolation
from grader.sandbox.descriptors import close_all_but
from grader.sandbox.jail.attempts import LIMIT_MIB, SHARED_MEMORY, attempts
from grader.sandbox.jail.box import Box
from grader.sandbox.jail.layers import Layer, LayerMissing
from grader.sandbox.jail.plant import Plant, planted
from grader.sandbox.jail.proofs import Proof, Try

__all__ = ["Plant", "planted", "prove"]

_DEADLINE_S = 10.0  # a busy machine; idle, it takes some milliseconds


@dataclass(frozen=True, slots=True)
class Round:
    """One attacker: the layers that it enters without, and the one that must then hold alone; None: all together."""

    without: tuple[Layer, ...] = ()
    alone: Layer | None = None


_ROUNDS: dict[Isolation, tuple[Round, ...]] = {
    Isolation.STRONG: (
        Round(without=(Layer.SECCOMP, Layer.LANDLOCK), alone=Layer.NAMESPACES),
        Round(without=(Layer.SECCOMP,), alone=Layer.LANDLOCK),
        Round(),
    ),
    Isolation.LANDLOCK: (Round(without=(Layer.SECCOMP,), alone=Layer.LANDLOCK), Round()),
    Isolation.GVISOR: (Round(without=(Layer.SECCOMP,), alone=Layer.NAMESPACES), Round()),
    Isolation.PROCESS: (),
}


def prove(box: Box, plant: Plant) -> Proof:
    """Fork the attackers and return what they found. Runs in a settled zygote. Raises GraderFault."""
    tries: list[Try] = []
    for one in _ROUNDS[box.isolation]:
        proof = _send_attacker(box, plant, one)
        tries += proof.tries
        if not proof.holds:
            return replace(proof, tries=tuple(tries))
    return Proof(isolation=box.isolation, tries=tuple(tries))


def _send_attacker(box: Box, plant: Plant, one: Round) -> Proof:
    reading, writing = os.pipe()
    zygote = box.outer_pid or os.getpid()
    pid = box.fork()
    if pid == 0:
        _attack(box, one.without, writing, lambda: tuple(_tries(box, plant, zygote, one.alone)))
    os.close(writing)
    try:
        data = _read(reading)
    finally:
        os.close(reading)
        if data is None:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    if data is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        raise GraderFault("The self-test's process was killed from outside, or did not end in time.")
    if not data:
        why = f"the self-test's process ended without an answer (status {status})"
        return Proof(isolation=box.isolation, why=why)
    return msgspec.msgpack.decode(data, type=Proof)


def _read(reading: int) -> bytes | None:
    """Return all that the attacker tells; None when it is late."""
    data = b""
    deadline = time.monotonic() + _DEADLINE_S
    while select.select([reading], [], [], max(deadline - time.monotonic(), 0.0))[0]:
        part = os.read(reading, 1 << 16)
        if not part:
            return data
        data += part
    return None


def _attack(box: Box, without: tuple[Layer, ...], writing: int, tried: Callable[[], tuple[Try, ...]]) -> NoReturn:
    """Be the attacker, and never return. What is no lack of a layer ends it without a word."""
    try:
        close_all_but(writing, *box.descriptors())
        try:
            box.enter(without=without)
            box.limit(memory_mib=LIMIT_MIB, cpu_s=_DEADLINE_S, device="cpu")
            proof = Proof(isolation=box.isolation, tries=tried())
        except LayerMissing as missing:
            proof = Proof(isolation=box.isolation, missing=missing.layer, why=missing.why)
        os.write(writing, msgspec.msgpack.encode(proof))
        os._exit(0)
    finally:
        os._exit(1)


def _tries(box: Box, plant: Plant, zygote: int, alone: Layer | None) -> Iterator[Try]:
    """Try what all layers together must stop, or what one must stop alone."""
    for attempt in attempts(plant, zygote):
        if attempt.only and box.isolation not in attempt.only:
            continue
        if box.shares_memory and attempt.what == SHARED_MEMORY:
            continue
        if alone is not None and (box.isolation, alone) not in attempt.alone:
            continue
        what = attempt.what if alone is None else f"{attempt.what} ({alone.value} alone)"
        try:
            attempt.deed()
        except (OSError, MemoryError, ValueError) as error:
            yield Try(what=what, layer=attempt.layer, stopped=True, how=str(error) or type(error).__name__)
        else:
            yield Try(what=what, layer=attempt.layer, stopped=False)
