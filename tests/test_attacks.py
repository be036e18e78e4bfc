"""Attacks that once gained something, through the real processes; each must gain nothing now."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from one_base import sharing
from sandbox.living import assert_gone, descendants, linux_only

from grader.exercise import load_course
from grader.pipeline import Grader
from grader.records import Exercise, Isolation, Limits, Outcome, SourceFile, Submission
from grader.report import Report, Status
from grader.report.document import to_json

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with sharing(Grader()) as warm:
        yield warm


def examine(grader: Grader, exercise: Exercise, source: str) -> Report:
    file = SourceFile(name=exercise.files[0], text=textwrap.dedent(source))
    submission = Submission(files=(file,), origin="an attack", sha256="0" * 64, untouched=False)
    return grader.examine(exercise, submission, seed=1)


def outcomes(report: Report) -> dict[str, Outcome]:
    return {test.name: test.outcome for test in report.tests}


@linux_only
def test_the_process_that_sums_the_score_is_closed_to_others() -> None:
    program = """
        import ctypes
        from grader.sandbox.launch import WarmBase

        with WarmBase():
            print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_a_class_named_like_a_declared_function_may_change_nothing(grader: Grader) -> None:
    source = """
        import torch

        class sgd_step:
            def __call__(self, y_hat, y):
                with torch.no_grad():
                    y_hat.copy_(y.reshape(y_hat.shape))
                return torch.zeros_like(y_hat)

        squared_loss = sgd_step()
        del sgd_step

        def minibatches(features, labels, batch_size):
            return iter(())

        def sgd_step(params, lr, batch_size):
            pass
    """
    report = examine(grader, COURSE.find("exercise01"), source)
    changed = [
        test for test in report.tests if test.explanation and test.explanation.cause_id.startswith("input_changed")
    ]
    assert changed
    assert not [name for name, outcome in outcomes(report).items() if outcome is Outcome.PASSED and "loss" in name]


def test_the_name_of_a_class_tells_nothing_of_a_hidden_input(grader: Grader) -> None:
    source = """
        import sys, types

        seen = [""]

        class Soft:
            def __call__(self, logits, dim):
                seen[0] = "SECRET" + " ".join(f"{v:.4f}" for v in logits.flatten().tolist()[:12])
                raise type(seen[0], (ValueError,), {})(seen[0])

        class Module(types.ModuleType):
            def __getattribute__(self, name):
                if name == "softmax":
                    return type(seen[0] or "S", (Soft,), {})()
                return types.ModuleType.__getattribute__(self, name)

        sys.modules[__name__].__class__ = Module
        softmax = Soft()
        log_softmax = cross_entropy = softmax
    """
    report = examine(grader, COURSE.find("exercise03"), source)
    hidden = replace(report, tests=tuple(test for test in report.tests if not test.visible))
    assert {test.outcome for test in hidden.tests} <= {Outcome.FAILED, Outcome.BLOCKED}
    assert "SECRET" not in to_json(hidden)


def test_a_result_that_a_test_cannot_finish_reading_ends_with_the_exam(grader: Grader) -> None:
    source = """
        import torch

        def minibatches(features, labels, batch_size):
            return torch.zeros(1).expand(1 << 22)
    """
    exercise = replace(
        COURSE.find("exercise01"), id="exercise95", sha256="95" * 32, limits=Limits(call_s=0.5, exam_s=1.0)
    )
    report = examine(grader, exercise, source)
    assert report.status is Status.PARTIAL
    assert report.score is not None and report.score.earned == 0
    assert Outcome.TIMEOUT in outcomes(report).values()


def test_spoiling_the_reference_on_disk_blames_nobody_else(tmp_path: Path) -> None:
    for half in ("exercises", "solutions"):
        shutil.copytree(ROOT / half / "exercise03_softmax", tmp_path / half / "exercise03_softmax")
    exercise = load_course(tmp_path).find("exercise03")
    reference = tmp_path / "solutions" / "exercise03_softmax" / "softmax.py"
    source = f"""
        open({str(reference)!r}, "w").write("def softmax(logits, dim): return logits\\n")

        def softmax(logits, dim):
            return logits
    """
    with sharing(Grader(Isolation.PROCESS)) as open_to_files:  # a stronger jail does not let it get so far
        report = examine(open_to_files, exercise, source)
    assert reference.read_text().startswith("def softmax(logits, dim): return")  # the attack itself works
    assert report.status is Status.PARTIAL


@linux_only
def test_a_helper_that_traces_the_child_cannot_keep_it_from_us(grader: Grader) -> None:
    source = """
        import ctypes, os, time

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(4, 1, 0, 0, 0)  # dumpable again
        libc.prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)  # any tracer, where Yama asks
        child, (reading, writing) = os.getpid(), os.pipe()
        if os.fork() == 0:
            os.setsid()
            libc.ptrace(0x4206, child, None, None)
            os.write(writing, b"x")
            time.sleep(100)
            os._exit(0)
        os.read(reading, 1)

        def softmax(logits, dim):
            return logits
    """
    base = grader._warm._process.pid  # type: ignore[union-attr]
    before = descendants(base)
    report = examine(grader, COURSE.find("exercise03"), source)
    assert report.status is Status.PARTIAL
    grader.forget(COURSE.find("exercise03"))
    assert_gone(descendants(base) - before)


def test_slices_of_slices_are_not_taken(grader: Grader) -> None:
    source = """
        def flatten_batch(x):
            nested = slice(None, 1, None)
            for _ in range(24):
                nested = slice(nested, nested, nested)
            return nested
    """
    report = examine(grader, COURSE.find("exercise02"), source)
    assert report.status is Status.PARTIAL
    assert Outcome.PASSED not in {outcome for name, outcome in outcomes(report).items() if "flatten" in name}
