"""`python -m benchmarks [NAME …]`: measure, and print each figure with its spread and its target."""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    batch,
    call,
    cold,
    isolation,
    memory,
    quiz_lint,
    quiz_marking,
    quiz_start,
    replay,
    soak,
    usage,
    verify,
    warm,
)
from benchmarks.errors import BenchmarkFailed
from benchmarks.figure import Figure
from grader.records import Isolation

BENCHMARKS: dict[str, Callable[[int], list[Figure]]] = {
    "warm": warm.measure,
    "cold": cold.measure,
    "help": usage.measure,
    "call": call.measure,
    "memory": memory.measure,
    "replay": replay.measure,
    "verify": verify.measure,
    "soak": soak.measure,
    "quiz-start": quiz_start.measure,
    "quiz-marking": quiz_marking.measure,
    "quiz-lint": quiz_lint.measure,
}
LONG = ("batch", "isolation")  # minutes each, so they run only when they are named
_LABEL_COLUMNS = 46
_NAME_COLUMNS = 14


def main(arguments: list[str]) -> int:
    """Return 0 when everything could be measured, whatever the figures are."""
    options = _parser().parse_args(arguments)
    degree = Isolation(options.isolation)
    measures: dict[str, Callable[[int], list[Figure]]] = {
        **BENCHMARKS,
        "batch": functools.partial(batch.measure, submissions=options.submissions),
        "isolation": functools.partial(isolation.measure, exams=options.exams, isolation=degree),
    }
    unknown = set(options.names) - set(measures)
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(sorted(unknown))}: there are {', '.join(measures)}\n")
        return 2
    machine = _machine()
    print(f"A measurement, not a test: {machine['cores']} cores, {machine['architecture']}, {machine['system']},")
    print(f"load {machine['load']:.2f} at the start. Each line: median, lower to upper quartile, number of values.\n")
    found: dict[str, list[Figure]] = {}
    failed = False
    for name in options.names or BENCHMARKS:
        try:
            found[name] = measures[name](options.runs)
        except BenchmarkFailed as failure:
            sys.stderr.write(f"{name}: not measured: {failure}\n")
            failed = True
            continue
        for figure in found[name]:
            print(f"{name:{_NAME_COLUMNS}}{line_of(figure)}", flush=True)
        print()
    if options.json is not None:
        figures = {name: [as_json(figure) for figure in measured] for name, measured in found.items()}
        document = {"machine": machine, "runs": options.runs, "figures": figures}
        options.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if failed else 0


def line_of(figure: Figure) -> str:
    """Return the figure as a line: what, median, spread, target, and whether that holds."""
    spread = ""
    if len(figure.values) > 1:
        spread = f"{_number(figure.low)} to {_number(figure.high)}, n={len(figure.values)}"
    asked = "" if figure.target is None else f"{figure.target}: {'holds' if figure.holds else 'MISSED'}"
    value = f"{_number(figure.value):>9} {figure.unit:3}"
    return f"{figure.label:{_LABEL_COLUMNS}}{value}   {spread:28}{asked}".rstrip()


def _number(value: float) -> str:
    value = round(value, 2) + 0.0  # no "-0.00"
    if value == int(value):
        return str(int(value))
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def as_json(figure: Figure) -> dict[str, Any]:
    return {
        "label": figure.label,
        "unit": figure.unit,
        "value": figure.value,
        "quartiles": [figure.low, figure.high],
        "range": [min(figure.values), max(figure.values)],
        "count": len(figure.values),
        "target": str(figure.target) if figure.target is not None else None,
        "holds": figure.holds,
    }


def _machine() -> dict[str, Any]:
    """Describe the machine, without its name."""
    return {
        "cores": len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count(),
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"{', '.join(BENCHMARKS)}: all of these without a name; {', '.join(LONG)}",
    )
    parser.add_argument("--runs", type=int, default=20, metavar="N", help="of everything that is timed side by side")
    parser.add_argument("--exams", type=int, default=10_000, metavar="N", help="in a row, of isolation")
    parser.add_argument("--submissions", type=int, default=2_000, metavar="N", help="of the large class of batch")
    parser.add_argument(
        "--isolation", choices=list(Isolation), default=Isolation.STRONG, help="the degree of isolation"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
