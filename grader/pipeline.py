"""The flow of a submission, from what came in to its report.

    exercise + submission -> warm base -> examiner (tests, reference) <-wire-> child (student's code) -> report

`Grader` is the controller's end: it starts the base early, opens one examiner an exercise, and asks it for exams. The
examiner's process enters at `examine_here`, which joins the examination and the diagnosis.

A fault of our own (a process of ours was killed, hangs, or has no memory or descriptors left) leaves an exam without a
verdict. It is held once more, with the same seed, in a new slot, and in a new base where the old one gives none; a
second fault is told, and the submission stays unscored.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from grader.errors import GraderError, GraderFault, UsageError, both, joined
from grader.records import Device, Examination, Exercise, Isolation, Submission, Text
from grader.report import Report, build_report

if TYPE_CHECKING:
    from grader.examination.requests import ExamRequest
    from grader.sandbox.children import ChildSource
    from grader.sandbox.gpu_records import Gpu
    from grader.sandbox.jail.proofs import Proof
    from grader.sandbox.launch import OpenedSlot, SlotOrder, Warm
    from grader.sandbox.shared import SharedBase

_EXAMINER = "grader.pipeline:examine_here"
# What examiners import: a fork of the base does it once for all of them (`sandbox.nursery`).
_AHEAD = (
    "grader.pipeline",  # with `_EXAMINER`
    "grader.diagnosis.misconceptions",
    "grader.diagnosis.plugged",
    "grader.examination.examiner",
    "_pytest._argcomplete",  # these pytest imports itself when it begins
    "_pytest.helpconfig",
    "_pytest.skipping",
    "_pytest.unittest",
)
_LATER = ("grader.examination.property.decorator",)  # with Hypothesis, for exercises with properties
_GRACE_S = 30.0  # on top of an exam's own limit: the proof of a failure, and a busy machine
_GRACE_CUDA_S = 120.0  # and the contexts that all its children make, a second each

_BEST_FIRST = (Isolation.STRONG, Isolation.LANDLOCK, Isolation.PROCESS)
ALL_DEGREES = (*_BEST_FIRST, Isolation.GVISOR)  # gVisor is asked for by name: it takes seconds to start


def choose_degrees(wanted: Isolation | None, *, others: bool = False) -> tuple[Isolation, ...]:
    """Return the degrees of isolation to try, in order: the one that is asked for, or the best first.

    `others`: the code is other people's, so nothing below `landlock` is taken unless it is asked for by name.
    """
    if wanted is not None:
        return (wanted,)
    return _BEST_FIRST[:-1] if others else _BEST_FIRST


@dataclass(frozen=True, slots=True)
class _Examiner:
    """A process that has loaded an exercise, as its files were then."""

    control: socket.socket
    sha256: str
    proof: Proof


class Grader:
    """Grades submissions, warm: the second exam of an exercise costs some tens of milliseconds.

    A context manager: leaving it ends every process. `isolation` None takes the strongest that this machine proves;
    with `others`, for other people's code, nothing below `landlock`. `examine` raises SandboxUnavailable where it
    cannot be had. On a GPU exams take turns: `waits` is called where another one is on it. `base`: one that other
    graders, in other threads, use as well; without it this one starts its own.
    """

    def __init__(
        self,
        isolation: Isolation | None = None,
        device: Device = Device.CPU,
        *,
        others: bool = False,
        waits: Callable[[], None] = lambda: None,
        base: SharedBase | None = None,
    ) -> None:
        self.degrees = choose_degrees(isolation, others=others)
        self.device = device
        self._waits = waits
        self._base = base
        self._gpu: Gpu | None = None
        self._warm: Warm | None = None
        self._examiners: dict[str, _Examiner] = {}  # by exercise
        self._is_closed = False

    def start(self) -> None:
        """Begin to import torch in the background; returns at once. Raises GraderFault."""
        from grader.sandbox.launch import start_warm

        if self._is_closed:
            raise _closed()
        if self._warm is None:
            try:
                self._warm = start_warm() if self._base is None else self._base.lease()
            except OSError as error:
                raise _not_started(error) from None

    def examine(
        self, exercise: Exercise, submission: Submission, *, seed: int | None = None, next_exercise: str | None = None
    ) -> Report:
        """Grade one submission; `next_exercise` is the id of what the report proposes after a full score.

        Raises: UsageError for a device that the exercise is not made for, SandboxUnavailable for one that is not here,
            AuthorError for a broken exercise, GraderFault for a fault of our own.
        """
        from grader.examination.requests import ExamRequest

        began = time.monotonic()
        seed = secrets.randbits(63) if seed is None else seed
        examination = self.hold(exercise, ExamRequest(submission=submission, seed=seed))
        return build_report(
            exercise,
            submission,
            examination,
            device=self.device,
            total_s=time.monotonic() - began,
            next_exercise=next_exercise,
        )

    def hold(self, exercise: Exercise, request: ExamRequest) -> Examination:
        """Hold one exam as it is asked for, and return what it found. Raises as `examine` does."""
        if self.device not in exercise.devices:
            raise _not_made_for(exercise, self.device)
        with self._slot():
            return self._twice_at_most(exercise, request)

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        """Have the GPU to oneself, where it takes one."""
        gpu = self._chosen_gpu()
        if gpu is None:
            yield
            return
        from grader.sandbox.gpu_slot import gpu_slot

        with gpu_slot(gpu.uuid, waits=self._waits):
            yield

    def _chosen_gpu(self) -> Gpu | None:
        """Return the GPU to grade on, None for the CPU. Raises SandboxUnavailable."""
        if self.device is Device.CUDA and self._gpu is None:
            from grader.sandbox.gpu import find_gpu
            from grader.sandbox.gpu_records import Lacks

            try:
                self._gpu = find_gpu()
            except Lacks as lacks:
                raise lacks.unavailable() from None
        return self._gpu

    def _twice_at_most(self, exercise: Exercise, request: ExamRequest) -> Examination:
        """Hold an exam, and once more after a fault of our own."""
        try:
            return self._attempt(exercise, request)
        except GraderFault as first:
            if self._is_closed:  # by another thread, in the middle of the exam: nobody would end a new base
                raise
            try:
                return replace(self._attempt(exercise, request), attempts=2)
            except GraderFault as second:
                self._end()  # what the base forks lacks something: the next exam gets another
                raise _failed_twice(first, second) from None

    def _attempt(self, exercise: Exercise, request: ExamRequest) -> Examination:
        """Hold an exam once; after any fault the next one gets a new slot."""
        from grader.examination.requests import Answer
        from grader.sandbox.link import receive_record, send_record
        from grader.sandbox.run_queue import MOST

        examiner = self._examiner(exercise)
        try:
            send_record(examiner.control, request)
            grace_s = _GRACE_S if self._gpu is None else _GRACE_S + _GRACE_CUDA_S
            most_s = (1 + MOST) * exercise.limits.exam_s  # on a machine on which the exam waits most of its time
            deadline = time.monotonic() + 2 * most_s + grace_s
            answer, _ = receive_record(examiner.control, Answer, deadline=deadline)
        except GraderFault as fault:
            self.forget(exercise)
            raise self._with_last_words(fault) from None
        if answer.examination is None:
            self.forget(exercise)
            raise self._with_last_words(answer.error())
        if not hasattr(os, "fork"):
            self.forget(exercise)  # without forks an examiner serves one exam
        return replace(answer.examination, isolation=examiner.proof.isolation)

    def proofs(self, degrees: tuple[Isolation, ...] = ALL_DEGREES) -> list[Proof]:
        """Return what this machine's self-test says of each degree. Raises GraderFault."""
        self.start()
        assert self._warm is not None
        return self._warm.prove(degrees, self.device.value, gpu=self._chosen_gpu())

    def _examiner(self, exercise: Exercise) -> _Examiner:
        """Return the examiner that has loaded this exercise, as its files are now."""
        from grader.examination.requests import Answer, Prepare
        from grader.plugins import Group, found_plugins
        from grader.sandbox.launch import SlotOrder
        from grader.sandbox.link import receive_record, send_record

        found = self._examiners.get(exercise.id)
        if found is not None and found.sha256 == exercise.sha256:
            return found
        self.forget(exercise)  # it has loaded the files as they were before
        gpu = self._chosen_gpu()
        diagnoses = found_plugins(Group.DIAGNOSES)  # looked up while the base still imports torch
        opened = self._open(
            SlotOrder(
                entry=_EXAMINER,
                preload=exercise.preload,
                degrees=self.degrees,
                device=self.device.value,
                memory_mib=exercise.limits.memory_mib,
                gpu=gpu,
                ahead=_AHEAD,
                later=_LATER,
                forbid=exercise.forbid,
            )
        )
        examiner = opened.examiner
        try:
            send_record(
                examiner,
                Prepare(
                    exercise=exercise,
                    device=self.device,
                    gpu_uuid="" if gpu is None else gpu.uuid,
                    diagnoses=diagnoses,
                ),
            )
            grace_s = _GRACE_S if gpu is None else 2 * _GRACE_CUDA_S  # its watcher asks the driver first
            answer, _ = receive_record(examiner, Answer, deadline=time.monotonic() + grace_s)
        except GraderFault as fault:
            examiner.close()
            told = self._with_last_words(fault)
            self._end()  # a base whose examiners cannot load may lack what they need, too
            raise told from None
        if answer.fault is not None:
            examiner.close()
            raise answer.error()
        self._examiners[exercise.id] = _Examiner(examiner, exercise.sha256, opened.proof)
        return self._examiners[exercise.id]

    def _open(self, order: SlotOrder) -> OpenedSlot:
        """Open a slot. A base that is gone, or cannot, is ended: the next slot gets a new one, this one if it may."""
        for is_new in (self._warm is None, True):
            self.start()
            assert self._warm is not None
            try:
                return self._warm.open(order)
            except GraderFault:
                self._end()
                if is_new:
                    raise
        raise AssertionError("a new base either opens a slot or raises")

    def _with_last_words(self, error: GraderError) -> GraderError:
        """Add what our own processes wrote before they failed to a grader's fault."""
        words = self._warm.last_words() if self._warm is not None else ""
        if not isinstance(error, GraderFault) or not words:
            return error
        return GraderFault(joined((error.problem, both(words)), separator="\n"), remedy=error.remedy or "")

    def forget(self, exercise: Exercise) -> None:
        """End the examiner of an exercise, and so its memory; the next exam of it begins cold."""
        examiner = self._examiners.pop(exercise.id, None)
        if examiner is not None:
            examiner.control.close()

    def close(self) -> None:
        """End every process that was started, for good: an exam in progress in another thread raises GraderFault."""
        self._is_closed = True
        self._end()

    def _end(self) -> None:
        for examiner in self._examiners.values():
            examiner.control.close()
        self._examiners.clear()
        if self._warm is not None:
            self._warm.close()
            self._warm = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _not_started(error: OSError) -> GraderFault:
    return GraderFault(
        Text(
            en=f"dlgrade's own processes could not be started: {error.strerror or error}.",
            zh=f"无法启动 dlgrade 自己的进程：{error.strerror or error}。",
        ),
        remedy=Text(
            en="This machine has no disk space, descriptors, processes or memory left.",
            zh="这台机器的磁盘空间、文件描述符、进程数或内存已用尽。",
        ),
    )


def _closed() -> GraderFault:
    return GraderFault(
        Text(en="This Grader has been closed.", zh="该 Grader 已关闭。"),
        remedy=Text(en="Make a new one.", zh="请新建一个。"),
    )


def _failed_twice(first: GraderFault, second: GraderFault) -> GraderFault:
    """Return the fault of an exam that failed when it was held once more, too."""
    twice = Text(en="The exam was tried twice.", zh="考试已尝试两次。")
    parts = [joined((twice, second.problem))]
    if first.problem != second.problem:
        parts.append(joined((Text(en="The first time:", zh="第一次："), first.problem)))
    return GraderFault(joined(parts, separator="\n"), remedy=second.remedy or first.remedy or "")


def _not_made_for(exercise: Exercise, device: Device) -> UsageError:
    offered = ", ".join(device.value for device in exercise.devices)
    return UsageError(
        Text(
            en=f"--device {device.value}: {exercise.name} is not made for it.",
            zh=f"--device {device.value}：{exercise.name} 不支持该设备。",
        ),
        remedy=Text(en=f"It can be graded on: {offered}.", zh=f"它支持：{offered}。"),
    )


def examine_here(control: socket.socket, source: ChildSource) -> None:
    """Be the examiner: join the examination and the diagnosis, and serve the controller."""
    from grader.diagnosis.misconceptions import Misconceptions
    from grader.diagnosis.plugged import Diagnoses
    from grader.examination.examiner import serve

    serve(control, source, Diagnoses(), Misconceptions)


def examine_here_afresh(control: socket.socket) -> None:
    """Be the examiner in a process of its own, where there is no fork."""
    from grader.sandbox.children import FreshChildren

    examine_here(control, FreshChildren())
