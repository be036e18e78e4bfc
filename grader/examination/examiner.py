"""The examiner process: collects an exercise's tests once, and runs each exam in a fork of that.

Theory of operation. The examiner is a fork of the warm base (or a fresh process). It reads one `Prepare` from the
controller, loads the reference and the tests, answers, and then serves `ExamRequest`s, one at a time. Each exam runs in
a fork, which inherits the collected tests and the socket to the zygote, writes its answer into a pipe, and leaves:
whatever a test did to the process is gone with it. Where there is no fork, the process serves one exam and leaves.
When the controller goes, so does the examiner, and its zygote sees that and kills the children.
"""

from __future__ import annotations

import functools
import gc
import os
import select
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec
import torch

from grader.errors import AuthorError, GraderError, GraderFault, SandboxUnavailable
from grader.examination.collection import Case, collect, load_reference
from grader.examination.exam import Exam, Explain, KeepErrors, versions
from grader.examination.fixtures import Fixtures
from grader.examination.requests import Answer, ExamRequest, Prepare
from grader.examination.rules import Rules
from grader.examination.signatures import Signatures
from grader.records import Device, Examination, Text
from grader.sandbox import jail
from grader.sandbox.children import ChildSource
from grader.sandbox.link import receive_record, send_record


def serve(control: socket.socket, source: ChildSource, explain: Explain) -> None:
    """Serve one controller until it goes. Tells it of an exercise that cannot be loaded, and then returns."""
    sys.dont_write_bytecode = True  # tests and references leave no files beside them
    prepare, _ = receive_record(control, Prepare)
    if prepare.device is Device.CUDA and (missing := _missing_for_cuda()):
        send_record(control, Answer.of(missing))
        return
    try:
        fixtures = Fixtures(load_reference(prepare.exercise))
        run = _runner(prepare, source, fixtures, explain)
        collect(
            prepare.exercise,
            prepare.device,
            functools.partial(_serve_exams, control, run),
            fixtures=_Plugins(fixtures),
        )
    except AuthorError as error:
        send_record(control, Answer.of(error))


def _missing_for_cuda() -> SandboxUnavailable | None:
    """Say why this machine cannot grade on a GPU; found out without touching CUDA, which would spoil every fork."""
    if torch.version.cuda is None:
        return SandboxUnavailable(
            Text(
                en=f"Device cuda cannot be had here: torch {torch.__version__} is built without CUDA.",
                zh=f"无法使用设备 cuda：torch {torch.__version__} 不含 CUDA 支持。",
            ),
            remedy=Text(
                en="Install a build of torch with CUDA, or use `--device cpu`.",
                zh="请安装带 CUDA 的 torch，或使用 `--device cpu`。",
            ),
        )
    if not Path("/dev/nvidiactl").exists():
        return SandboxUnavailable(
            Text(
                en="Device cuda cannot be had here: this machine has no NVIDIA device (/dev/nvidiactl is missing).",
                zh="无法使用设备 cuda：这台机器没有 NVIDIA 设备（缺少 /dev/nvidiactl）。",
            ),
            remedy=Text(en="Use `--device cpu`.", zh="请使用 `--device cpu`。"),
        )
    return None


def _runner(
    prepare: Prepare, source: ChildSource, fixtures: Fixtures, explain: Explain
) -> Callable[[ExamRequest, list[Case]], Examination]:
    signatures, rules = Signatures(prepare.exercise), Rules(prepare.exercise.forbid)
    reference = read_reference(prepare.exercise)  # before any student's code could have changed the files
    versions()

    def run(request: ExamRequest, cases: list[Case]) -> Examination:
        return Exam(
            prepare.exercise,
            request,
            cases,
            device=prepare.device,
            source=source,
            fixtures=fixtures,
            explain=explain,
            signatures=signatures,
            rules=rules,
            reference=reference,
        ).run()

    return run


def _serve_exams(
    control: socket.socket, run: Callable[[ExamRequest, list[Case]], Examination], cases: list[Case]
) -> None:
    gc.collect()
    gc.freeze()
    send_record(control, Answer())
    while True:
        try:
            request, _ = receive_record(control, ExamRequest)
        except GraderFault:  # the controller has gone: an orderly end
            return
        if hasattr(os, "fork"):
            _answer_from_a_fork(control, functools.partial(run, request, cases))
        else:
            send_record(control, _answer(functools.partial(run, request, cases)))
            return


def _answer_from_a_fork(control: socket.socket, examine: Callable[[], Examination]) -> None:
    """Run an exam in a fork and send its answer on. The fork's death is the grader's fault."""
    reading, writing = os.pipe()
    examiner = os.getpid()
    pid = os.fork()
    if pid == 0:
        jail.die_with_parent(examiner)
        os.close(reading)
        _write_and_leave(writing, examine)
    os.close(writing)
    data = _read_answer(reading, control, pid)
    if data is not None:
        send_record(control, msgspec.msgpack.decode(data, type=Answer))
    _, status = os.waitpid(pid, 0)
    if data is None:
        problem = Text(en=f"The exam's process ended with status {status}.", zh=f"考试进程意外结束，状态为 {status}。")
        send_record(control, Answer.of(GraderFault(problem)))


def _write_and_leave(writing: int, examine: Callable[[], Examination]) -> None:
    status = 1
    try:
        answer = msgspec.msgpack.encode(_answer(examine))
        data = _LENGTH.pack(len(answer)) + answer
        while data:
            data = data[os.write(writing, data) :]
        status = 0
    except BaseException:  # noqa: BLE001  the process ends here, and says why
        traceback.print_exc()  # into the file that the controller quotes from
        sys.stderr.flush()
    finally:
        os._exit(status)


def _answer(examine: Callable[[], Examination]) -> Answer:
    try:
        return Answer(examination=examine())
    except GraderError as error:
        return Answer.of(error)
    except BaseException:  # noqa: BLE001  a fault of our own, whatever it is, is told and never becomes a zero
        return Answer.of(GraderFault(traceback.format_exc(limit=-6)))


def _read_answer(reading: int, control: socket.socket, pid: int) -> bytes | None:
    """Read the fork's answer; None when it ended without one. When the controller goes meanwhile, end it and leave.

    The answer says its own length: it is complete before the fork's memory has been given back, which takes longer.
    """
    data = bytearray()
    watch: list[int | socket.socket] = [reading, control]
    while len(data) < _LENGTH.size or len(data) < _LENGTH.size + _LENGTH.unpack_from(data)[0]:
        ready, _, _ = select.select(watch, [], [])
        if reading in ready:
            part = os.read(reading, 1 << 20)
            if not part:
                os.close(reading)
                return None
            data += part
        elif not control.recv(1, socket.MSG_PEEK):
            os.kill(pid, signal.SIGKILL)
            os._exit(0)
        else:
            watch = [reading]  # the next request waits its turn
    os.close(reading)
    return bytes(data[_LENGTH.size :])


_LENGTH = struct.Struct("<Q")


class _Plugins:
    """dlgrade's fixtures and hooks as one pytest plugin."""

    def __init__(self, fixtures: Fixtures) -> None:
        self._fixtures = fixtures
        self._keep = KeepErrors()

    def pytest_configure(self, config) -> None:  # type: ignore[no-untyped-def]
        config.pluginmanager.register(self._fixtures)
        config.pluginmanager.register(self._keep)
