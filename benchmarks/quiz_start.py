"""quiz-start: `dlgrade quiz quiz01` in a pseudo-terminal, until its first question stands there and waits."""

from __future__ import annotations

import itertools
import os
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure, Target, median, milliseconds
from benchmarks.timing import Action, side_by_side, whole_process
from benchmarks.workload import ENVIRONMENT, ROOT, dlgrade

DEADLINE_S = 30.0
PROMPT = re.compile(rb"1/[0-9]+> ")
TARGET = Target(limit=300.0)


def measure(runs: int) -> list[Figure]:
    """Time a new student's first question, that of one who goes on, and that in a store which is made for it."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = itertools.count()
        store = Path(folder) / "attempts.db"

        def begins() -> None:
            _until_asked(("--student", f"new{next(numbers)}"), store)

        def goes_on() -> None:
            _until_asked(("--student", "same"), store)

        def makes_a_store() -> None:
            _until_asked(("--student", "same"), Path(folder) / f"attempts{next(numbers)}.db")

        nothing: Action = whole_process([sys.executable, "-c", "pass"], environment=ENVIRONMENT)
        times = side_by_side(runs, begins, goes_on, makes_a_store, nothing)
    begun, resumed, made, bare = (milliseconds(values) for values in times)
    return [
        median("dlgrade quiz quiz01, until it asks", begun, "ms", TARGET),
        median("the same, going on", resumed, "ms", TARGET),
        median("the same, the very first time", made, "ms"),
        median("python -c pass", bare, "ms"),
    ]


def _until_asked(more: Sequence[str], store: Path) -> None:
    """Start the command, wait until it asks, and end it. Raises BenchmarkFailed."""
    environment = {**ENVIRONMENT, "TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "DLGRADE_LANG": "en"}
    command = [*dlgrade(), "quiz", "quiz01", "--course", str(ROOT), "--store", str(store), *more]
    own, theirs = os.openpty()
    try:
        process = _started(command, environment, theirs)
    finally:
        os.close(theirs)  # so that the end of the command is the end of what it writes
    try:
        _wait(own)
    finally:
        process.kill()
        process.wait()
        os.close(own)


def _started(command: Sequence[str], environment: Mapping[str, str], terminal: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, env=environment, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    )


def _wait(terminal: int) -> None:
    """Return when the terminal shows a question. Raises BenchmarkFailed."""
    seen = b""
    deadline = time.monotonic() + DEADLINE_S
    while not PROMPT.search(seen):
        ready, _, _ = select.select([terminal], [], [], max(deadline - time.monotonic(), 0))
        try:
            piece = os.read(terminal, 65_536) if ready else b""
        except OSError:  # Linux says so where the other end is gone
            piece = b""
        if not piece:
            raise BenchmarkFailed(f"no question came: {seen[-2_000:].decode(errors='replace')}")
        seen += piece
