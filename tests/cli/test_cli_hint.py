"""`dlgrade hint`: one at a time, and each once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import SUBMISSIONS, clean_environment, dlgrade

from grader.cli.app import run
from grader.cli.grading import next_to_do
from grader.cli.hints import Hints, read_hints, write_hints
from grader.exercise import load_course, record_score
from grader.records import Text

FIRST = Text(en="Look at the axis.", zh="看看轴。")
SECOND = Text(en="Subtract the maximum.", zh="减去最大值。")
EXERCISE = "exercise03_softmax"


@pytest.fixture
def hinted(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace after a check that left two hints."""
    write_hints(workspace, EXERCISE, Hints(available=(FIRST, SECOND)))
    monkeypatch.chdir(workspace)
    return workspace


def test_one_more_hint_each_time(hinted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["hint", "softmax"]) == 0
    assert capsys.readouterr().out == "Hint 1 of 2: Look at the axis.\n"
    assert run(["hint", "softmax"]) == 0
    assert capsys.readouterr().out == "Hint 2 of 2: Subtract the maximum.\n"


def test_after_the_last_hint_all_are_repeated(hinted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        run(["hint", "softmax"])
    last = capsys.readouterr().out
    assert last.count("Look at the axis.") == 2
    assert last.count("Subtract the maximum.") == 2


def test_reset_starts_from_the_first(hinted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["hint", "softmax"])
    assert run(["hint", "softmax", "--reset"]) == 0
    capsys.readouterr()
    run(["hint", "softmax"])
    assert "Hint 1 of 2" in capsys.readouterr().out


def test_a_hint_that_was_shown_stays_shown_when_another_goes(hinted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_hints(hinted, EXERCISE, Hints(available=(SECOND,), shown=frozenset({FIRST.en})))
    run(["hint", "softmax"])
    assert capsys.readouterr().out == "Hint 1 of 1: Subtract the maximum.\n"


def test_hints_speak_chinese(hinted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["hint", "softmax", "--language", "zh"])
    assert capsys.readouterr().out == "提示 1/2：看看轴。\n"


def test_no_hints_is_no_failure(hinted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_hints(hinted, EXERCISE, Hints())
    assert run(["hint", "softmax"]) == 0
    assert "No hints" in capsys.readouterr().out


@pytest.mark.parametrize(
    "damaged", [b"", b"\xff", b"[]", b'{"schema": "hints/1", "exercises": {"exercise03_softmax": 3}}']
)
def test_a_damaged_file_counts_as_empty(damaged: bytes, workspace: Path) -> None:
    (workspace / ".dlgrade" / "hints.json").write_bytes(damaged)
    assert read_hints(workspace, EXERCISE) is None


def test_two_commands_at_once_lose_no_hints(workspace: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from grader.cli.hints import Hints, write_hints\n"
        "for n in range(25): write_hints(Path(sys.argv[1]), f'{sys.argv[2]}{n}', Hints())\n"
    )
    environment = clean_environment()
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(workspace), who], env=environment) for who in ("a", "b")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert all(read_hints(workspace, f"{who}{number}") is not None for who in "ab" for number in range(25))


def test_hints_come_from_the_last_check(workspace: Path) -> None:
    shutil.copyfile(SUBMISSIONS / "wrong.py", workspace / EXERCISE / "softmax.py")
    dlgrade("check", "softmax", cwd=workspace)
    kept = read_hints(workspace, EXERCISE)
    assert kept is not None
    done = dlgrade("hint", "softmax", cwd=workspace)
    assert done.code == 0
    assert kept.available[0].en in done.out


def test_without_a_check_the_file_is_graded_first(workspace: Path) -> None:
    done = dlgrade("hint", "softmax", cwd=workspace)
    assert done.code == 0
    assert "Hint 1 of" in done.out


def test_a_file_that_is_not_ones_own_leads_to_no_hints(workspace: Path) -> None:
    wrong = SUBMISSIONS / "wrong.py"
    done = dlgrade("check", "softmax", "--submission", wrong, cwd=workspace)
    assert done.code == 1
    assert "dlgrade hint" not in done.out and "have it graded again" in done.out


def test_after_a_full_score_comes_the_first_that_is_not_full(workspace: Path) -> None:
    course = load_course(cwd=workspace)
    softmax = course.find("softmax")
    after = []
    for done in ("exercise03_softmax", "exercise01_sgd", "exercise02_views", "exercise04_backprop"):
        record_score(workspace, done, earned=8, points=8)
        following = next_to_do(course, softmax)
        after.append(following and following.id)
    assert after == ["exercise01", "exercise02", "exercise04", None]
