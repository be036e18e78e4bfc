"""A stdout that takes nothing: said as what it is, with a defined exit code, and no grade is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import DEADLINE_S, ROOT, SUBMISSIONS, Done, clean_environment, dlgrade

if sys.platform != "linux":
    pytest.skip("needs /dev/full and a shell that closes descriptors", allow_module_level=True)

CHECK = ("check", "softmax", "--submission", str(SUBMISSIONS / "wrong.py"))


def dlgrade_into(redirection: str, *arguments: str, language: str = "en") -> Done:
    """Run `dlgrade` with its stdout redirected by a shell."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m grader "$@" {redirection}', sys.executable, *arguments],
        cwd=ROOT,
        env=clean_environment({"DLGRADE_LANG": language}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    return Done(code=done.returncode, out=done.stdout, err=done.stderr)


@pytest.mark.parametrize(
    ("redirection", "why"), [(">&-", "stdout is closed"), (">/dev/full", "No space left on device")]
)
def test_a_report_that_stdout_does_not_take_is_no_bug_of_ours(redirection: str, why: str) -> None:
    done = dlgrade_into(redirection, *CHECK)
    assert done.code == 2
    assert f"The output could not be written: {why}" in done.err
    assert "--output DIR" in done.err
    assert "bug" not in done.err
    assert "Exception ignored" not in done.err


@pytest.mark.parametrize("stdout", ["", "/dev/full"], ids=["closed", "full"])
def test_the_report_is_in_its_folder_all_the_same(stdout: str, tmp_path: Path) -> None:
    done = dlgrade(*CHECK, "--output", tmp_path, stdout=stdout)
    assert done.code == 2
    assert f"The report is in {tmp_path}" in done.err
    assert "points" in (tmp_path / "report.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [("list",), ("--help",)])
def test_what_is_no_report_is_told_too(arguments: tuple[str, ...]) -> None:
    done = dlgrade_into(">/dev/full", *arguments)
    assert done.code == 2
    assert "The output could not be written: No space left on device" in done.err


def test_it_is_told_in_chinese() -> None:
    assert "无法写出结果" in dlgrade_into(">/dev/full", "list", language="zh").err
