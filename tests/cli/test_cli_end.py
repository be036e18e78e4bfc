"""How the process of a command ends: at once, but with all that the interpreter would have done for others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

COMMAND = """
import atexit, sys, threading, time
sys.argv = ["dlgrade", "list", "--no-such-option"]

def work():
    time.sleep(0.05)
    print("the thread has ended")

threading.Thread(target=work).start()
atexit.register(print, "registered")
print("not flushed", end=" ")
from grader.cli import main
main()
print("never reached")
"""


LATE = """
import atexit, sys
sys.argv = ["dlgrade", "list", "--no-such-option"]
atexit.register({hook})
from grader.cli import main
main()
"""


def run(code: str, stdout: int | IO[str]) -> subprocess.CompletedProcess[str]:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=buffered, text=True, check=False, stderr=subprocess.PIPE, stdout=stdout)


def test_threads_are_waited_for_hooks_are_run_and_all_is_written() -> None:
    done = run(COMMAND, subprocess.PIPE)
    assert done.returncode == 2
    assert done.stdout == "not flushed the thread has ended\nregistered\n"


def test_what_cannot_be_written_in_the_end_has_the_interpreters_own_code() -> None:
    with Path("/dev/full").open("w") as full:
        assert run(LATE.format(hook="sys.stdout.write, 'late'"), full).returncode == 120


def test_a_hook_that_fails_changes_no_code_and_is_told() -> None:
    done = run(LATE.format(hook="int, 'no number'"), subprocess.DEVNULL)
    assert done.returncode == 2
    assert "no number" in done.stderr


def test_a_stream_that_is_closed_changes_no_code() -> None:
    assert run(LATE.format(hook="sys.stdout.close"), subprocess.DEVNULL).returncode == 2


@pytest.mark.parametrize("profiled", [True, False])
def test_a_profiler_is_left_its_own_end(tmp_path: Path, profiled: bool) -> None:
    told = tmp_path / "profile"
    before = ["-m", "cProfile", "-o", str(told)] if profiled else []
    subprocess.run([sys.executable, *before, "-m", "grader", "list", "--help"], capture_output=True, check=True)
    assert told.exists() is profiled
