"""What a test asks of the student's code, one operation at a time, and what is kept of a test while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from grader.examination.evidence import Evidence, Target
from grader.examination.recording import CallLog, RecordedCall
from grader.examination.transcript import Transcript
from grader.records import Resources, SourceFile
from grader.sandbox.calls import CallScope

EXHAUSTED = object()  # an iterator's end


@dataclass(slots=True, kw_only=True)
class Operation:
    """What a proxy asks of the child."""

    op: str
    handle: int
    path: tuple[str, ...]
    args: tuple[object, ...] = ()
    kwargs: dict[str, object] = field(default_factory=dict)
    keep: bool = False
    name: str = ""  # "softmax", "SGD.step": for messages, and for what the manifest declares
    scope: CallScope | None = None  # an iterator's
    spent_s: float = 0.0  # of the call's limit, which an iterator has for all of its items together

    def target(self, module: SourceFile) -> Target:
        """Return what it is asked of; `module` is the file of the student's module."""
        name = "" if module.is_of_kernel else module.name.removesuffix(".py")
        return Target(op=self.op, module=name, handle=self.handle, path=self.path)


@dataclass(slots=True)
class TestState:
    seed: int = 0
    limit_s: float = 0.0
    log: CallLog = field(default_factory=CallLog)
    stopped: Evidence | None = None
    reseed: bool = True
    transcript: Transcript = field(default_factory=Transcript)
    output: str | None = None  # what was printed, of an example that is over; None: it has not been read yet
    is_example: bool = False  # one of a property's

    @property
    def asked(self) -> bool:
        """Whether anything was asked of the student's code, if only for a name."""
        return not self.reseed


def shape_of_last(recorded: RecordedCall | None) -> tuple[int, ...] | None:
    """Return the shape of a call's last argument, which for "grad" is the upstream gradient."""
    last = recorded.args[-1] if recorded is not None and recorded.args else None
    return tuple(last.shape) if isinstance(last, torch.Tensor) else None


def added(before: Resources, used: Resources) -> Resources:
    """Return what children used together, one after the other."""
    return Resources(
        children=before.children + used.children,
        calls=before.calls + used.calls,
        cpu_s=before.cpu_s + used.cpu_s,
        peak_memory_mib=max(before.peak_memory_mib, used.peak_memory_mib),
    )
