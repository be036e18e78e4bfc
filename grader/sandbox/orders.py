"""What the controller, the warm base and a new zygote tell each other. It loads no torch: the controller has none."""

from __future__ import annotations

import msgspec

from grader.records import Isolation, Text
from grader.sandbox.gpu_records import Gpu
from grader.sandbox.jail.proofs import Proof


class OpenSlot(msgspec.Struct, frozen=True, tag=True):
    """Ask for a slot: `preload` are modules to import first, `entry` is the examiner's function.

    `degrees` are tried in this order; the first that holds is used. `ahead` are modules that all examiners need and no
    child may have, `later` what some examiners need: the process that examiners are forked from imports them once.
    `forbid` are patterns of functions that are closed to every child.
    """

    preload: list[str]
    entry: str
    degrees: list[Isolation]
    ahead: list[str] = msgspec.field(default_factory=list)
    later: list[str] = msgspec.field(default_factory=list)
    forbid: list[str] = msgspec.field(default_factory=list)
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
    fault: Text | None = None


class Settled(msgspec.Struct, frozen=True):
    """What a new zygote tells the base; `pid` is its own, as the base sees it."""

    pid: int
    proof: Proof


class Proven(msgspec.Struct, frozen=True):
    """What came of each degree; or `fault`: ours."""

    proofs: list[Proof] = msgspec.field(default_factory=list)
    fault: Text | None = None
