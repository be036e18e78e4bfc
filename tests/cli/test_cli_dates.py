"""What a course's dates and names change at the command line: commands tell of them, and none of them blocks."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_runs import ROOT, SUBMISSIONS, dlgrade

from grader.cli.dates import due_note, listed
from grader.exercise import Dates

NOW = datetime(2026, 9, 20, 12, 0, tzinfo=UTC)


def from_now(**span: float) -> str:
    """Return a moment of the real clock, far enough from the next unit's end that a slow machine changes no word."""
    return (datetime.now(UTC) + timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """A course with one exercise that is late, one that is due, and one that is not given out."""
    shutil.copytree(ROOT / "exercises", tmp_path / "course" / "exercises")
    (tmp_path / "course" / "dlgrade.toml").write_text(
        'schema = "course/1"\nname = { en = "Tensors and more", zh = "张量及其他" }\norder = ["softmax"]\n'
        f"[dates]\ndue = {from_now(days=2, hours=12)}\n"
        f"[dates.exercise01]\ndue = {from_now(days=-3, hours=-12)}\n"
        f"[dates.exercise02]\nrelease = {from_now(days=1, hours=12)}\n",
        encoding="utf-8",
    )
    return tmp_path / "course"


def test_list_shows_the_name_the_order_and_the_dates(dated: Path) -> None:
    done = dlgrade("list", cwd=dated)
    assert done.code == 0 and not done.err
    name, *lines = done.out.splitlines()
    assert name == "Tensors and more"
    assert [line.split()[0] for line in lines] == ["exercise03", "exercise01", "exercise02", "exercise04"]
    assert "due in 2 days, 2" in lines[0] and "(UTC)" in lines[0]
    assert "due 3 days ago" in lines[1]
    assert "comes in 1 day, 2" in lines[2]


@pytest.mark.parametrize("command", ["check", "hint", "watch"])
def test_what_is_not_given_out_is_told_with_its_date(dated: Path, tmp_path: Path, command: str) -> None:
    assert dlgrade("start", "work", "--course", dated, cwd=tmp_path).code == 0
    done = dlgrade(command, "exercise02", cwd=tmp_path / "work")
    assert done.code == 2
    assert "exercise02_views comes 2" in done.err and "Run `dlgrade start " in done.err
    assert "no such" not in done.err


def test_what_was_given_out_since_is_told_to_be_fetched(dated: Path, tmp_path: Path) -> None:
    assert dlgrade("start", "work", "--course", dated, cwd=tmp_path).code == 0
    toml = dated / "dlgrade.toml"
    toml.write_text(toml.read_text(encoding="utf-8").partition("[dates]")[0], encoding="utf-8")
    done = dlgrade("check", "exercise02", "--language", "zh", cwd=tmp_path / "work")
    assert done.code == 2 and "中还没有 exercise02_views" in done.err and "补上缺少的内容" in done.err


def test_list_in_chinese(dated: Path) -> None:
    done = dlgrade("list", "--language", "zh", cwd=dated)
    assert done.out.startswith("张量及其他\n")
    assert "截止还有 2 天" in done.out and "已逾期 3 天" in done.out and "发布还有 1 天" in done.out


def test_list_of_a_course_without_dates_has_no_empty_column() -> None:
    rows = dlgrade("list", cwd=ROOT).out.splitlines()[1:]
    assert all("not started  " in row or "points  " in row for row in rows)
    assert not any("   Minibatch" in row for row in rows)


def test_start_leaves_out_what_is_not_given_out_yet(dated: Path, tmp_path: Path) -> None:
    done = dlgrade("start", "mine", "--course", dated, cwd=tmp_path)
    assert done.code == 0
    assert "Not given out yet: exercise02 views. Run this again from 2" in done.out
    assert "dlgrade watch exercise03" in done.out  # the first of the order, not of the numbers
    assert not (tmp_path / "mine" / "exercise02_views").exists()


def test_check_says_when_it_is_due_and_stops_nobody(dated: Path) -> None:
    stub = dated / "exercises" / "exercise01_sgd"
    due = dlgrade("check", "softmax", "--format", "json", cwd=dated)
    assert due.code == 1 and json.loads(due.out)["schema"] == "report/1"
    assert due.err.startswith("Due 2") and due.err.endswith(", in 2 days.\n")
    late = dlgrade("check", "sgd", "--submission", stub, "--language", "zh", cwd=dated)
    assert late.code == 1
    assert "已逾期：截止时间为 2" in late.err and "仍可照常检查" in late.err


def test_check_of_what_is_not_given_out_yet_is_not_blocked(dated: Path) -> None:
    assert dlgrade("check", "views", cwd=dated).code == 1


def test_check_without_dates_says_nothing_beside_its_report() -> None:
    assert (
        dlgrade("check", "softmax", "--submission", SUBMISSIONS.parent.parent / "solutions/exercise03_softmax").err
        == ""
    )


def test_misspelt_name_in_the_file_is_told_to_those_who_have_solutions(dated: Path) -> None:
    with (dated / "dlgrade.toml").open("a", encoding="utf-8") as stream:
        stream.write(f"[dates.sofmax]\ndue = {from_now(days=9)}\n")
    assert not dlgrade("list", cwd=dated).err
    shutil.copytree(ROOT / "solutions", dated / "solutions")
    told = dlgrade("list", cwd=dated)
    assert "dates.sofmax: no exercise here is called so. Did you mean exercise03 softmax?" in told.err
    assert told.code == 0


def test_broken_course_file_is_its_authors_and_names_the_key(dated: Path) -> None:
    (dated / "dlgrade.toml").write_text('schema = "course/1"\nname = "x"\n', encoding="utf-8")
    done = dlgrade("list", cwd=dated)
    assert done.code == 2
    assert done.err.startswith('Exercise error: dlgrade.toml: name = "x": expected a table, got text.')


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (timedelta(days=2, hours=23), "in 2 days"),
        (timedelta(hours=47), "in 1 day"),
        (timedelta(minutes=90), "in 1 hour"),
        (timedelta(minutes=59, seconds=59), "in 59 minutes"),
        (timedelta(seconds=0), "in less than a minute"),
        (-timedelta(seconds=1), "less than a minute ago"),
        (-timedelta(days=400), "400 days ago"),
    ],
)
def test_span_is_told_in_its_largest_unit_rounded_down(away: timedelta, told: str) -> None:
    dates = Dates(due=NOW + away)
    note = due_note(dates, NOW)
    assert note is not None and told in note.en
    assert told in listed(dates, NOW, short=True).en


def test_undated_exercise_has_nothing_to_tell() -> None:
    assert due_note(Dates(), NOW) is None
    assert listed(Dates(), NOW, short=False).en == ""
