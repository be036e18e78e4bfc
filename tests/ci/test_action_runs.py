"""The action's script and GitLab's job grade for real: a right, a wrong and a hostile submission."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import pytest
from ci.test_workflows import ACTION, ROOT, gitlab_job

DLGRADE = Path(sys.executable).parent / "dlgrade"
REFERENCE = ROOT / "solutions" / "exercise03_softmax" / "softmax.py"
MISTAKE = ROOT / "solutions" / "exercise03_softmax" / "mistakes" / "no_max_shift.py"
HOSTILE = ROOT / "tests" / "submissions" / "exit_zero.py"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other people's code is graded on Linux only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a runner sees of a step."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    reports: Path


def grade(folder: Path, **inputs: str) -> Step:
    """Run the action's script as the composite step does, in a job's workspace."""
    files = {name: folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("", encoding="utf-8")
    given = {
        "EXERCISE": "exercise03",
        "SUBMISSIONS": "submission",
        "COURSE": str(ROOT),
        "STUDENT": "ada",
        "FORMATS": "text,github,json,html,junit",
        "OUTPUT": "",
        "RUNNER_TEMP": str(folder / "temporary"),
        "DEVICE": "cpu",
        "ISOLATION": "auto",
        "FAIL_WHEN": "not-full",
        "DLGRADE_SEAL_KEY": "",
        "DLGRADE_SIGN_KEY": "",
        "DLGRADE": str(DLGRADE),
        "GITHUB_ACTIONS": "true",
        **{name: str(file) for name, file in files.items()},
        **inputs,
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    done = subprocess.run(
        ["bash", str(ACTION / "grade.sh")],
        cwd=folder,
        env={**kept, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
    return Step(
        code=done.returncode,
        log=done.stdout,
        outputs=dict(line.split("=", 1) for line in lines),
        summary=files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"),
        reports=folder / "temporary" / "dlgrade-report" / "reports",
    )


def hand_in(folder: Path, file: Path) -> None:
    (folder / "submission").mkdir()
    shutil.copy(file, folder / "submission" / "softmax.py")


def test_a_right_submission_is_a_green_step(tmp_path: Path) -> None:
    hand_in(tmp_path, REFERENCE)
    step = grade(tmp_path)
    assert step.code == 0, step.log
    assert step.outputs["status"] == "full"
    assert (step.outputs["score"], step.outputs["max-score"], step.outputs["percent"]) == ("20", "20", "100")


def test_a_wrong_submission_is_a_red_step_that_says_where_and_why(tmp_path: Path) -> None:
    hand_in(tmp_path, MISTAKE)
    step = grade(tmp_path)
    assert step.code == 1, step.log
    assert step.outputs["status"] == "partial"
    assert "::error " in step.log
    assert "exp overflows" in step.log
    assert "11 / 20 points" in step.summary.replace("\\", "")  # Markdown's escapes are no part of what is read
    suites = ElementTree.parse(next(step.reports.rglob("*.xml"))).getroot()
    assert suites.findall(".//failure")


def test_a_hostile_submission_gets_its_zero_and_sets_no_output(tmp_path: Path) -> None:
    hand_in(tmp_path, HOSTILE)
    step = grade(tmp_path)
    assert step.code == 1, step.log
    assert step.outputs["score"] == "0"


def test_a_class_is_summed_up_in_outputs_and_summary(tmp_path: Path) -> None:
    for student, file in {"ada": REFERENCE, "grace": MISTAKE}.items():
        (tmp_path / "submission" / student).mkdir(parents=True)
        shutil.copy(file, tmp_path / "submission" / student / "softmax.py")
    step = grade(tmp_path, STUDENT="", FAIL_WHEN="unscored")
    assert step.code == 0, step.log
    assert (step.outputs["score"], step.outputs["max-score"], step.outputs["status"]) == ("31", "40", "partial")
    assert "2 graded" in step.summary


def test_what_is_not_checked_out_is_said(tmp_path: Path) -> None:
    step = grade(tmp_path)
    assert step.code == 2
    assert "Check the submission out first" in step.log


def test_the_gitlab_job_grades_and_leaves_its_junit_file(tmp_path: Path) -> None:
    hand_in(tmp_path, MISTAKE)
    job = gitlab_job(exercise="exercise03", dlgrade="dlgrade", submission="submission", course=str(ROOT), student="ada")
    job = job["dlgrade"]
    # Where the job makes its environment, this one's command is put, as if pip had.
    commands = tmp_path / "commands"
    commands.mkdir()
    (commands / "python3").write_text(
        f'#!/bin/sh\nmkdir -p "$5/bin" && ln -s "{DLGRADE}" "$5/bin/dlgrade" && ln -s /bin/true "$5/bin/python"\n',
        encoding="utf-8",
    )
    forged = tmp_path / "dlgrade-report" / "reports" / "aaa"  # handed in, to be taken for a result
    forged.mkdir(parents=True)
    (forged / "junit.xml").write_text("<testsuites/>", encoding="utf-8")
    (commands / "python3").chmod(0o755)
    variables = {name: str(value) for name, value in job["variables"].items()}
    done = subprocess.run(
        ["sh", "-c", "\n".join(job["script"])],
        cwd=tmp_path,
        env={**os.environ, **variables, "PATH": f"{commands}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (pattern,) = [job["artifacts"]["reports"]["junit"]]
    (junit,) = tmp_path.glob(pattern)
    assert ElementTree.parse(junit).getroot().findall(".//failure")


@pytest.fixture
def booby_trapped(tmp_path: Path) -> Path:
    """A checkout with modules of names that installing imports, which Python would take from the current directory."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("venv", "pip", "ensurepip", "random", "types", "torch", "logging", "sitecustomize"):
        (checkout / f"{name}.py").write_text(
            f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\n", encoding="utf-8"
        )
    return checkout


def test_nothing_that_was_handed_in_runs_while_the_action_installs(booby_trapped: Path) -> None:
    temporary = booby_trapped.parent / "temporary"
    temporary.mkdir()
    given = {
        "GITHUB_ACTION_PATH": str(ACTION),
        "GITHUB_OUTPUT": str(temporary / "outputs"),
        "RUNNER_TEMP": str(temporary),
        "PIP_ARGUMENTS": "--no-index",  # it gets as far as pip, and no further
        "OWN_PYTHON": "true",  # then torch is looked for, too
    }
    done = subprocess.run(
        ["bash", str(ACTION / "install.sh")],
        cwd=booby_trapped,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No matching distribution" in done.stderr, done.stderr
    assert not (booby_trapped.parent / "ran").exists()


def test_nothing_that_was_handed_in_runs_while_the_gitlab_job_installs(booby_trapped: Path) -> None:
    job = gitlab_job(exercise="exercise03", dlgrade="no-such-distribution")["dlgrade"]
    variables = {name: str(value) for name, value in job["variables"].items()}
    done = subprocess.run(
        ["sh", "-c", "\n".join(job["script"])],
        cwd=booby_trapped,
        env={**os.environ, **variables, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No matching distribution" in done.stderr, done.stderr
    assert not (booby_trapped.parent / "ran").exists()
