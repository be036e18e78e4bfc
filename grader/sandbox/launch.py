"""The controller's side: starting the warm base, and opening slots in it.

The controller is the process that a person or a CI started. It imports no torch: the base starts the moment the
controller knows that something is to be graded, and both prepare side by side.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Protocol, Self, TypeVar

from grader.errors import AuthorError, GraderFault, SandboxUnavailable, both, joined
from grader.records import Isolation, Text
from grader.sandbox import fresh, jail
from grader.sandbox.gpu_records import Gpu
from grader.sandbox.jail.layers import Layer
from grader.sandbox.jail.proofs import Proof
from grader.sandbox.link import receive_record, send_record
from grader.sandbox.orders import Ask, OpenSlot, Prove, Proven, SlotOpened

START_TIMEOUT_S = 120.0  # torch from a cold and slow disk
_EXIT_GRACE_S = 5.0
_LAST_WORDS_BYTES = 4_000
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # unknown before glibc 2.35, and then passed over
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOrder:
    """What the controller wants of a slot, as `OpenSlot` tells the base."""

    entry: str
    preload: tuple[str, ...]
    degrees: tuple[Isolation, ...]
    device: str
    memory_mib: int
    gpu: Gpu | None = None  # with `device` "cuda"
    ahead: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedSlot:
    """A new examiner, and the proof of the box that its children are in."""

    examiner: socket.socket
    proof: Proof


def unavailable(proofs: Sequence[Proof]) -> SandboxUnavailable:
    """Return the error for degrees of which none holds, the first of them above all."""
    first = proofs[0]
    names = " / ".join(proof.isolation.value for proof in proofs)
    problem = first.problem()
    return SandboxUnavailable(
        Text(
            en=f"Isolation {names} cannot be had here: {problem.en}.",
            zh=f"此处无法使用隔离 {names}：{problem.zh}。",
        ),
        remedy=first.remedy() or "",
    )


class Warm(Protocol):
    """What gives examiners: a warm base that forks them, or fresh processes."""

    def open(self, order: SlotOrder) -> OpenedSlot:
        """Return a new examiner. Raises GraderFault, AuthorError (preload), SandboxUnavailable (degrees)."""

    def prove(self, degrees: tuple[Isolation, ...], device: str, *, gpu: Gpu | None = None) -> list[Proof]:
        """Return which of these degrees hold here, in their order. Raises GraderFault."""

    def last_words(self) -> str:
        """Return the end of what our own processes wrote to stderr since it was last asked, for a grader's fault."""

    def close(self) -> None:
        """End every process. Raises nothing."""


class WarmBase:
    """The base process, as a context manager; leaving it ends every process that it forked."""

    def __init__(self) -> None:
        jail.shield()  # the score is summed and shown in this process
        ours, theirs = socket.socketpair()
        self._control = ours
        self._has_forked = False
        self._told_bytes = 0  # of the log: an earlier fault's words are not this one's
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the base
        with theirs:
            self._process = subprocess.Popen(
                fresh.command("grader.sandbox.base:main", str(theirs.fileno())),
                env={**fresh.environment(), **_LARGE_PAGES},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                cwd=os.sep,
                start_new_session=True,  # Ctrl-C reaches the controller alone, which then ends the rest in order
            )

    def open(self, order: SlotOrder) -> OpenedSlot:
        request = OpenSlot(
            preload=list(order.preload),
            entry=order.entry,
            ahead=list(order.ahead),
            later=list(order.later),
            forbid=list(order.forbid),
            degrees=list(order.degrees),
            device=order.device,
            memory_mib=order.memory_mib,
            gpu=order.gpu,
        )
        opened, descriptors = self._ask(request, SlotOpened, descriptors=1)
        if opened.fault:
            raise self._with_last_words(GraderFault(opened.fault))
        if opened.error:
            raise AuthorError(
                Text(en=f"exercise.toml: preload: {opened.error}.", zh=f"exercise.toml：preload：{opened.error}。"),
                remedy=Text(en="Name modules that are installed.", zh="请填写已安装的模块。"),
            )
        if not opened.examiner:
            raise unavailable(opened.proofs)
        return OpenedSlot(socket.socket(fileno=descriptors[0]), opened.proofs[0])

    def prove(self, degrees: tuple[Isolation, ...], device: str, *, gpu: Gpu | None = None) -> list[Proof]:
        proven, _ = self._ask(Prove(degrees=list(degrees), device=device, gpu=gpu), Proven)
        if proven.fault:
            raise self._with_last_words(GraderFault(proven.fault))
        return proven.proofs

    def _ask(self, request: OpenSlot | Prove, kind: type[T], *, descriptors: int = 0) -> tuple[T, list[int]]:
        deadline = time.monotonic() + START_TIMEOUT_S
        self._has_forked = True
        try:
            send_record(self._control, Ask(request))
            return receive_record(self._control, kind, deadline=deadline, descriptors=descriptors)
        except GraderFault as fault:
            raise self._with_last_words(fault) from None

    def _with_last_words(self, fault: GraderFault) -> GraderFault:
        words = self.last_words()
        return (
            GraderFault(joined((fault.problem, both(words)), separator="\n"), remedy=fault.remedy or "")
            if words
            else fault
        )

    def last_words(self) -> str:
        size = os.fstat(self._log.fileno()).st_size
        start, self._told_bytes = max(size - _LAST_WORDS_BYTES, self._told_bytes), size
        words = os.pread(self._log.fileno(), size - start, start)  # the offset is shared with those who write
        return words.decode(errors="replace").strip()

    def close(self) -> None:
        self._control.close()
        if not self._has_forked:
            self._process.kill()  # it may still be importing torch, which nobody needs any more
        try:
            self._process.wait(timeout=_EXIT_GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FreshExaminers:
    """Examiners as new processes that import torch themselves, where there is no fork."""

    def __init__(self) -> None:
        jail.shield()
        self._processes: list[subprocess.Popen[bytes]] = []

    def open(self, order: SlotOrder) -> OpenedSlot:
        """Open an examiner; `order.preload` is left: an import in advance would only cost time."""
        if Isolation.PROCESS not in order.degrees:
            raise unavailable(self.prove(order.degrees, order.device))
        started = fresh.start(f"{order.entry}_afresh", sockets=1)
        self._processes.append(started.process)
        return OpenedSlot(started.sockets[0], Proof(isolation=Isolation.PROCESS))

    def prove(self, degrees: tuple[Isolation, ...], device: str, *, gpu: Gpu | None = None) -> list[Proof]:
        del device, gpu
        why = "processes are started afresh here, without a zygote"
        return [
            Proof(isolation=one, missing=None if one is Isolation.PROCESS else Layer.NAMESPACES, why=why)
            for one in degrees
        ]

    def last_words(self) -> str:
        return ""

    def close(self) -> None:
        for process in self._processes:
            fresh.kill_tree(process)
            process.wait()
        self._processes.clear()


def start_warm() -> Warm:
    """Start what this system offers."""
    return WarmBase() if can_fork() else FreshExaminers()


def can_fork() -> bool:
    """Whether examiners are forked; DLGRADE_LAUNCH=fresh asks for the slow way, as Windows has it."""
    return hasattr(os, "fork") and os.environ.get("DLGRADE_LAUNCH") != "fresh"
