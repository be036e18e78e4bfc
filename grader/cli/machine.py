"""What `doctor` finds out: facts of the machine, and one real exam of a tiny exercise."""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from grader import __version__
from grader.cli.plugged import PluginState, plugin_states
from grader.errors import GraderError
from grader.exercise import find_workspace, load_course
from grader.pipeline import ALL_DEGREES, Grader
from grader.records import Device, Exercise, Isolation, Limits, Reveal, SourceFile, Submission, Text
from grader.sandbox.gpu import find_gpu, watch_gpu
from grader.sandbox.gpu_records import Gpu, Lacks

if TYPE_CHECKING:
    from grader.sandbox.jail.proofs import Proof

# Right in one test, so that full score needs a tensor to cross both ways.
STUB = "def double(x):\n    return None\n"
ANSWER = "def double(x):\n    return 2 * x\n"
TESTS = '''"""Visible tests of the trial."""

import torch
from grader.examination import close


def test_doubles(student):
    """Doubles a tensor.

    zh: 把张量加倍。
    """
    close(student.double(torch.ones(3)), 2 * torch.ones(3))
'''


class Launcher(StrEnum):
    """How the process of a submission comes to be."""

    FORK = "fork"  # of the warm base
    FRESH = "fresh"  # started anew, torch and all


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One real exam. Units: seconds; `first_s` includes the start of torch, `warm_s` is the second exam alone."""

    works: bool
    first_s: float = 0.0
    warm_s: float = 0.0
    isolation: Isolation | None = None
    problem: Text | None = None
    proofs: tuple[Proof, ...] = ()  # of every degree of isolation, strongest first
    notes: tuple[Text, ...] | None = None  # of its report; None: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What dlgrade has to work with."""

    dlgrade: str
    python: str
    torch: str | None  # its version; None: not installed
    platform: str
    cores: int
    memory_mib: int | None  # None: the platform does not say
    gpu: Gpu | None
    gpu_problem: Lacks | None  # why none can be graded on
    launcher: Launcher
    course: str | None
    course_problem: Text | None
    workspace: str | None
    trial: Trial
    plugins: tuple[PluginState, ...] = ()


def examine_machine(course: Path | None) -> Machine:
    """Return what this machine offers; nothing that is missing raises."""
    root, problem = _course_root(course)
    gpu, gpu_problem = _gpu()
    trial = try_exam()
    return Machine(
        dlgrade=__version__,
        python=f"{platform.python_version()} ({platform.python_implementation()})",
        torch=_torch_version(),
        platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        cores=_cores(),
        memory_mib=_memory_mib(),
        gpu=gpu,
        gpu_problem=gpu_problem,
        launcher=Launcher.FORK if hasattr(os, "fork") else Launcher.FRESH,
        course=root,
        course_problem=problem,
        workspace=_workspace_root(),
        trial=trial,
        plugins=plugin_states(trial.notes),
    )


def try_exam() -> Trial:
    """Grade a right answer to a tiny exercise twice, through the real path."""
    with tempfile.TemporaryDirectory(prefix="dlgrade-doctor-") as folder:
        exercise = _tiny_exercise(Path(folder))
        answer = Submission(
            files=(SourceFile(name="double.py", text=ANSWER),),
            origin="doctor",
            sha256=hashlib.sha256(ANSWER.encode()).hexdigest(),
            untouched=False,
        )
        try:
            with Grader(None, Device.CPU) as grader:
                start = time.monotonic()
                grader.start()
                start_s = time.monotonic() - start
                try:
                    trial = _examine_twice(grader, exercise, answer, start_s=start_s)
                except GraderError as error:
                    trial = Trial(works=False, problem=error.text)
                return replace(trial, proofs=tuple(_proof(grader, one) for one in ALL_DEGREES))
        except GraderError as error:  # without its start there is nothing to prove anything with
            return Trial(works=False, problem=error.text)


def _examine_twice(grader: Grader, exercise: Exercise, answer: Submission, *, start_s: float) -> Trial:
    begin = time.monotonic()
    grader.examine(exercise, answer, seed=0)
    between = time.monotonic()
    report = grader.examine(exercise, answer, seed=0)
    end = time.monotonic()
    if report.score is None or report.score.earned != report.score.possible:
        problem = report.problem or next((test.explanation for test in report.tests if test.explanation), None)
        unknown = Text(en="A right answer did not get full score.", zh="正确答案没有得到满分。")
        why = problem.problem if problem else unknown
        return Trial(works=False, isolation=report.isolation, problem=why, notes=report.notes)
    first_s, warm_s = start_s + between - begin, end - between
    return Trial(works=True, first_s=first_s, warm_s=warm_s, isolation=report.isolation, notes=report.notes)


def _proof(grader: Grader, isolation: Isolation) -> Proof:
    """Prove one degree; a fault of ours on the way hides no other degree."""
    from grader.sandbox.jail.proofs import Proof

    try:
        return grader.proofs((isolation,))[0]
    except GraderError as error:
        return Proof(isolation=isolation, why=error.problem.en.rstrip("."))


def _tiny_exercise(folder: Path) -> Exercise:
    (folder / "double.py").write_text(STUB, encoding="utf-8")
    (folder / "test_visible.py").write_text(TESTS, encoding="utf-8")
    return Exercise(
        id="exercise00",
        slug="trial",
        title=Text(en="Trial", zh="试评"),
        topics=(),
        files=("double.py",),
        devices=(Device.CPU,),
        preload=(),
        limits=Limits(call_s=10.0, exam_s=60.0),
        mutates={},
        forbid=(),
        reveal_hidden=Reveal.FULL,
        folder=str(folder),
        solution_folder="",
        sha256=hashlib.sha256((STUB + TESTS).encode()).hexdigest(),
    )


def _gpu() -> tuple[Gpu | None, Lacks | None]:
    """Return the GPU that would be graded on, its watcher tried; or why there is none."""
    try:
        gpu = find_gpu()
        watch_gpu(gpu.uuid, memory_mib=0).close()
    except Lacks as lacks:
        return None, lacks
    return gpu, None


def _course_root(course: Path | None) -> tuple[str | None, Text | None]:
    try:
        return str(load_course(course).root), None
    except GraderError as error:
        return None, error.text


def _workspace_root() -> str | None:
    try:
        workspace = find_workspace(Path.cwd())
    except (GraderError, OSError):  # a damaged marker: the course's line says so
        return None
    return None if workspace is None else str(workspace.root)


def _torch_version() -> str | None:
    try:
        return metadata.version("torch")
    except metadata.PackageNotFoundError:
        return None


def _cores() -> int:
    # What this process may use, which in a container is less than what there is.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _memory_mib() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (AttributeError, ValueError, OSError):
        return None
