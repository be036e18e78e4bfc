"""`dlgrade grade` as a teacher types it: which arguments are what, what it shows, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batch.classes import ONLY_SMALL, RIGHT, SLOW, WRONG, hand_in, make_course
from cli_runs import clean_environment, dlgrade

from grader.cli.grade_arguments import split
from grader.cli.grade_progress import Pace, duration
from grader.errors import UsageError
from grader.exercise import load_course


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course")


def test_exercises_come_first_and_win_over_files_of_the_same_name(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = load_course(course)
    monkeypatch.chdir(tmp_path)
    for name in ("inc", "subs"):
        (tmp_path / name).mkdir()
    names = [entry.name for entry in split(["inc", "2", "./inc", "subs"], found).exercises]
    assert names == ["exercise01_inc", "exercise02_dec"]
    assert split(["inc", "2", "./inc", "subs"], found).submissions == (Path("inc"), Path("subs"))
    assert split(["all", "subs"], found).exercises == found.entries
    assert split(["inc", "inc", "subs"], found).exercises == found.entries[:1]
    (tmp_path / "in").mkdir()  # a beginning of inc, and a folder
    assert split(["2", "in"], found).submissions == (Path("in"),)
    assert split(["2", "d", "subs"], found).exercises == found.entries[1:]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["subs"], "which EXERCISE it is for must stand before it"),
        (["increase", "subs"], "No exercise is called 'increase'. Did you mean exercise01 inc"),
        (["inc", "subs", "dec"], "dec: an exercise behind the submissions"),
        (["inc", "./nowhere"], "nowhere: no such file or folder"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused_with_the_way_out(
    arguments: list[str], says: str, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "subs").mkdir()
    with pytest.raises(UsageError) as caught:
        split(arguments, load_course(course))
    assert says in caught.value.text.en
    assert caught.value.remedy is not None
    assert caught.value.text.zh != caught.value.text.en


def test_one_student_is_shown_a_report_and_a_class_its_summary(course: Path, tmp_path: Path) -> None:
    subs = hand_in(tmp_path / "subs", {"alice": RIGHT, "bob": ONLY_SMALL})
    common = ("--course", course, "--jobs", "1", "--seed", "5")
    one = dlgrade("grade", "inc", subs / "bob.py", *common, "--format", "json,junit", "--output", tmp_path / "one")
    assert one.code == 0, one.err
    document = json.loads(one.out)
    assert document["score"]["earned"] == 1
    assert document["handed_in"]["student"] == "bob"
    assert (tmp_path / "one" / "reports" / "bob" / "junit.xml").is_file()
    assert not (tmp_path / "one" / "reports" / "bob" / "exercise01_inc.html").exists()
    several = dlgrade("grade", "inc", subs, *common, "--output", tmp_path / "out")
    assert several.code == 0, several.err
    assert "2 graded" in several.out
    assert "gradebook.csv" in several.err
    again = dlgrade("grade", "inc", subs, *common, "--output", tmp_path / "out")
    assert again.code == 2
    assert "--resume" in again.err


def test_what_counts_decides_whether_a_failure_is_shown_below_a_full_score(tmp_path: Path) -> None:
    rules = "[dates]\ndue = 2026-01-01T00:00:00Z\n[late]\nper_day = 0.1\n"
    subs = hand_in(tmp_path / "subs", {"ann": RIGHT})
    times = tmp_path / "times.csv"
    times.write_text("student,time\nann,2026-01-02T12:00:00Z\n", encoding="utf-8")
    course = make_course(tmp_path / "late", rules=rules)
    common = ("--course", course, "--student", "ann", "--jobs", "1", "--fail-when", "not-full")
    late = dlgrade("grade", "inc", subs / "ann.py", *common, "--times", times, "--output", tmp_path / "a")
    assert late.code == 1, late.err  # right in every test, and 2 days late
    in_time = dlgrade("grade", "inc", subs / "ann.py", *common, "--output", tmp_path / "b")
    assert in_time.code == 0, in_time.err


def test_a_refused_run_leaves_no_folder_behind(course: Path, tmp_path: Path) -> None:
    subs = hand_in(tmp_path / "subs", {"alice": RIGHT, "bob": WRONG})
    refused = dlgrade("grade", "inc", subs, "--course", course, "--output", subs / "out")
    assert refused.code == 2
    assert "lies among the submissions" in refused.err
    assert sorted(path.name for path in subs.iterdir()) == ["alice.py", "bob.py"]


def read_from(terminal: int) -> str:
    """Return what was shown next; nothing at the end."""
    try:
        return os.read(terminal, 100_000).decode(errors="replace")
    except OSError:  # Linux's way to say that the other end is closed
        return ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_batch_that_is_stopped_on_a_terminal_ends_with_the_command_that_goes_on(
    number: signal.Signals, code: int, course: Path, tmp_path: Path
) -> None:
    subs = hand_in(tmp_path / "subs", {f"s{place}": SLOW for place in range(8)})
    journal = tmp_path / "out" / "batch" / "journal.jsonl"
    leader, follower = pty.openpty()
    command = ("grade", "inc", subs, "--course", course, "--output", tmp_path / "out", "--jobs", "1")
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", *map(str, command)],
        env=clean_environment({"TERM": "xterm"}),
        stdout=subprocess.DEVNULL,
        stderr=follower,
    )
    os.close(follower)
    deadline = time.monotonic() + 60
    while (not journal.is_file() or journal.stat().st_size == 0) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(number)
    assert process.wait(30) == code
    shown = "".join(iter(lambda: read_from(leader), ""))
    assert "/8" in shown  # the bar
    assert f"dlgrade grade --resume --output {tmp_path / 'out'}" in shown
    assert "of 8 are graded, and kept" in shown


def test_the_pace_is_the_slower_of_all_and_of_late_and_counts_no_exam_of_an_earlier_run() -> None:
    pace = Pace()
    pace.add(0.0, 0)  # torch is being imported
    assert pace.per_s(50.0, 0) is None
    for second in range(100, 201):  # ten a second
        pace.add(float(second), 10 * (second - 99))
    assert pace.per_s(200.0, 1010) == pytest.approx(10.0)
    for second in range(201, 301):  # then one a second
        pace.add(float(second), 1010 + second - 200)
    assert pace.per_s(300.0, 1110) == pytest.approx(1.0)


@pytest.mark.parametrize(("seconds", "shown"), [(0.2, "0:01"), (59.5, "1:00"), (750, "12:30"), (11_100, "3:05:00")])
def test_times_are_rounded_up(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
