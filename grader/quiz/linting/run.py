"""Lints quizzes on all cores.

Theory of operation. Drawing a thousand variants of each question is what takes time, and it is Python. So each quiz is
cut into as many slices as there are workers, and each slice is looked at in a process of its own, started clean
(`spawn`), which reads the quiz itself and has its own child for quiz.py. Slices are ours from end to end: what a
worker gets and returns is pickled records of ours, never bytes of quiz.py's. What fails for our part (a worker that
ends, no memory left for a child) is told of the quiz it happened to, and the others are gone on with. A pipe on which
nothing is ever written tells the workers when this process stops, however it does: they end at once. With one worker
all is done in this process.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import groupby
from multiprocessing.connection import Connection
from pathlib import Path

from grader.errors import GraderFault
from grader.quiz.linting.draws import ENOUGH_SEEDS
from grader.quiz.linting.findings import Finding
from grader.quiz.linting.report import FAILED, QuizReport
from grader.quiz.linting.slices import Found, Slice, lint_slice
from grader.records import Severity, Text

MIN_SEEDS = 1_000
_MAX_SLICES = 8  # of one quiz: each reads it anew
_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """With how many seeds each question is drawn, and in how many processes."""

    seeds: int = MIN_SEEDS
    jobs: int | None = None  # None: one a core


def lint(
    folders: Sequence[Path], settings: Settings, *, tell: Callable[[int, int], None] | None = None
) -> tuple[QuizReport, ...]:
    """Return the report of each quiz, in the order given; `tell` hears how many slices are done, of how many."""
    jobs = settings.jobs or _cores()
    cut = min(jobs, _MAX_SLICES)
    tasks = [
        Slice(folder=folder, number=number, of=cut, seeds=settings.seeds) for folder in folders for number in range(cut)
    ]
    found: list[Found] = []
    for one in _all_found(tasks, jobs):
        found.append(one)
        if tell is not None:
            tell(len(found), len(tasks))
    order = {folder: place for place, folder in enumerate(folders)}
    found.sort(key=lambda one: (order[one.slice.folder], one.slice.number))
    return tuple(_report(list(slices)) for _, slices in groupby(found, key=lambda one: one.slice.folder))


def _all_found(tasks: Sequence[Slice], jobs: int) -> Iterator[Found]:
    if jobs == 1:
        yield from map(_lint, tasks)
        return
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    workers = min(jobs, len(tasks)) or 1
    with theirs, ours, ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(theirs,)) as pool:
        try:
            waiting = {}
            for task in tasks:
                try:
                    waiting[pool.submit(_lint, task)] = task
                except BrokenProcessPool:
                    yield _failed(task, _ENDED)
            for future in as_completed(waiting):
                try:
                    yield future.result()
                except BrokenProcessPool:  # and so are all that were not done by then
                    yield _failed(waiting[future], _ENDED)
        except BaseException:
            ours.close()  # nobody waits for what the workers are at
            raise


def _begin(parent: Connection) -> None:
    """Begin as a worker: leave Ctrl-C to the parent, which tells it once, and end when the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        with contextlib.suppress(EOFError, OSError):
            parent.recv_bytes()
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent").start()


def _lint(task: Slice) -> Found:
    try:
        return lint_slice(task)
    except GraderFault as error:
        return _failed(task, error)


def _failed(task: Slice, error: GraderFault) -> Found:
    """Return that a slice could not be looked at, which is no fault of its author's."""
    finding = Finding(
        check=FAILED, severity=Severity.ERROR, file="quiz.yaml", problem=error.problem, remedy=error.remedy or _AGAIN
    )
    return Found(slice=task, quiz=task.folder.name, findings=(finding,), is_whole=False)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _report(slices: list[Found]) -> QuizReport:
    """Return the report of one quiz, out of what was found in its slices."""
    findings = {finding: None for one in slices for finding in one.findings}  # a quiz.py that fails does so in each
    if all(one.is_whole for one in slices) and slices[0].slice.seeds >= ENOUGH_SEEDS:
        met = frozenset().union(*(one.met for one in slices))
        findings |= {_idle(name, line): None for name, line in slices[0].declared if name not in met}
    folder = slices[0].slice.folder
    return QuizReport(
        quiz=next((one.quiz for one in slices if one.quiz != folder.name), folder.name),
        folder=str(folder),
        questions=sum(one.questions for one in slices),
        parametrised=sum(one.parametrised for one in slices),
        seeds=slices[0].slice.seeds,
        variants=sum(one.variants for one in slices),
        findings=tuple(sorted(findings, key=lambda one: (_ORDER[one.severity], one.line, one.check, one.problem.en))),
    )


_ENDED = GraderFault(
    Text(
        en="a process that looked at this quiz, or at another, ended unexpectedly: not all was checked",
        zh="检查这份测验或另一份测验的进程意外结束，未能全部检查",
    ),
    remedy=Text(en="It may have run out of memory: try --jobs 1.", zh="可能是内存不足：请试用 --jobs 1。"),
)
_AGAIN = Text(en="Run it again.", zh="请重新运行。")


def _idle(name: str, line: int) -> Finding:
    return Finding(
        check="feedback.unused",
        severity=Severity.WARNING,
        file="quiz.yaml",
        line=line,
        problem=Text(en=f"no question ever speaks of the misconception {name}", zh=f"没有题目涉及误解 {name}"),
        remedy=Text(en="Tag a wrong answer with it, or remove it.", zh="请给某个错误答案加上它，或删去。"),
    )
