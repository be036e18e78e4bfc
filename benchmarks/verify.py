"""verify: proving the whole course, and an exercise that has just been made."""

from __future__ import annotations

import resource
import sys
import tempfile
import time

from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median, single
from benchmarks.timing import elapsed, whole_process
from benchmarks.workload import ENVIRONMENT, ROOT
from grader.authoring.verify import Proof, Settings, Verdict, verify
from grader.exercise import load_course
from grader.runners.local import LocalRunner

_SEEDS = tuple(range(1, 26))
_MAX_RUNS = 3  # a run takes ten seconds and more


def measure(runs: int) -> list[Figure]:
    """Prove the course a few times, from nothing to the last finding; then make an exercise and prove it."""
    walls: list[float] = []
    cpus: list[float] = []
    proofs: tuple[Proof, ...] = ()
    for _ in range(min(runs, _MAX_RUNS)):
        before = _children_cpu_s()
        began = time.perf_counter()
        proofs = _prove()
        walls.append((time.perf_counter() - began) / len(proofs))
        cpus.append((_children_cpu_s() - before) / len(proofs))
    unproven = [proof.exercise for proof in proofs if proof.verdict is not Verdict.PROVEN]
    if unproven:
        raise BenchmarkFailed(f"not proven: {', '.join(unproven)}: see `dlgrade verify`")
    exams = sum(proof.figures.exams for proof in proofs)
    found = [
        median("verify --all, an exercise", walls, "s", Target(limit=5.0)),
        median("its processes' CPU time", cpus, "s"),
        single("exams, an exercise", exams / len(proofs)),
    ]
    making, proving = _new_and_verify()
    return [
        *found,
        single("new", making, "s"),
        single("verify of what it made", proving, "s"),
        single("new, then verify", making + proving, "s", Target(limit=10.0)),
    ]


def _prove() -> tuple[Proof, ...]:
    with LocalRunner() as runner:
        runner.start()
        course = load_course(ROOT)
        return verify(course.entries, course.root, Settings(seeds=_SEEDS), runner)


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _new_and_verify() -> tuple[float, float]:
    command = [sys.executable, "-m", "grader"]
    environment = {**ENVIRONMENT, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        new = [*command, "new", "layer_norm", "--yes", "--course", folder]
        making = elapsed(whole_process(new, environment=environment, folder=folder))
        prove = [*command, "verify", "--course", folder]
        return making, elapsed(whole_process(prove, environment=environment, folder=folder))
