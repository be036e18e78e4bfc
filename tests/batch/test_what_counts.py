"""What counts of several attempts: told where it moves, and where it may still move."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from classes import RIGHT, WRONG, hand_in, make_course, request, run

from grader.batch.changes import Change
from grader.batch.grade import Mode, Request
from grader.batch.graded_class import read_class
from grader.batch.places import Places
from grader.cli.app import run as command
from grader.cli.grade_result import block_within
from grader.exercise import load_course
from grader.runners.local import LocalRunner

pytestmark = pytest.mark.usefixtures("shared_base")

NAME = "exercise01_inc"
BEST, LAST, MEAN = (f'[attempts]\ncounts = "{counts}"\n' for counts in ("best", "last", "mean"))


@pytest.fixture(scope="module")
def runner() -> Iterator[LocalRunner]:
    """A warm worker for all that leaves it open."""
    with LocalRunner(1, others=True) as started:
        yield started


@pytest.fixture(scope="module")
def first(runner: LocalRunner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class in which ann's first attempt is right and her second is wrong."""
    folder = tmp_path_factory.mktemp("first")
    course = make_course(folder / "course", rules=BEST)
    for student, attempt, text in (("ann", "1", RIGHT), ("ann", "2", WRONG), ("ben", "1", RIGHT)):
        hand_in(folder / "subs" / student, {attempt: text})
    found = request(course, folder / "subs", folder / "out")
    run(replace(found, options=replace(found.options, names="{student}/{attempt}.py")), runner)
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    """A copy of it, at another place."""
    shutil.copytree(first, tmp_path / "copy")
    return tmp_path / "copy"


def regrade(folder: Path, rules: str) -> Request:
    course = folder / "course"
    text = (course / "dlgrade.toml").read_text()
    (course / "dlgrade.toml").write_text(text.replace(BEST, rules))
    return Request(course=load_course(course), output=folder / "out", mode=Mode.REGRADE)


def lose_the_second_attempt(folder: Path) -> Places:
    places = Places(folder / "out")
    (places.source("ann", NAME, 2) / "inc.py").unlink()
    return places


def test_other_rules_that_move_no_attempt_but_what_counts_are_a_change(folder: Path, runner: LocalRunner) -> None:
    result = run(regrade(folder, LAST), runner)
    assert result.changes is not None
    (change,) = result.changes
    assert (change.key.student, change.key.attempt, change.is_result) == ("ann", 2, True)
    assert (change.before, change.after) == (3.0, 0.0)
    assert change.reason.en == (
        "The rules for lateness or attempts, or the due date, changed. Attempt 1 counted, attempt 2 counts now."
    )
    assert "现计第 2 次" in change.reason.zh
    table = Places(folder / "out").changes.read_text(encoding="utf-8-sig")
    assert '"ann","exercise01_inc","2","1","3","0"' in table


def regraded_alone(folder: Path, runner: LocalRunner, texts: Sequence[str], rules: str) -> tuple[Places, Change]:
    """Let one student hand in these attempts, of which the best counts, and grade them again by other rules."""
    places = Places(folder / "alone")
    for attempt, text in enumerate(texts, 1):
        hand_in(folder / "new" / "cat", {str(attempt): text})
    found = request(folder / "course", folder / "new", places.root)
    run(replace(found, options=replace(found.options, names="{student}/{attempt}.py")), runner)
    result = run(replace(regrade(folder, rules), output=places.root), runner)
    assert result.changes is not None
    (change,) = result.changes
    return places, change


def test_another_attempt_that_counts_is_a_change_where_the_points_are_equal(folder: Path, runner: LocalRunner) -> None:
    _, change = regraded_alone(folder, runner, (RIGHT, RIGHT), LAST)
    assert (change.key.student, change.before, change.after, change.is_result) == ("cat", 3.0, 3.0, True)
    assert "Attempt 1 counted, attempt 2 counts now." in change.reason.en


def test_the_status_of_a_change_is_that_of_the_gradebook(folder: Path, runner: LocalRunner) -> None:
    places, change = regraded_alone(folder, runner, (WRONG, RIGHT), MEAN)
    assert (change.before, change.after) == (3.0, 1.5)
    assert (change.status_before, change.status_after) == ("full", "partial")
    assert '"cat","","1.5","3","3","partial"' in places.gradebook.read_text(encoding="utf-8-sig")


def test_report_diff_of_two_folders_tells_what_counts_now(
    first: Path, folder: Path, runner: LocalRunner, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(regrade(folder, MEAN), runner)
    monkeypatch.setattr(sys, "argv", ["dlgrade", "report", "diff", str(first / "out"), str(folder / "out")])
    assert command(sys.argv[1:]) == 1
    shown = capsys.readouterr().out
    assert "ann, exercise01_inc: what counts: 3 (attempt 1) " in shown
    assert " 1.5 (attempt 2)" in shown
    assert "ben" not in shown


def test_an_attempt_without_a_score_is_named_beside_the_one_that_counts(folder: Path, runner: LocalRunner) -> None:
    places = lose_the_second_attempt(folder)
    result = run(regrade(folder, BEST), runner)
    assert result.unscored == 1
    row = next(row for row in result.rows if row.handed_in.student == "ann")
    assert (row.points, row.pending) == (3.0, (2,))
    remark = "may still change, unscored: exercise01_inc attempt 2"
    table = places.gradebook.read_text(encoding="utf-8-sig")
    assert remark in table
    assert "exercise01_inc: Attempt 1 of 2 counts: the best." in table
    page = places.index.read_text()
    assert "May still change" in page
    assert "attempt 2" in page
    assert "Attempt 1 of 2 counts: the best." in page
    read = read_class(places.root).book.students[0]
    assert (read.rows[NAME].pending, read.rows[NAME].counted) == ((2,), row.counted)


def test_the_command_says_whose_attempt_it_fails_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lose_the_second_attempt(folder)
    arguments = ["--regrade", "--output", str(folder / "out"), "--course", str(folder / "course"), "--jobs", "1"]
    monkeypatch.setattr(sys, "argv", ["dlgrade", "grade", *arguments])
    assert command(sys.argv[1:]) == 3
    assert "ann, exercise01_inc: attempt 2 has no score; what counts may still change" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["dlgrade", "report", "stats", str(folder / "out")])
    command(sys.argv[1:])
    shown = capsys.readouterr().out
    assert "May still change: an attempt has no score" in shown
    assert "ann  attempt 2" in shown


def test_of_a_mean_the_attempt_that_is_missing_in_it_is_named(folder: Path, runner: LocalRunner) -> None:
    places = Places(folder / "out")
    (places.source("ann", NAME, 1) / "inc.py").unlink()
    result = run(regrade(folder, MEAN), runner)
    (case,) = (case for case in result.page.statistics.cases if case.student == "ann")
    assert (case.why.value, case.attempt) == ("unscored", 1)
    assert "may still change, unscored: exercise01_inc attempt 1" in places.gradebook.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("room", [-5, 0, 10, 900, 2_000, 40_000])
@pytest.mark.parametrize("text", ["plain text\n" * 3_000, "汉字，" * 9_000, "`" * 30_000, "\x1b[31m" * 9_000])
def test_a_class_s_summary_takes_no_more_room_than_there_is(text: str, room: int) -> None:
    block = block_within(text, room)
    assert len(block.encode()) <= max(room, 0)
    assert block.count("\n") >= 2 or not block
    assert block or room < 1_000


def test_all_attempts_are_kept_beside_what_counts_with_those_over_the_limit(folder: Path, runner: LocalRunner) -> None:
    run(regrade(folder, "[attempts]\nmax = 1\n[late]\nper_day = 0.1\n"), runner)
    ann, ben = (student.rows[NAME] for student in read_class(folder / "out").book.students)
    shown = [(one.attempt, one.earned, one.points, one.beyond) for one in ann.tried]
    assert shown == [(1, 3.0, 3.0, False), (2, 0.0, 0.0, True)]
    assert (ben.tried, ann.undated, ben.undated) == ((), True, True)
    header, *rows = (folder / "out" / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()
    attempts = header.split(",").index(f'"{NAME}.attempts"')
    assert [row.split('","')[attempts] for row in rows] == ["2", "1"]
    assert f"over the limit, not counted: {NAME} attempt 2" in rows[0]
