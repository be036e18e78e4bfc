"""The front door: help, unknown commands, and what each failure exits with."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from cli_runs import dlgrade

from grader import __version__
from grader.cli import app, listing
from grader.cli.stopped import Terminated, hear_sigterm
from grader.errors import AuthorError, GraderFault, SandboxUnavailable, SubmissionError


def test_help_lists_every_command_and_exits_with_0() -> None:
    done = dlgrade("--help")
    assert done.code == 0
    assert all(f"\n  {name} " in done.out for name in app.COMMANDS)


def test_help_is_instant() -> None:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        dlgrade("--help")
        times.append(time.perf_counter() - start)
    # 0.04 s here; the bound leaves room for a busy machine, and none for `import torch`.
    assert min(times) < 0.5


def test_version_is_printed() -> None:
    assert dlgrade("--version").out == f"dlgrade {__version__}\n"


def test_a_near_miss_of_a_command_is_recognised() -> None:
    done = dlgrade("chekc", "exercise03")
    assert done.code == 2
    assert 'Did you mean "check"?' in done.err
    assert done.out == ""


def test_a_command_like_none_gets_the_list() -> None:
    done = dlgrade("xyzzy")
    assert done.code == 2
    assert all(name in done.err for name in app.COMMANDS)


def test_an_unknown_option_is_wrong_usage() -> None:
    done = dlgrade("check", "--sed", "3")
    assert done.code == 2
    assert "--seed" in done.err


def test_help_speaks_the_language_of_the_environment() -> None:
    assert "评分并解释原因" in dlgrade("--help", env={"DLGRADE_LANG": "zh"}).out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SubmissionError("too large"), 1),
        (AuthorError("no such key"), 2),
        (GraderFault("lost"), 3),
        (SandboxUnavailable("no namespaces"), 3),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_failure_has_its_exit_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_course: Path | None) -> None:
        raise error

    monkeypatch.setattr(listing, "load_course", fail)
    assert app.run(["list"]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert (str(error) or "Stopped.") in shown.err


def test_a_bug_of_ours_is_no_grade_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DLGRADE_DEBUG", raising=False)
    monkeypatch.setattr(listing, "load_course", lambda _course: 1 // 0)
    assert app.run(["list"]) == 3
    shown = capsys.readouterr().err
    assert "no score was given" in shown
    assert "ZeroDivisionError" in shown
    assert "Traceback" not in shown


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DLGRADE_DEBUG", "1")
    monkeypatch.setattr(listing, "load_course", lambda _course: 1 // 0)
    app.run(["list"])
    assert "Traceback" in capsys.readouterr().err


def test_a_second_sigterm_does_not_cut_short_what_the_first_one_ends() -> None:
    before = signal.getsignal(signal.SIGTERM)
    hear_sigterm()
    try:
        with pytest.raises(Terminated) as first:
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert first.value.code == 143


def test_a_sigterm_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(listing, "load_course", lambda _course: os.kill(os.getpid(), signal.SIGTERM))
    try:
        assert app.run(["list"]) == 143
    finally:
        signal.signal(signal.SIGTERM, before)
    assert capsys.readouterr().err == "Stopped.\n"
