"""call: one call to the student's code over the wire, timed inside an exam on the examiner's clock.

The exercise is made for the purpose. Its hidden tests, which are trusted, make the calls and append what they measured
to a file beside them.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
import time
from pathlib import Path

from benchmarks.figure import Figure, Target, median, microseconds, percentile
from benchmarks.workload import examine_fully, submitted
from grader.exercise import load_course
from grader.pipeline import Grader

_SMALL_TESTS, _SMALL_CALLS = 20, 200  # many tests: the calls of one are kept for its explanation
_LARGE_TESTS, _LARGE_CALLS = 5, 20
_LARGE_MIB = 4

_MANIFEST = """
schema = "exercise/1"
id = "exercise99"
slug = "calls"
title = { en = "Calls", zh = "调用" }
files = ["calls.py"]
[limits]
call_s = 10.0
exam_s = 100.0
memory_mib = 2048
"""
_MODULE = "def successor(x):\n    return x + 1\n"
_VISIBLE = "def test_it_counts(student):\n    assert int(student.successor(1)) == 2\n"
_HIDDEN = f"""
import json
import time
from pathlib import Path

import pytest
import torch


def record(kind, function, x, calls):
    function(x)
    found = []
    for _ in range(calls):
        began = time.perf_counter()
        function(x)
        found.append(time.perf_counter() - began)
    with Path(__file__).with_name("calls.jsonl").open("a") as file:
        file.write(json.dumps({{"kind": kind, "calls_s": found}}) + "\\n")


@pytest.mark.parametrize("part", range({_SMALL_TESTS}))
def test_small(student, part):
    record("small", student.successor, torch.arange(8.0), {_SMALL_CALLS})


@pytest.mark.parametrize("part", range({_LARGE_TESTS}))
def test_large(student, part):
    x = torch.zeros({_LARGE_MIB} << 18)
    record("large", student.successor, x, {_LARGE_CALLS})


@pytest.mark.parametrize("part", range({_LARGE_TESTS}))
def test_large_without_a_wire(reference, part):
    x = torch.zeros({_LARGE_MIB} << 18)
    record("local", lambda x: reference.successor(x.clone()), x, {_LARGE_CALLS})
"""


def measure(runs: int) -> list[Figure]:
    """Time some thousands of small calls in one exam, and large ones."""
    del runs  # the number of calls is what counts here
    found = _calls()
    small = microseconds(found["small"])
    return [
        median("a call, 8 numbers each way, p50", small, "µs", Target(limit=100.0)),
        percentile("a call, 8 numbers each way, p95", small, 95, "µs"),
        median("a bare round trip between two processes", microseconds(round_trips(len(small))), "µs"),
        median(f"a call, {_LARGE_MIB} MiB each way, p50", microseconds(found["large"]), "µs"),
        percentile(f"a call, {_LARGE_MIB} MiB each way, p95", microseconds(found["large"]), 95, "µs"),
        median(f"the same work and a copy of {_LARGE_MIB} MiB, no wire", microseconds(found["local"]), "µs"),
    ]


def _calls() -> dict[str, list[float]]:
    """Units: seconds, by kind."""
    found: dict[str, list[float]] = {"small": [], "large": [], "local": []}
    with tempfile.TemporaryDirectory() as folder, Grader() as grader:
        measured = _write_exercise(Path(folder))
        exercise = load_course(Path(folder)).find("calls")
        examine_fully(grader, exercise, submitted(exercise, measured.with_name("calls.py")))
        for line in measured.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            found[record["kind"]] += record["calls_s"]
    return found


def _write_exercise(course: Path) -> Path:
    """Write the exercise below `course`; return the file into which its tests write."""
    shown, hidden = course / "exercises" / "exercise99_calls", course / "solutions" / "exercise99_calls"
    for folder in (shown, hidden):
        folder.mkdir(parents=True)
    (shown / "exercise.toml").write_text(_MANIFEST, encoding="utf-8")
    (shown / "test_visible.py").write_text(_VISIBLE, encoding="utf-8")
    for name in ("README.md", "README.zh.md"):
        (shown / name).write_text("# Calls\n", encoding="utf-8")
    (hidden / "test_hidden.py").write_text(_HIDDEN, encoding="utf-8")
    for folder in (shown, hidden):
        (folder / "calls.py").write_text(_MODULE, encoding="utf-8")
    return hidden / "calls.jsonl"


def round_trips(count: int) -> list[float]:
    """Time 200 bytes sent to another process and back: what the machine itself takes for a call. Units: seconds."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        while data := theirs.recv(4096):
            theirs.sendall(data)
        os._exit(0)
    theirs.close()
    found = []
    with ours:
        for _ in range(count):
            began = time.perf_counter()
            ours.sendall(bytes(200))
            ours.recv(4096)
            found.append(time.perf_counter() - began)
    os.waitpid(pid, 0)
    return found
