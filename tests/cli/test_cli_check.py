"""`dlgrade check`, in real processes: scores, formats, and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli_runs import DEADLINE_S, ROOT, SOLUTION, SUBMISSIONS, Done, clean_environment, dlgrade

from grader.exercise import read_progress

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see which processes are left")


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """One check of the untouched stub, as text, with both files written."""
    folder = tmp_path_factory.mktemp("stub")
    return dlgrade(
        "check",
        "exercise03",
        "--submission",
        ROOT / "exercises" / "exercise03_softmax",
        "--format",
        "text,json",
        "--output",
        folder / "reports",
    )


@pytest.fixture(scope="module")
def mistake() -> Done:
    """One check of a plausible mistake, as JSON, with a seed."""
    return check_json(SOLUTION / "mistakes" / "no_max_shift.py", "--seed", "7")


def check_json(submission: Path, *options: str, env: Mapping[str, str] | None = None) -> Done:
    return dlgrade("check", "softmax", "--submission", submission, "--format", "json", *options, env=env)


def test_the_stub_is_graded_and_not_full(stub: Done) -> None:
    assert stub.code == 1
    assert "exercise03" in stub.out
    assert "\x1b" not in stub.out
    assert stub.err == ""


def test_the_reference_gets_full_score() -> None:
    done = check_json(SOLUTION)
    report = json.loads(done.out)
    assert done.code == 0, done.out
    assert report["status"] == "full"
    assert report["score"]["earned"] == report["score"]["possible"] > 0


def test_a_right_solution_written_otherwise_gets_full_score() -> None:
    assert check_json(SUBMISSIONS / "right.py").code == 0


def test_a_known_mistake_is_named(mistake: Done) -> None:
    assert mistake.code == 1
    explained = [test["explanation"] for test in json.loads(mistake.out)["tests"] if test["explanation"]]
    assert {explanation["cause_id"] for explanation in explained} == {"misconception.no_max_shift"}


def test_json_obeys_its_schema_and_is_alone_on_stdout(mistake: Done) -> None:
    from jsonschema import Draft202012Validator

    from grader.report.document import load_schema

    document = json.loads(mistake.out)
    Draft202012Validator(load_schema()).validate(document)
    assert mistake.err == ""
    assert document["exit_code"] == mistake.code


def test_a_seed_repeats_a_report(mistake: Done) -> None:
    from grader.report.document import without_timings

    again = check_json(SOLUTION / "mistakes" / "no_max_shift.py", "--seed", "7")
    assert without_timings(json.loads(again.out)) == without_timings(json.loads(mistake.out))


@pytest.mark.parametrize("name", ["fakes_report", "not_text"])
def test_no_such_submission_gets_a_full_score(name: str) -> None:
    done = check_json(SUBMISSIONS / f"{name}.py")
    report = json.loads(done.out)
    assert done.code == 1, done.err
    assert report["status"] in ("partial", "rejected")
    assert report["fault"] == "student"
    assert report["score"]["possible"] is None or report["score"]["earned"] < report["score"]["possible"]


def test_output_holds_a_file_for_each_format(tmp_path: Path) -> None:
    done = dlgrade(
        "check",
        "03",
        "--submission",
        SUBMISSIONS / "exit_zero.py",
        "--format",
        "json,text",
        "--output",
        tmp_path / "new" / "reports",
    )
    written = {file.name for file in (tmp_path / "new" / "reports").iterdir()}
    assert written == {"report.json", "report.txt"}
    assert (tmp_path / "new" / "reports" / "report.json").read_text(encoding="utf-8") == done.out


def test_an_output_that_cannot_be_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    start = time.monotonic()
    done = dlgrade("check", "exercise03", "--output", tmp_path / "file")
    assert done.code == 2
    assert done.out == ""
    assert "cannot be written to" in done.err
    assert time.monotonic() - start < 1.0  # no torch was waited for


def test_a_folder_with_one_archive_or_file_of_any_name_is_checked_as_grade_takes_it(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "homework.py").write_bytes((SOLUTION / "softmax.py").read_bytes())
    with zipfile.ZipFile(tmp_path / "b" / "mine.zip", "w") as archive:
        archive.write(SOLUTION / "softmax.py", "softmax.py")
    for name in ("a", "b"):
        assert json.loads(check_json(tmp_path / name).out)["status"] == "full"


def test_a_folder_with_another_exercises_file_alone_is_told_that_this_ones_is_missing(tmp_path: Path) -> None:
    (tmp_path / "views.py").write_bytes((ROOT / "exercises" / "exercise02_views" / "views.py").read_bytes())
    report = json.loads(check_json(tmp_path).out)
    assert report["status"] == "rejected"
    assert "softmax.py is missing" in report["problem"]["problem"]["en"]


def test_a_missing_submission_is_wrong_usage(tmp_path: Path) -> None:
    done = dlgrade("check", "exercise03", "--submission", tmp_path / "nothing.py", "--format", "json")
    assert done.code == 2
    assert done.out == ""
    assert "nothing.py" in done.err


def test_a_near_miss_of_an_exercise_is_recognised() -> None:
    done = dlgrade("check", "sofmax")
    assert done.code == 2
    assert "Did you mean exercise03 softmax?" in done.err


def test_isolation_that_cannot_be_had_is_no_score_and_says_so_in_json() -> None:
    done = check_json(SOLUTION, "--isolation", "gvisor", env={"DLGRADE_LAUNCH": "fresh"})
    report = json.loads(done.out)
    assert done.code == 3
    assert report["status"] == "unscored"
    assert report["score"] is None
    assert "gvisor" in report["problem"]["problem"]["en"]


def test_the_language_of_a_report_is_chosen() -> None:
    done = dlgrade("check", "softmax", "--submission", SUBMISSIONS / "exit_zero.py", "--language", "zh")
    assert done.code == 1
    assert "分" in done.out


def test_own_files_count_as_progress(workspace: Path) -> None:
    mine = workspace / "exercise03_softmax" / "softmax.py"
    mine.write_text((SOLUTION / "softmax.py").read_text(encoding="utf-8"), encoding="utf-8")
    assert dlgrade("check", "exercise03", cwd=workspace).code == 0
    best = read_progress(workspace).of("exercise03_softmax").best
    assert best is not None
    assert best.earned == best.points


def test_someone_elses_file_does_not_count_as_progress(workspace: Path) -> None:
    dlgrade("check", "exercise03", "--submission", SOLUTION, cwd=workspace)
    assert read_progress(workspace).exercises == {}


def test_a_reader_that_leaves_early_changes_nothing_and_hears_nothing() -> None:
    process = start("--submission", str(SUBMISSIONS / "exit_zero.py"))
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=DEADLINE_S) == 1
    assert process.stderr is not None
    assert process.stderr.read() == ""


@linux_only
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopping_it_leaves_no_process_behind(number: signal.Signals, code: int) -> None:
    process = start("--submission", str(SUBMISSIONS / "loop_at_import.py"))
    family = wait_for_family(process.pid)
    process.send_signal(number)
    out, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == code
    assert err.splitlines()[-1] == "Stopped."
    assert "Traceback" not in err
    assert out == ""
    assert_gone(family)


@linux_only
def test_even_killing_it_leaves_no_process_behind() -> None:
    process = start("--submission", str(SUBMISSIONS / "loop_at_import.py"))
    family = wait_for_family(process.pid)
    process.kill()
    process.communicate(timeout=DEADLINE_S)
    assert_gone(family)


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "grader", "check", "exercise03", *options],
        cwd=ROOT,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_family(pid: int) -> set[int]:
    """Wait until the exam is under way (base, examiner, zygote, child), and return their process ids."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        family = descendants(pid)
        if len(family) >= 4:
            time.sleep(0.3)  # into the endless loop
            return descendants(pid)
        time.sleep(0.02)
    raise AssertionError("the exam did not start")


def descendants(pid: int) -> set[int]:
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                status = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:  # it has just ended
                continue
            parents[int(folder.name)] = int(status.rpartition(")")[2].split()[1])
    found: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in {pid, *found}} - found:
        found |= new
    return found


def assert_gone(family: set[int]) -> None:
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        left = {pid for pid in family if alive(pid)}
        if not left:
            return
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    raise AssertionError(f"left behind: {left}")


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
