"""Timing things side by side, so that a busy machine slows all of them alike."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from benchmarks.errors import BenchmarkFailed

Action = Callable[[], object]


def side_by_side(runs: int, *actions: Action) -> list[list[float]]:
    """Run each action `runs` times in turn, A B B A A B …, after one that does not count.

    Units: seconds; one list an action, in the order in which they were given.
    """
    for action in actions:
        action()
    found: list[list[float]] = [[] for _ in actions]
    order = list(range(len(actions)))
    for _ in range(runs):
        for index in order:
            found[index].append(elapsed(actions[index]))
        order.reverse()  # so that none always runs in the wake of the same other
    return found


def elapsed(action: Action) -> float:
    """Units: seconds."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def whole_process(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: str | None = None
) -> Action:
    """Return the action that runs a command from its start to its exit. The action raises BenchmarkFailed."""

    def run() -> None:
        done = subprocess.run(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode != 0:
            end = (done.stdout + done.stderr).decode(errors="replace")[-2_000:]
            raise BenchmarkFailed(f"{' '.join(command)}: exit {done.returncode}\n{end}")

    return run
