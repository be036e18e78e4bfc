"""The examiner process: collects an exercise's tests once, and runs each exam in a fork of that.

Theory of operation. The examiner is a fork of the warm base (or a fresh process). It reads one `Prepare` from the
controller, loads the reference and the tests, answers, and then serves `ExamRequest`s, one at a time. Each exam runs in
a fork (see `apart`), which inherits the collected tests and the socket to the zygote, writes its answer, and leaves:
whatever a test did to the process is gone with it. Where there is no fork, the process serves one exam and leaves.
When the controller goes, so does the examiner, and its zygote sees that and kills the children.
"""

from __future__ import annotations

import functools
import gc
import os
import socket
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import torch

from grader.errors import AuthorError, GraderFault, SandboxUnavailable
from grader.examination.apart import Apart, Stage, Stuck, here, in_a_fork
from grader.examination.board import Board, SeenChildren
from grader.examination.causes import MakeCauses, has_failed
from grader.examination.collection import Case, collect, load_reference, read_reference, read_stub
from grader.examination.exam import NOTHING, WHOLE, Exam, Over, versions
from grader.examination.explaining import Explain
from grader.examination.fixtures import Fixtures
from grader.examination.judge import KeepErrors, broken_test, starved
from grader.examination.requests import Answer, ExamRequest, Prepare
from grader.examination.rules import Rules
from grader.examination.rules.author import check_names, own_breach
from grader.examination.signatures import Signatures
from grader.examination.watch import BESIDE_S
from grader.records import Device, Fault, Outcome, Text
from grader.sandbox.children import ChildSource
from grader.sandbox.gpu import GpuWatch, watch_gpu
from grader.sandbox.gpu_records import Lacks
from grader.sandbox.link import receive_record, send_record
from grader.sandbox.run_queue import MOST
from grader.submission.apart import is_long


def serve(control: socket.socket, source: ChildSource, explain: Explain, make_causes: MakeCauses) -> None:
    """Serve one controller until it goes. Tells it of an exercise that cannot be loaded, and then returns."""
    sys.dont_write_bytecode = True  # tests and references leave no files beside them
    prepare, _ = receive_record(control, Prepare)
    if prepare.device is Device.CUDA:
        try:
            source.gpu = _watched_gpu(prepare)
        except SandboxUnavailable as missing:
            send_record(control, Answer.of(missing))
            return
    explain.prepare(prepare.exercise, prepare.diagnoses)
    try:
        examiner = _Examiner(prepare, source, explain, make_causes)
        examine = functools.partial(examiner.serve, control)
        collect(prepare.exercise, prepare.device, examine, fixtures=_Plugins(examiner.fixtures))
    except AuthorError as error:
        send_record(control, Answer.of(error))
    finally:
        if source.gpu is not None:
            source.gpu.close()


def _watched_gpu(prepare: Prepare) -> GpuWatch:
    """Return what watches the GPU. CUDA is not touched: that would spoil every fork. Raises SandboxUnavailable."""
    if torch.version.cuda is None:
        raise SandboxUnavailable(
            Text(
                en=f"Device cuda cannot be had here: torch {torch.__version__} is built without CUDA.",
                zh=f"无法使用设备 cuda：torch {torch.__version__} 不含 CUDA 支持。",
            ),
            remedy=Text(
                en="Install a build of torch with CUDA, or use `--device cpu`.",
                zh="请安装带 CUDA 的 torch，或使用 `--device cpu`。",
            ),
        )
    try:
        return watch_gpu(prepare.gpu_uuid, memory_mib=prepare.exercise.limits.gpu_memory_mib)
    except Lacks as lacks:
        raise lacks.unavailable() from None


class _Examiner:
    """What every exam of the exercise needs, made once: the exams are forks of it."""

    def __init__(self, prepare: Prepare, source: ChildSource, explain: Explain, make_causes: MakeCauses) -> None:
        exercise = prepare.exercise
        reference = load_reference(exercise)
        self.fixtures = Fixtures(reference)
        self._reference = read_reference(exercise)  # before any student's code could have changed the files
        check_names(exercise)
        rules = Rules(exercise.forbid, exercise.allow)
        if (breach := own_breach(exercise, rules, self._reference)) is not None:
            raise breach
        self._exercise = exercise
        self._source = source
        self._causes = make_causes(exercise, self._reference)
        self._is_prepared = False  # once an exam has needed the causes
        self._stub = read_stub(exercise)
        is_stub = not any(is_long(file.text) for file in self._stub)  # else a student's, who may write into it
        self._stubs_breach = own_breach(exercise, rules, self._stub, stub=True) if is_stub else None
        self._make = functools.partial(
            Exam,
            exercise,
            device=prepare.device,
            fixtures=self.fixtures,
            explain=explain,
            causes=self._causes,
            signatures=Signatures(exercise, reference),
            rules=rules,
            reference=self._reference,
        )
        versions()

    def serve(self, control: socket.socket, cases: list[Case]) -> None:
        """Serve exams until the controller goes; where there is no fork, one."""
        gc.collect()
        gc.freeze()
        send_record(control, Answer())
        while True:
            try:
                request, _ = receive_record(control, ExamRequest)
            except GraderFault:  # the controller has gone: an orderly end
                return
            forks: list[int] = []
            cpu_s = (1 + MOST) * self._exercise.limits.exam_s + BESIDE_S
            has_fork = hasattr(os, "fork")
            in_one = functools.partial(in_a_fork, control, forks, cpu_s=cpu_s, overseen=self._source.gpu is None)
            apart: Apart = in_one if has_fork else here
            answer = self._examine(request, cases, apart)
            send_record(control, answer)
            for pid in forks:
                os.waitpid(pid, 0)
            self._prepare_causes(answer)
            if not has_fork:
                return

    def _prepare_causes(self, answer: Answer) -> None:
        """After the first exam with a failed test, load here what the next ones would load in each fork."""
        if self._is_prepared or answer.examination is None or not has_failed(answer.examination.tests):
            return
        self._is_prepared = True
        self._causes.prepare()
        gc.collect()
        gc.freeze()

    def _examine(self, request: ExamRequest, cases: list[Case], apart: Apart) -> Answer:
        """Run an exam, and then the tests that failed on the reference, each in a process of its own.

        So the proof starts from tests that have never run: what a test keeps between runs proves nothing.
        """
        if self._stubs_breach is not None and self._stub != request.submission.files and not self._stub_was_edited():
            return Answer.of(self._stubs_breach)
        answer = self._hold(request, cases, apart)
        examination = answer.examination
        if examination is None or examination.fault is not None or not self._reference or not request.prove:
            return answer
        doubtful = {test.name for test in examination.tests if test.outcome.is_missed}
        if not doubtful:
            return answer
        proof = self._prove(request, cases, doubtful, apart)
        if proof.fault is not None:
            return proof
        if proof.broken:
            examination = replace(examination, problem=broken_test(proof.broken), fault=Fault.AUTHOR)
        return Answer(examination=examination)

    def _hold(self, request: ExamRequest, cases: list[Case], apart: Apart) -> Answer:
        """Hold the exam, and say what it found."""
        return held_until_it_ends(
            lambda over: apart(lambda board: _examined(self._exam(request, cases, board), over)), self._source
        )

    def _prove(self, request: ExamRequest, cases: list[Case], names: Collection[str], apart: Apart) -> Answer:
        """Hold the tests of these names with the reference."""
        answer = apart(lambda board: _proven(self._exam(request, cases, board), names))
        if isinstance(answer, Answer):
            return answer
        if (fault := _left_children(answer, self._source)) is not None:
            return Answer.of(fault)
        case = cases[answer.board.test]
        if answer.outcome is Outcome.MEMORY:
            return Answer.of(starved(f"{case.name}, on the reference itself"))
        ends = "does not end" if answer.outcome is Outcome.TIMEOUT else "crashes the exam's process"
        return Answer(broken=f"{case.item.path}: {case.name} {ends} on the reference itself")

    def _exam(self, request: ExamRequest, cases: list[Case], board: Board) -> Exam:
        return self._make(request, cases, source=SeenChildren(self._source, board), board=board)

    def _stub_was_edited(self) -> bool:
        """Whether somebody works on the stub itself, as students do in a clone: then its breach may be theirs."""
        return read_stub(self._exercise) != self._stub


def held_until_it_ends(hold: Callable[[Over], Answer | Stuck], source: ChildSource) -> Answer:
    """Return the answer of an exam, which is held once more where its fork was held, or broke down.

    What it had found is gone with the fork, and the seed is the same. One that came no further than a test is over with
    that test; one in an explanation goes without any. Where that comes to no end either, chance has a hand in it, and
    the exam is over before its first test.
    """
    over = WHOLE
    while True:
        answer = hold(over)
        if isinstance(answer, Answer):
            return answer
        if (fault := _left_children(answer, source)) is not None:
            return Answer.of(fault)
        if over.from_test == 0 and not over.is_explained:
            return Answer.of(_held_by_nothing())
        over = _over_by(answer) if over == WHOLE else replace(NOTHING, outcome=answer.outcome)


def _left_children(stuck: Stuck, source: ChildSource) -> GraderFault | None:
    """End the children that a fork has left behind; return the fault where that cannot be done."""
    try:
        stuck.board.end_children(source)
    except GraderFault as fault:
        return fault
    return None


def _examined(exam: Exam, over: Over) -> Iterator[Stage]:
    for found in exam.run(over):
        yield Stage(Answer(examination=found.examination), is_final=found.is_final)


def _over_by(stuck: Stuck) -> Over:
    """Return how much of an exam there is when it is held once more."""
    if stuck.board.explains:
        return Over(is_explained=False)
    return Over(from_test=stuck.board.test, outcome=stuck.outcome)


def _held_by_nothing() -> GraderFault:
    return GraderFault(
        Text(
            en="The exam's process came to no end before it ran any test.",
            zh="考试进程在运行任何测试之前就已无法继续。",
        )
    )


def _proven(exam: Exam, names: Collection[str]) -> Iterator[Stage]:
    yield Stage(Answer(broken=exam.prove(names)))


class _Plugins:
    """dlgrade's fixtures and hooks as one pytest plugin."""

    def __init__(self, fixtures: Fixtures) -> None:
        self._fixtures = fixtures
        self._keep = KeepErrors()

    def pytest_configure(self, config) -> None:  # type: ignore[no-untyped-def]
        config.pluginmanager.register(self._fixtures)
        config.pluginmanager.register(self._keep)
