"""The flow of a submission, from what came in to its report.

    exercise + submission -> warm base -> examiner (tests, reference) <-wire-> child (student's code) -> report

`Grader` is the controller's end: it starts the base early, opens one examiner an exercise, and asks it for exams. The
examiner's process enters at `examine_here`, which joins the examination and the diagnosis.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from grader.errors import GraderError, GraderFault, SandboxUnavailable, UsageError, both, joined
from grader.records import Device, Exercise, Isolation, Submission, Text
from grader.report import Report, build_report

if TYPE_CHECKING:
    from grader.sandbox.children import ChildSource
    from grader.sandbox.jail import Degree
    from grader.sandbox.launch import Warm

_EXAMINER = "grader.pipeline:examine_here"
_GRACE_S = 30.0  # on top of an exam's own limit: the proof of a failure, and a busy machine


def degrees() -> tuple[Degree, ...]:
    """Return every degree of isolation, strongest first, and whether this machine offers it."""
    from grader.sandbox import jail

    return jail.degrees()


def choose_isolation(wanted: Isolation | None) -> Isolation:
    """Return the degree to use: the one that is asked for, or the best there is. Raises SandboxUnavailable."""
    for degree in degrees():
        if degree.available and wanted in (None, degree.isolation):
            return degree.isolation
        if degree.isolation is wanted:
            why = degree.missing or Text(en="no reason is known", zh="原因不明")
            raise SandboxUnavailable(
                Text(
                    en=f"Isolation {wanted.value} cannot be had here: {why.en}.",
                    zh=f"无法使用隔离 {wanted.value}：{why.zh}。",
                ),
                remedy=degree.remedy
                or Text(
                    en="`dlgrade doctor` lists what there is; `--isolation auto` takes the best.",
                    zh="`dlgrade doctor` 会列出可用的隔离；`--isolation auto` 取其中最强的。",
                ),
            )
    raise SandboxUnavailable(
        Text(en="This machine offers no isolation at all.", zh="这台机器不提供任何隔离。"),
        remedy=Text(en="Run `dlgrade doctor`.", zh="请运行 `dlgrade doctor`。"),
    )


@dataclass(frozen=True, slots=True)
class _Examiner:
    """A process that has loaded an exercise, as its files were then."""

    control: socket.socket
    sha256: str


class Grader:
    """Grades submissions, warm: the second exam of an exercise costs some tens of milliseconds.

    A context manager: leaving it ends every process. Raises SandboxUnavailable when `isolation` cannot be had.
    """

    def __init__(self, isolation: Isolation | None = None, device: Device = Device.CPU) -> None:
        self.isolation = choose_isolation(isolation)
        self.device = device
        self._warm: Warm | None = None
        self._examiners: dict[str, _Examiner] = {}  # by exercise

    def start(self) -> None:
        """Begin to import torch in the background; returns at once."""
        from grader.sandbox.launch import start_warm

        if self._warm is None:
            self._warm = start_warm()

    def examine(
        self, exercise: Exercise, submission: Submission, *, seed: int | None = None, next_exercise: str | None = None
    ) -> Report:
        """Grade one submission; `next_exercise` is the id of what the report proposes after a full score.

        Raises: UsageError for a device that the exercise is not made for, SandboxUnavailable for one that is not here,
            AuthorError for a broken exercise, GraderFault for a fault of our own.
        """
        from grader.examination.requests import Answer, ExamRequest
        from grader.sandbox.link import receive_record, send_record

        began = time.monotonic()
        if self.device not in exercise.devices:
            raise _not_made_for(exercise, self.device)
        seed = secrets.randbits(63) if seed is None else seed
        examiner = self._examiner(exercise)
        try:
            send_record(examiner, ExamRequest(submission=submission, seed=seed))
            deadline = time.monotonic() + 2 * exercise.limits.exam_s + _GRACE_S
            answer, _ = receive_record(examiner, Answer, deadline=deadline)
        except GraderFault as fault:
            self._forget(exercise)
            raise self._with_last_words(fault) from None
        if answer.examination is None:
            self._forget(exercise)
            raise self._with_last_words(answer.error())
        if not hasattr(os, "fork"):
            self._forget(exercise)  # without forks an examiner serves one exam
        examination = replace(answer.examination, isolation=self.isolation)
        return build_report(
            exercise,
            submission,
            examination,
            device=self.device,
            total_s=time.monotonic() - began,
            next_exercise=next_exercise,
        )

    def _examiner(self, exercise: Exercise) -> socket.socket:
        """Return the examiner that has loaded this exercise, as its files are now."""
        from grader.examination.requests import Answer, Prepare
        from grader.sandbox.link import receive_record, send_record

        found = self._examiners.get(exercise.id)
        if found is not None and found.sha256 == exercise.sha256:
            return found.control
        self._forget(exercise)  # it has loaded the files as they were before
        self.start()
        assert self._warm is not None
        examiner = self._warm.open(_EXAMINER, exercise.preload)
        send_record(examiner, Prepare(exercise=exercise, device=self.device))
        answer, _ = receive_record(examiner, Answer, deadline=time.monotonic() + _GRACE_S)
        if answer.fault is not None:
            examiner.close()
            raise answer.error()
        self._examiners[exercise.id] = _Examiner(examiner, exercise.sha256)
        return examiner

    def _with_last_words(self, error: GraderError) -> GraderError:
        """Add what our own processes wrote before they failed to a grader's fault."""
        words = self._warm.last_words() if self._warm is not None else ""
        if not isinstance(error, GraderFault) or not words:
            return error
        return GraderFault(joined((error.problem, both(words)), separator="\n"), remedy=error.remedy or "")

    def _forget(self, exercise: Exercise) -> None:
        examiner = self._examiners.pop(exercise.id, None)
        if examiner is not None:
            examiner.control.close()

    def close(self) -> None:
        """End every process that was started."""
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
    from grader.diagnosis import explain
    from grader.examination.examiner import serve

    serve(control, source, lambda evidence, reveal: explain(evidence, reveal=reveal))


def examine_here_afresh(control: socket.socket) -> None:
    """Be the examiner in a process of its own, where there is no fork."""
    from grader.sandbox.children import FreshChildren

    examine_here(control, FreshChildren())
