"""A bare fork: the same tests, collected once, run in a fork with the student's module imported beside them.

Theory of operation. `BareFork` starts `python -m benchmarks.bare` and talks to it over two pipes, in lines. That
process imports torch and pytest, collects the tests of exercise03 as dlgrade's examiner does, and then forks once for
each path that it reads: the fork imports the file, runs every test in its own process, and leaves with the number of
failed tests as its exit status. No jail, no wire, no deadline, no explanation, no report: the floor of a warm exam.
What dlgrade's base has imported is imported here too, so that no fork pays for a module that dlgrade's do not.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.errors import BenchmarkFailed
from benchmarks.workload import ENVIRONMENT, REFERENCE, ROOT, SEED, exercise03

_CRASHED = 255  # more than any exercise has tests


class BareFork:
    """The controller's end, as a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bare"],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._expect("ready")
        return self

    def run(self, submission: Path, *, failures: bool = False) -> None:
        """Run the tests once. Raises BenchmarkFailed unless all pass, or some fail with `failures`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{submission}\n")
        failed = self._read()
        if not failed.isdecimal() or int(failed) == _CRASHED or (int(failed) > 0) != failures:
            raise BenchmarkFailed(
                f"a bare fork on {submission.name}: {failed or 'died'}; failures expected: {failures}"
            )

    def _expect(self, word: str) -> None:
        found = self._read()
        if found != word:
            raise BenchmarkFailed(f"the process of the bare fork said {found!r}, expected {word!r}")

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def serve() -> None:
    """Be the process that forks."""
    import numpy.random  # noqa: F401  NumPy loads it on first use
    import torch
    from _pytest.runner import runtestprotocol

    from benchmarks.local import LocalFixtures
    from grader.examination.collection import Case, collect
    from grader.records import Device

    fixtures = LocalFixtures(REFERENCE, SEED)

    def run_all(cases: list[Case], submission: Path) -> int:
        fixtures.open_submission(submission)
        return sum(
            any(report.failed for report in runtestprotocol(case.item, log=False, nextitem=None)) for case in cases
        )

    def serve_runs(cases: list[Case]) -> None:
        torch.set_num_threads(1)
        gc.collect()
        gc.freeze()
        print("ready", flush=True)
        for line in sys.stdin:
            pid = os.fork()
            if pid == 0:
                status = _CRASHED
                try:
                    status = run_all(cases, Path(line.strip()))
                finally:
                    os._exit(status)
            _, status = os.waitpid(pid, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)

    collect(exercise03(), Device.CPU, serve_runs, fixtures=fixtures)


if __name__ == "__main__":
    serve()
