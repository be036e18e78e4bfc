"""A fresh `python -m pytest` for one submission, as a script around pytest would run it, with nothing that slows it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.errors import BenchmarkFailed
from benchmarks.timing import Action
from benchmarks.workload import ENVIRONMENT, ROOT, SEED
from grader.records import Exercise

_PASSED, _FAILED = 0, 1  # pytest's own exit codes: all passed, some failed
_PLUGIN = """
from pathlib import Path
from benchmarks.local import LocalFixtures

def pytest_configure(config):
    fixtures = LocalFixtures(Path({reference!r}), {seed})
    fixtures.open_submission(Path({submission!r}))
    config.pluginmanager.register(fixtures)
"""


@contextmanager
def fresh_pytest(exercise: Exercise, submission: Path) -> Iterator[Action]:
    """Give the action that runs an exercise's tests on a right file. The action raises BenchmarkFailed."""
    with _folder() as folder:

        def run() -> None:
            code = _run(exercise, submission, folder)
            if code != _PASSED:
                raise BenchmarkFailed(f"pytest on {submission}: exit {code}")

        yield run


def run_whatever(exercise: Exercise, submission: Path) -> None:
    """Run an exercise's tests on any file, which may end, hang or spoil its process: it is killed after `exam_s`."""
    with _folder() as folder:
        _run(exercise, submission, folder)


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


def _run(exercise: Exercise, submission: Path, folder: Path) -> int | None:
    solution = ROOT / "solutions" / exercise.name
    reference = solution / exercise.files[0]
    plugin = _PLUGIN.format(reference=str(reference), seed=SEED, submission=str(submission))
    (folder / "benchmark_fixtures.py").write_text(plugin, encoding="utf-8")
    ini = ROOT / "grader" / "examination" / "pytest.ini"
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-c", str(ini), "--rootdir", str(solution), "--noconftest"),
        *("--import-mode=importlib", "-p", "no:cacheprovider", "-p", "benchmark_fixtures"),
        str(ROOT / "exercises" / exercise.name / "test_visible.py"),
        str(solution / "test_hidden.py"),
    ]
    environment = {**ENVIRONMENT, "PYTHONPATH": f"{ROOT}:{folder}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=exercise.limits.exam_s,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode
