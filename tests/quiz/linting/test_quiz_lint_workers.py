"""Lint on several processes: they find what one finds, and none is left."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from quiz.quiz_folders import HEAD, write_quiz

from grader.quiz.linting import Settings, exit_code, lint
from grader.sandbox import fresh

QUIZ = """
- id: sum
  type: number
  params: {a: {int: [2, 40]}}
  text: {en: "What is ${{a}} + 50$?", zh: "${{a}} + 50$ 是多少？"}
  answer: {code: f}
"""
CODE = "def f(p, rng):\n    return {'answer': p['a'] + 50}\n"
PARTED = """
- id: p
  type: multi-part
  text: {en: Two., zh: 两题。}
  parts:
    - {id: x, type: number, text: {en: x?, zh: x？}, answer: 1, wrong: [{value: 2}]}
    - {id: y, type: number, text: {en: y?, zh: y？}, answer: 0.00001}
"""


def test_two_processes_find_what_one_finds(tmp_path: Path) -> None:
    head = HEAD + "reveal: {answers: after-submit}\nmisconceptions: {idle: {en: No., zh: 不。}}\n"
    folder = write_quiz(tmp_path, QUIZ + PARTED, CODE, head=head)
    heard: list[tuple[int, int]] = []
    two = lint([folder], Settings(seeds=200, jobs=2), tell=lambda done, of: heard.append((done, of)))
    assert two == lint([folder], Settings(seeds=200, jobs=1))
    assert [one.check for one in two[0].findings] == ["feedback.unused", "feedback.missing", "key.tiny"]
    assert heard == [(1, 2), (2, 2)]


def test_a_failure_of_ours_costs_one_quiz_and_is_told_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed, plain = write_quiz(tmp_path / "a", QUIZ, CODE), write_quiz(tmp_path / "b", PARTED)
    monkeypatch.setattr(fresh, "command", lambda _: [sys.executable, "-c", "raise SystemExit('no libraries')"])
    failed, other = lint([computed, plain], Settings(seeds=5, jobs=1))
    (found,) = [one for one in failed.findings if one.check == "lint.failed"]
    assert "no libraries" in found.problem.en
    assert other.questions == 1 and all(one.check != "lint.failed" for one in other.findings)
    assert exit_code([failed, other]) == 3 and exit_code([other]) == 0


def test_a_worker_that_is_killed_is_told_of_the_quizzes_that_were_not_done(tmp_path: Path) -> None:
    hanging = write_quiz(tmp_path, QUIZ, "def f(p, rng):\n    while True:\n        pass\n")

    def kill_one() -> None:
        wait_until(lambda: bool(multiprocessing.active_children()))
        multiprocessing.active_children()[0].kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    (report,) = lint([hanging], Settings(seeds=5, jobs=2))
    killer.join()
    assert "lint.failed" in [one.check for one in report.findings]  # beside what the other had found by then
    assert (exit_code([report]), report.folder) == (3, str(hanging))


@pytest.mark.skipif(sys.platform != "linux", reason="counts the processes of a group in /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    hanging = write_quiz(tmp_path, QUIZ, "def f(p, rng):\n    while True:\n        pass\n")
    command = [sys.executable, "-m", "grader", "quiz", "lint", str(hanging), "--jobs", "2"]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: len(group(process.pid)) >= 3)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_until(lambda: not group(process.pid))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def group(leader: int) -> list[int]:
    """Return the processes of a group, but for those that have ended and are not waited for."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, _, number = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(number) == leader and state != "Z":
                found.append(int(entry.name))
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
