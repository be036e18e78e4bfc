"""Lints quizzes on all cores.

Theory of operation. Drawing a thousand variants of each question is what takes time, and it is Python. So each quiz is
cut into as many slices as there are workers, and each slice is looked at in a process of its own, started clean
(`spawn`), which reads the quiz itself and has its own child for quiz.py. Slices are ours from end to end: what a
worker gets and returns is pickled records of ours, never bytes of quiz.py's. A worker that ends unexpectedly is our
fault, and told as such. A pipe on which nothing is ever written tells the workers when this process stops, however it
does: they end at once. With one worker all is done in this process.
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

from grader.errors import GraderError, GraderFault
from grader.quiz.linting.draws import ENOUGH_SEEDS
from grader.quiz.linting.findings import Finding, Severity
from grader.quiz.linting.report import QuizReport
from grader.quiz.linting.slices import Found, Slice, lint_slice
from grader.records import Text

MIN_SEEDS = 1_000
_MAX_SLICES = 8  # of one quiz: each reads it anew
_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """With how many seeds each question is drawn, and in how many processes."""

    seeds: int = MIN_SEEDS
    jobs: int | None = None  # None: one a core


@dataclass(frozen=True, slots=True)
class _Failed:
    """A failure of ours in a worker, as an exception does not travel well."""

    problem: Text
    remedy: Text | None


def lint(
    folders: Sequence[Path], settings: Settings, *, tell: Callable[[int, int], None] | None = None
) -> tuple[QuizReport, ...]:
    """Return the report of each quiz, in the order given; `tell` hears how many slices are done, of how many.

    Raises: GraderFault.
    """
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
        yield from map(lint_slice, tasks)
        return
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    workers = min(jobs, len(tasks)) or 1
    with theirs, ours, ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(theirs,)) as pool:
        waiting = [pool.submit(_lint, task) for task in tasks]
        try:
            for future in as_completed(waiting):
                result = future.result()
                if isinstance(result, _Failed):
                    raise GraderFault(result.problem, remedy=result.remedy or "")
                yield result
        except BrokenProcessPool:
            raise GraderFault(
                Text(en="A process that lints ended unexpectedly.", zh="检查测验的进程意外结束。"),
                remedy=Text(en="It may have run out of memory: try --jobs 1.", zh="可能是内存不足：请试用 --jobs 1。"),
            ) from None
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


def _lint(task: Slice) -> Found | _Failed:
    try:
        return lint_slice(task)
    except GraderError as error:
        return _Failed(error.problem, error.remedy)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _report(slices: list[Found]) -> QuizReport:
    """Return the report of one quiz, out of what was found in its slices."""
    findings = {finding: None for one in slices for finding in one.findings}  # a quiz.py that fails does so in each
    if all(one.is_whole for one in slices) and slices[0].slice.seeds >= ENOUGH_SEEDS:
        met = frozenset().union(*(one.met for one in slices))
        findings |= {_idle(name, line): None for name, line in slices[0].declared if name not in met}
    return QuizReport(
        quiz=slices[0].quiz,
        folder=str(slices[0].slice.folder),
        questions=sum(one.questions for one in slices),
        parametrised=sum(one.parametrised for one in slices),
        seeds=slices[0].slice.seeds,
        variants=sum(one.variants for one in slices),
        findings=tuple(sorted(findings, key=lambda one: (_ORDER[one.severity], one.line, one.check, one.problem.en))),
    )


def _idle(name: str, line: int) -> Finding:
    return Finding(
        check="feedback.unused",
        severity=Severity.WARNING,
        file="quiz.yaml",
        line=line,
        problem=Text(en=f"no question ever speaks of the misconception {name}", zh=f"没有题目涉及误解 {name}"),
        remedy=Text(en="Tag a wrong answer with it, or remove it.", zh="请给某个错误答案加上它，或删去。"),
    )
