"""Runs `dlgrade` commands: at a desk of this test process (see `desk`) where that can be, else from scratch."""

from __future__ import annotations

import atexit
import json
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_DESK = Path(__file__).parent / "desk.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run of a command.

    `stdout`: where it goes in the place of a file that is read, "" where it is closed. `joined`: stderr goes there.
    """

    arguments: Sequence[str]
    cwd: Path
    environment: Mapping[str, str]
    stdin: str = ""
    stdout: str | None = None
    joined: bool = False
    deadline_s: float = 60.0


class Desk:
    """Runs commands of `dlgrade`, one at a time, in forks of one warm process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_DESK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(environment)
        )

    def run(self, order: Order) -> subprocess.CompletedProcess[str]:
        """Return what a command left. Raises TimeoutExpired; the desk is closed then."""
        with tempfile.TemporaryDirectory(prefix="order-") as name:
            streams = [Path(name, stream) for stream in ("in", "out", "err")]
            for path, text in zip(streams, (order.stdin, "", ""), strict=True):
                path.write_text(text, encoding="utf-8")
            into = str(streams[1]) if order.stdout is None else order.stdout
            told = {
                "arguments": list(order.arguments),
                "cwd": str(order.cwd),
                "env": dict(order.environment),
                "streams": [str(streams[0]), into, into if order.joined else str(streams[2])],
            }
            code = self._answer(json.dumps(told), order.deadline_s)
            _, out, err = (path.read_text(encoding="utf-8") for path in streams)
        return subprocess.CompletedProcess(order.arguments, code, out, err)

    def _answer(self, order: str, deadline_s: float) -> int:
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        asked.write(f"{order}\n".encode())
        asked.flush()
        if not select.select([answers], [], [], deadline_s)[0]:
            self.close()
            raise subprocess.TimeoutExpired(order, deadline_s)
        return int(answers.readline())

    @property
    def is_open(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_DESKS: dict[str, Desk] = {}
_ASKED: set[str] = set()


def command(order: Order) -> subprocess.CompletedProcess[str]:
    """Return what `dlgrade` left, as a process of its own; its torch is imported for it where it can be."""
    desk = _desk_for(order)
    return from_scratch(order) if desk is None else desk.run(order)


def from_scratch(order: Order) -> subprocess.CompletedProcess[str]:
    """Return what `dlgrade` left, started as a shell starts it."""
    assert order.stdout is None, "only a desk sends stdout elsewhere"
    return subprocess.run(
        [sys.executable, "-m", "grader", *order.arguments],
        cwd=order.cwd,
        env=order.environment,
        input=order.stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if order.joined else subprocess.PIPE,
        encoding="utf-8",
        timeout=order.deadline_s,
        check=False,
    )


def _desk_for(order: Order) -> Desk | None:
    """Return the desk that can run it; None where only a process from scratch can serve, or is as cheap.

    A desk is for one way to start Python, and worth its start the second time.
    """
    environment = order.environment
    if sys.platform != "linux" or environment.get("DLGRADE_LAUNCH") == "fresh":
        return None  # macOS has libraries that do not outlive a fork
    python = json.dumps({name: value for name, value in environment.items() if name.startswith("PYTHON")})
    found = _DESKS.get(python)
    if found is not None and found.is_open:
        return found
    if python not in _ASKED and order.stdout is None:
        _ASKED.add(python)
        return None
    _DESKS[python] = Desk(environment)
    atexit.register(_DESKS[python].close)
    return _DESKS[python]
