"""Runs the command line for real, in an environment of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desks import Order, command

ROOT = Path(__file__).parent.parent.parent
SUBMISSIONS = ROOT / "tests" / "submissions"
SOLUTION = ROOT / "solutions" / "exercise03_softmax"
DEADLINE_S = 60.0


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment that speaks plain English and finds this checkout."""
    dropped = {"DLGRADE_LANG", "DLGRADE_COURSE", "DLGRADE_DEBUG", "NO_COLOR", "LC_ALL", "LC_MESSAGES", "LANG"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    path = os.pathsep.join(part for part in (str(ROOT), kept.get("PYTHONPATH", "")) if part)
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": path, **(extra or {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one run of `dlgrade` left."""

    code: int
    out: str
    err: str


def dlgrade(
    *arguments: str | Path,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    stdout: str | None = None,
) -> Done:
    """Run `dlgrade` in a process of its own, which shares the import of torch with others where it can."""
    done = command(
        Order(
            arguments=[*map(str, arguments)],
            cwd=cwd,
            environment=clean_environment(env),
            stdin=stdin,
            stdout=stdout,
            deadline_s=DEADLINE_S,
        )
    )
    return Done(code=done.returncode, out=done.stdout, err=done.stderr)
