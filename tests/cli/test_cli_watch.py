"""`dlgrade watch`, on a terminal of its own and without one."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli_runs import DEADLINE_S, SOLUTION, SUBMISSIONS, clean_environment, dlgrade

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal, which Windows has not", allow_module_level=True)

import pty
import termios


class Screen:
    """A terminal with `dlgrade watch` in it."""

    def __init__(self, workspace: Path) -> None:
        self.shown = ""
        self._ours, self._theirs = pty.openpty()
        self.before = termios.tcgetattr(self._theirs)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader", "watch", "exercise03"],
            cwd=workspace,
            env=clean_environment({"TERM": "xterm", "COLUMNS": "100"}),
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            start_new_session=True,
        )

    def press(self, key: str) -> None:
        os.write(self._ours, key.encode())

    def wait_for(self, text: str, *, after: int = 0) -> int:
        """Read until `text` is shown past the position `after`; return the position behind it."""
        found = self._read_until(lambda: self.shown.find(text, after) >= 0)
        assert found, f"{text!r} was not shown:\n{self.shown[after:]}"
        return self.shown.find(text, after) + len(text)

    def end(self) -> int:
        self._read_until(lambda: self.process.poll() is not None)
        return self.process.wait(timeout=5)

    def settings(self) -> list[object]:
        return termios.tcgetattr(self._theirs)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)
        os.close(self._ours)
        os.close(self._theirs)

    def _read_until(self, done: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            if done():
                return True
            if select.select([self._ours], [], [], 0.05)[0]:
                self.shown += os.read(self._ours, 65536).decode("utf-8", errors="replace")
        return done()


@pytest.fixture
def screen(workspace: Path) -> Iterator[Screen]:
    opened = Screen(workspace)
    with contextlib.closing(opened):
        yield opened


def test_a_sitting_on_a_terminal(screen: Screen, workspace: Path) -> None:
    """One long test: the start of torch is paid once. Save, save atomically, hint, next exercise, quit."""
    mine = workspace / "exercise03_softmax" / "softmax.py"
    at = screen.wait_for("q quit")
    assert "\x1b[2J" in screen.shown

    screen.press("h")
    at = screen.wait_for("Hint 1 of", after=at)

    shutil.copyfile(SOLUTION / "mistakes" / "no_max_shift.py", mine)
    at = screen.wait_for("q quit", after=at)

    aside = mine.with_name("softmax.py.new")
    shutil.copyfile(SOLUTION / "softmax.py", aside)
    aside.replace(mine)
    at = screen.wait_for("full score", after=at)
    at = screen.wait_for("q quit", after=at)

    screen.press("n")
    at = screen.wait_for("exercise04", after=at)
    at = screen.wait_for("q quit", after=at)
    screen.press("n")
    screen.wait_for("last exercise", after=at)

    screen.press("q")
    assert screen.end() == 0
    assert screen.settings() == screen.before


def test_ctrl_c_gives_the_terminal_back(screen: Screen) -> None:
    screen.wait_for("q quit")
    assert screen.settings() != screen.before
    os.killpg(screen.process.pid, 2)
    assert screen.end() == 130
    assert screen.settings() == screen.before
    assert "Traceback" not in screen.shown


def test_without_a_terminal_the_end_of_stdin_quits(workspace: Path) -> None:
    shutil.copyfile(SUBMISSIONS / "wrong.py", workspace / "exercise03_softmax" / "softmax.py")
    done = dlgrade("watch", "exercise03", cwd=workspace)
    assert done.code == 0
    assert "exercise03" in done.out
    assert "\x1b" not in done.out


def test_without_a_terminal_letters_are_keys(workspace: Path) -> None:
    done = dlgrade("watch", "exercise03", cwd=workspace, stdin="n\nq\n")
    assert done.code == 0
    assert done.out.index("exercise03") < done.out.index("exercise04")


def test_an_unknown_exercise_ends_it_at_once(workspace: Path) -> None:
    assert dlgrade("watch", "nothing", cwd=workspace).code == 2
