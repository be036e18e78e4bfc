"""Runs the naive grader: one warm process, one request for each submission."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from attacks.arena import Arena
from attacks.case import Gain, Via

_SCRIPT = Path(__file__).parent / "naive" / "grader.py"
_PATIENCE_S = 30.0
_LIMIT_S = 10.0  # after which a submission counts as one that hangs the grader
_HANG_S = 0.7  # the same for one that is to hang it: more than the whole limit of a call, 0.5 s
FULL = {
    "exercise90_lab": 8.0,
    "exercise91_timed": 3.0,
    "exercise92_frugal": 3.0,
    "exercise93_parts": 7.0,
    "exercise94_sloped": 5.0,
    "exercise95_walked": 5.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveRun:
    """What the naive grader made of a submission; `left` counts processes that it left behind."""

    earned: float
    unscored: bool
    died: bool
    hung: bool
    left: int
    text: str


class Naive:
    """The naive grader; a context manager."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        secrets = self._arena.canaries
        return subprocess.Popen(
            [sys.executable, str(_SCRIPT), "--token", secrets.arguments],
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "TOKEN": secrets.environment,
                "OMP_NUM_THREADS": "1",
                "PYTHONDONTWRITEBYTECODE": "1",  # its own caches are no effect of an attack
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # of attacks that crash it
            start_new_session=True,
        )

    def run(self, submission: Path, *, exercise: str, via: Via = Via.FILE, hangs: bool = False) -> NaiveRun:
        """Grade what lies at `submission`, a file or a folder; do not wait long where it is to hang."""
        secrets = self._arena.canaries
        request = {
            "submission": str(submission),
            "solutions": str(self._arena.solutions(exercise)),
            "tests": f"tests{exercise.removeprefix('exercise')[:2]}.py",
            "secret": secrets.tests,
            "number": secrets.number,
            "via": via.value,
            "full": FULL[exercise],
            "limit_s": _HANG_S if hangs else _LIMIT_S,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = b""
        with contextlib.suppress(BrokenPipeError):  # an attack has ended the grader itself
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            if select.select([self._process.stdout], [], [], _PATIENCE_S)[0]:  # an attack may have stopped it
                line = self._process.stdout.readline()
        if not line:
            self._process.kill()
            self.start_anew()
            return NaiveRun(earned=0.0, unscored=False, died=True, hung=False, left=0, text="")
        return NaiveRun(**json.loads(line))

    def start_anew(self) -> None:
        """Be a new process, which remembers nothing of the submissions before."""
        self.close()
        self._process = self._start()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # an attack holds it
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def gains(run: NaiveRun, arena: Arena, *, earns: float) -> dict[Gain, list[str]]:
    """Say what a submission has gained on the naive grader, and put the arena in order."""
    found: dict[Gain, list[str]] = {gain: [] for gain in Gain}
    if run.earned > earns or run.unscored:
        found[Gain.SCORE].append("unscored" if run.unscored else f"earned {run.earned}")
    found[Gain.SECRET] += [f"shows the secret of {name}" for name in arena.canaries.shown_in(run.text)]
    found[Gain.EFFECT] += arena.damage()
    if run.left:
        found[Gain.EFFECT].append(f"left {run.left} processes")
    if len(run.text) > 1 << 20:
        found[Gain.EFFECT].append(f"a report of {len(run.text)} characters")
    if run.hung:
        found[Gain.HANG].append("did not end")
    if run.died:
        found[Gain.DEATH].append("gave no verdict")
    return found
