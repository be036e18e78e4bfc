"""The watcher: a process of its own that sees to it that no child takes more of a GPU's memory than it may.

Theory of operation. No limit of the system's counts a GPU's memory, so it is looked at from outside: every 20 ms the
watcher asks the driver's management library (NVML) who has how much, and kills the child that is over its cap. It is
started clean, by exec, for one examiner, and holds one socket to it; base, zygote and examiner never load NVML. Both
ends are ours and trusted. It is told of a child when that has made its CUDA context and has seen nothing of the
student's yet, and asked what became of it before the child is reaped: until then the number cannot be another's, and a
pidfd, opened when it was told, kills nobody else. What cannot be read any more cannot be held to a cap: then every
child is killed, and the examiner is told that the exam has no score. When the examiner goes, so does the watcher.

    Watch(pid, cap)  -> Watching(sight, or why not)
    Release(pid)     -> Released(verdict, or what failed)

The cap is coarse: what is taken and given back between two looks is not seen, and a child can be over its cap for as
long as a look takes. `gpu_ledger` decides who is over.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Callable

import msgspec

from grader.errors import GraderFault
from grader.sandbox.gpu_ledger import CannotWatch, Ledger, Reading, Refusal, Verdict
from grader.sandbox.gpu_nvml import Nvml, NvmlFails
from grader.sandbox.gpu_records import Gpu, Lack, Lacks
from grader.sandbox.link import receive_record, send_record

PAUSE_S = 0.02


class Watch(msgspec.Struct, tag=True, frozen=True):
    """Hold this child, which has just made its context, to so much memory beyond what it has now."""

    pid: int
    cap_mib: float


class Release(msgspec.Struct, tag=True, frozen=True):
    """Stop watching this child, which is about to be reaped."""

    pid: int


class Ask(msgspec.Struct, frozen=True):
    what: Watch | Release


class Watching(msgspec.Struct, frozen=True):
    """How the child is seen; or why it cannot be watched, in our words or the library's."""

    sight: str = ""
    refusal: Refusal | None = None
    failed: str = ""


class Released(msgspec.Struct, frozen=True):
    """What became of the child; `failed`: the memory could not be read while it was watched."""

    verdict: Verdict
    failed: str = ""


class Described(msgspec.Struct, frozen=True):
    """The GPUs; or what keeps them from being told of."""

    gpus: list[Gpu] = []
    lack: Lack | None = None
    detail: str = ""


class Started(msgspec.Struct, frozen=True):
    """The watcher is up; or what it lacks."""

    lack: Lack | None = None
    detail: str = ""


class Watcher:
    """Serves one examiner over `control`; `read` gives the readings, and raises NvmlFails."""

    def __init__(self, control: socket.socket, read: Callable[[], Reading], *, pause_s: float = PAUSE_S) -> None:
        self._control = control
        self._read = read
        self._pause_ms = 1000 * pause_s
        self._ledger = Ledger()
        self._pidfds: dict[int, int] = {}
        self._failed = ""  # since the last child was released

    def serve(self) -> None:
        """Serve until the examiner goes."""
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        try:
            while True:
                if waiting.poll(None if self._ledger.idle else self._pause_ms):
                    self._handle(receive_record(self._control, Ask)[0].what)
                self._look()
        except GraderFault:  # the examiner has gone, and its children with it
            return

    def _handle(self, request: Watch | Release) -> None:
        if isinstance(request, Watch):
            send_record(self._control, self._watch(request))
        else:
            self._look()
            verdict = self._ledger.release(request.pid)
            descriptor = self._pidfds.pop(request.pid, None)
            if descriptor is not None:
                os.close(descriptor)
            failed = self._failed
            if self._ledger.idle:
                self._failed = ""
            send_record(self._control, Released(verdict=verdict, failed=failed))

    def _watch(self, request: Watch) -> Watching:
        try:
            descriptor = os.pidfd_open(request.pid)
        except OSError:
            return Watching(refusal=Refusal.GONE)
        try:
            sight = self._ledger.watch(request.pid, request.cap_mib, self._read())
        except CannotWatch as cannot:
            os.close(descriptor)
            return Watching(refusal=cannot.refusal)
        except NvmlFails as failure:
            os.close(descriptor)
            return Watching(failed=str(failure))
        self._pidfds[request.pid] = descriptor
        return Watching(sight=sight.value)

    def _look(self) -> None:
        if self._ledger.idle:
            return
        try:
            over = self._ledger.look(self._read())
        except NvmlFails as failure:
            self._failed = str(failure)
            over = self._ledger.all_living()
        for pid in over:
            try:
                signal.pidfd_send_signal(self._pidfds[pid], signal.SIGKILL)
            except ProcessLookupError:  # it has died by itself, and waits to be reaped
                continue


def main(descriptor: str, uuid: str) -> None:
    """Be the watcher of one GPU, serving the examiner on the inherited socket `descriptor`."""
    control = socket.socket(fileno=int(descriptor))
    try:
        read = Nvml().reader(uuid)
        read()  # what it cannot tell now it will not tell later
    except Lacks as lacks:
        send_record(control, Started(lack=lacks.lack, detail=lacks.detail))
        return
    except NvmlFails as failure:
        send_record(control, Started(lack=Lack.DRIVER, detail=str(failure)))
        return
    send_record(control, Started())
    Watcher(control, read).serve()


def describe(descriptor: str) -> None:
    """Tell which GPUs there are on the inherited socket `descriptor`, and leave."""
    control = socket.socket(fileno=int(descriptor))
    try:
        described = Described(gpus=list(Nvml().gpus()))
    except Lacks as lacks:
        described = Described(lack=lacks.lack, detail=lacks.detail)
    send_record(control, described)
