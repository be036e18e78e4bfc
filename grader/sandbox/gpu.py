"""A GPU to grade on: which one, whether it can be had, and that its memory is watched.

Theory of operation. The controller chooses the GPU (`find_gpu`): it lets a process of its own ask the driver, so that
neither NVML nor CUDA is ever loaded in a process that forks. The GPU's identifier travels to the base, whose box opens
that GPU's device files and no other's, and to the examiner, which starts a watcher for it (`gpu_watcher`). Each child
is told which GPU is its own, starts it, and is watched, all before it is sent a line of the student's. A cap that
cannot be held is none: without the watcher nothing is graded on a GPU.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from grader.errors import GraderFault
from grader.records import Text
from grader.sandbox import fresh
from grader.sandbox.gpu_ledger import Refusal, Verdict
from grader.sandbox.gpu_records import Gpu, Lack, Lacks
from grader.sandbox.gpu_watcher import Ask, Described, Release, Released, Started, Watch, Watching
from grader.sandbox.link import alarm_held, receive_record, send_record

NVIDIA_CONTROL = Path("/dev/nvidiactl")
UVM = Path("/dev/nvidia-uvm")
START_S = 60.0  # the driver wakes a sleeping GPU, and may check its memory
ANSWER_S = 10.0
UNCOUNTED_MIB = 512.0  # beyond the cap of torch's allocator: kernels and libraries that are loaded when first used
_ANYBODY = 0o006  # may read and write
T = TypeVar("T")


def find_gpu() -> Gpu:
    """Return the GPU that CUDA_VISIBLE_DEVICES names, or the first. Raises Lacks where it cannot be graded on."""
    if sys.platform != "linux":
        raise Lacks(Lack.PLATFORM)
    if not NVIDIA_CONTROL.exists():
        raise Lacks(Lack.DEVICE)
    chosen = choose(_described(), os.environ.get("CUDA_VISIBLE_DEVICES"))
    if not UVM.exists():
        raise Lacks(Lack.UVM)
    needed = (NVIDIA_CONTROL, UVM, Path(f"/dev/nvidia{chosen.minor}"))
    if os.geteuid() == 0 and any(path.stat().st_mode & _ANYBODY != _ANYBODY for path in needed):
        raise Lacks(Lack.CLOSED)
    return chosen


def choose(gpus: Sequence[Gpu], visible: str | None) -> Gpu:
    """Return the first GPU that `visible` names; without it the first. Raises Lacks.

    `visible` as CUDA reads it: numbers, or identifiers or the beginnings of such, with commas. Numbers count as
    nvidia-smi counts; CUDA itself puts the fastest first, unless CUDA_DEVICE_ORDER=PCI_BUS_ID.
    """
    named = gpus if visible is None else _named(gpus, visible.partition(",")[0].strip())
    if len(named) == 0 or (visible is not None and len(named) > 1):
        raise Lacks(Lack.INVISIBLE, "" if visible is None else repr(visible))
    gpu = named[0]
    if gpu.is_parted:
        raise Lacks(Lack.PARTED, gpu.name)
    if not gpu.takes_many:
        raise Lacks(Lack.ALONE, gpu.name)
    return gpu


def _named(gpus: Sequence[Gpu], name: str) -> Sequence[Gpu]:
    if name.startswith("MIG-"):
        raise Lacks(Lack.PARTED, name)
    if name.isascii() and name.isdecimal():
        return gpus[int(name) : int(name) + 1]
    return [gpu for gpu in gpus if name.startswith("GPU-") and gpu.uuid.startswith(name)]


def _described() -> list[Gpu]:
    """Return what a process of its own is told of the GPUs. Raises Lacks."""
    process, control = _start("grader.sandbox.gpu_watcher:describe")
    with control:
        described = _first_word(process, control, Described)
    process.wait()
    if described.lack is not None:
        raise Lacks(described.lack, described.detail)
    return described.gpus


def _start(entry: str, *arguments: str) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            fresh.command(entry, str(theirs.fileno()), *arguments),
            env=fresh.environment(),
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("DLGRADE_DEBUG") else subprocess.DEVNULL,
            cwd=os.sep,
            start_new_session=True,
        )
    return process, ours


def _first_word(process: subprocess.Popen[bytes], control: socket.socket, kind: type[T]) -> T:
    """Return the first record of a new process; one that says nothing in time is killed. Raises Lacks."""
    try:
        return receive_record(control, kind, deadline=time.monotonic() + START_S)[0]
    except GraderFault as fault:
        process.kill()
        process.wait()
        raise Lacks(Lack.WATCHER, fault.problem.en.rstrip(".")) from None


def watch_gpu(uuid: str, *, memory_mib: int) -> GpuWatch:
    """Start the watcher of a GPU. Raises Lacks."""
    process, control = _start("grader.sandbox.gpu_watcher:main", uuid)
    started = _first_word(process, control, Started)
    watch = GpuWatch(uuid, control, process, memory_mib=memory_mib)
    if started.lack is not None:
        watch.close()
        raise Lacks(started.lack, started.detail)
    return watch


class GpuWatch:
    """The examiner's end of a watcher, `process`, and what each of its children may take.

    `memory_mib` is for tensors: what a child has when its context is made, and some more for libraries, is on top.
    """

    def __init__(self, uuid: str, control: socket.socket, process: subprocess.Popen[bytes], *, memory_mib: int) -> None:
        self.uuid = uuid
        self.memory_mib = memory_mib
        self._broken: GraderFault | None = None
        self._process, self._control = process, control

    def watch(self, pid: int | None) -> None:
        """Hold a child to its cap from now on. Raises GraderFault where that cannot be done."""
        if pid is None:
            raise _cannot_watch(_REFUSED[Refusal.GONE])
        answer = self._ask(Watch(pid=pid, cap_mib=self.memory_mib + UNCOUNTED_MIB), Watching)
        if answer.failed:
            raise _blind(answer.failed)
        if answer.refusal is not None:
            raise _cannot_watch(_REFUSED[answer.refusal])

    def release(self, pid: int) -> Verdict:
        """Stop watching a child, before it is reaped; return what became of it. Raises GraderFault."""
        answer = self._ask(Release(pid=pid), Released)
        if answer.failed:
            raise _blind(answer.failed)
        if answer.verdict.killed and answer.verdict.disturbed:
            raise _cannot_watch(_REFUSED[Refusal.SHARED])
        return answer.verdict

    def _ask(self, request: Watch | Release, kind: type[T]) -> T:
        if self._broken is not None:  # a late answer would be taken for that to the next question
            raise self._broken
        try:
            with alarm_held():
                send_record(self._control, Ask(request))
                return receive_record(self._control, kind, deadline=time.monotonic() + ANSWER_S)[0]
        except GraderFault as fault:
            self._broken = _blind(fault.problem.en.rstrip("."))
            raise self._broken from None

    def close(self) -> None:
        """End the watcher."""
        self._control.close()
        try:
            self._process.wait(timeout=ANSWER_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@dataclass(frozen=True, slots=True)
class _Told:
    why: Text
    remedy: Text


_REFUSED: dict[Refusal, _Told] = {
    Refusal.NO_ROOM: _Told(
        Text(
            en="the GPU has less memory left than the exercise allows (limits.gpu_memory_mib)",
            zh="GPU 剩余内存少于练习所允许的量（limits.gpu_memory_mib）",
        ),
        Text(
            en="End what else computes on it (`nvidia-smi` lists it), or use another GPU.",
            zh="请结束其他占用它的程序（见 `nvidia-smi`），或换一块 GPU。",
        ),
    ),
    Refusal.SHARED: _Told(
        Text(
            en="other processes compute on the GPU, and from here the driver does not tell whose memory is whose",
            zh="有其他进程在使用该 GPU，而驱动在此处无法区分内存归属",
        ),
        Text(
            en="Give dlgrade the GPU alone, or run it outside the container or with the machine's process numbers "
            "(`--pid=host`).",
            zh="请让 dlgrade 独占该 GPU，或在容器外运行，或使用主机的进程号（`--pid=host`）。",
        ),
    ),
    Refusal.GONE: _Told(
        Text(en="its process has gone, or has no number here", zh="其进程已结束，或在此处没有进程号"),
        Text(en="Grade again; if it stays, see `dlgrade doctor`.", zh="请重新评分；若仍如此，请看 `dlgrade doctor`。"),
    ),
}


def _cannot_watch(told: _Told) -> GraderFault:
    return GraderFault(
        Text(
            en=f"The student's code cannot be held to its share of the GPU's memory: {told.why.en}.",
            zh=f"无法限制学生代码占用的 GPU 内存：{told.why.zh}。",
        ),
        remedy=told.remedy,
    )


def _blind(why: str) -> GraderFault:
    return GraderFault(
        Text(
            en=f"The GPU's memory could not be watched during the exam: {why}.",
            zh=f"考试期间无法监视 GPU 内存：{why}。",
        ),
        remedy=Text(en="See what `nvidia-smi` and `dmesg` say.", zh="请查看 `nvidia-smi` 和 `dmesg` 的输出。"),
    )
