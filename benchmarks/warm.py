"""warm: one more exam in a running grader, against the same tests without isolation, and in a fresh pytest."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bare import BareFork
from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median, milliseconds, ratio
from benchmarks.timing import Action, side_by_side, whole_process
from benchmarks.workload import (
    ENVIRONMENT,
    MISTAKE,
    REFERENCE,
    ROOT,
    SEED,
    SOLUTION,
    examine,
    examine_fully,
    exercise03,
    submitted,
)
from grader.pipeline import Grader
from grader.report import Status

_PLUGIN = """
from pathlib import Path
from benchmarks.local import LocalFixtures

def pytest_configure(config):
    fixtures = LocalFixtures(Path({reference!r}), {seed})
    fixtures.open_submission(Path({submission!r}))
    config.pluginmanager.register(fixtures)
"""


def measure(runs: int) -> list[Figure]:
    """Time all five kinds of run side by side."""
    exercise = exercise03()
    right, wrong = submitted(exercise, REFERENCE), submitted(exercise, MISTAKE)
    with Grader() as grader, BareFork() as bare, fresh_pytest() as fresh:

        def examine_mistake() -> None:
            if examine(grader, exercise, wrong).status is not Status.PARTIAL:
                raise BenchmarkFailed(f"{MISTAKE.name} was expected to fail some tests")

        exam, fork, process, failing, failing_fork = side_by_side(
            runs,
            lambda: examine_fully(grader, exercise, right),
            lambda: bare.run(REFERENCE),
            fresh,
            examine_mistake,
            lambda: bare.run(MISTAKE, failures=True),
        )
    return [
        median("one more exam, full score", milliseconds(exam), "ms", Target(limit=60.0)),
        median("the same tests in a bare fork", milliseconds(fork), "ms"),
        median("the same tests in a fresh pytest", milliseconds(process), "ms"),
        ratio("exam / bare fork", exam, fork, Target(limit=2.5)),
        ratio("fresh pytest / exam", process, exam, Target(limit=25.0, at_least=True)),
        median("one more exam, a mistake explained", milliseconds(failing), "ms"),
        median("the same mistake in a bare fork", milliseconds(failing_fork), "ms"),
        ratio("exam / bare fork, a mistake", failing, failing_fork),
    ]


@contextmanager
def fresh_pytest() -> Iterator[Action]:
    """Give the action that runs the same tests in a `python -m pytest` of its own, with nothing that slows it."""
    with tempfile.TemporaryDirectory() as folder:
        plugin = _PLUGIN.format(reference=str(REFERENCE), seed=SEED, submission=str(REFERENCE))
        Path(folder, "benchmark_fixtures.py").write_text(plugin, encoding="utf-8")
        ini = ROOT / "grader" / "examination" / "pytest.ini"
        yield whole_process(
            [
                *(sys.executable, "-m", "pytest", "-q", "-c", str(ini), "--rootdir", str(SOLUTION), "--noconftest"),
                *("--import-mode=importlib", "-p", "no:cacheprovider", "-p", "benchmark_fixtures"),
                str(ROOT / "exercises" / "exercise03_softmax" / "test_visible.py"),
                str(SOLUTION / "test_hidden.py"),
            ],
            environment={
                **ENVIRONMENT,
                "PYTHONPATH": f"{ROOT}:{folder}",
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            },
        )
