"""`dlgrade start` and `dlgrade list`."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli_runs import ROOT, dlgrade

from grader.exercise import record_score


def test_start_makes_a_workspace_and_says_what_to_do_next(tmp_path: Path) -> None:
    done = dlgrade("start", "mine", cwd=tmp_path, env={"DLGRADE_COURSE": ""})
    assert done.code == 0
    assert (tmp_path / "mine" / "exercise03_softmax" / "softmax.py").is_file()
    assert not list(tmp_path.rglob("test_hidden.py"))
    assert "`cd mine`" in done.out
    assert "dlgrade watch exercise01" in done.out


def test_start_again_keeps_the_students_work(workspace: Path) -> None:
    mine = workspace / "exercise03_softmax" / "softmax.py"
    mine.write_text("mine = True\n", encoding="utf-8")
    done = dlgrade("start", workspace, "--course", ROOT)
    assert done.code == 0
    assert "Kept as they were: exercise03_softmax/softmax.py" in done.out
    assert mine.read_text(encoding="utf-8") == "mine = True\n"


def test_start_on_a_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    assert dlgrade("start", "taken", cwd=tmp_path).code == 2


def test_start_where_one_may_not_look_is_wrong_usage(tmp_path: Path) -> None:
    done = dlgrade("start", tmp_path / ("x" * 300))  # refused by the system to root, too
    assert done.code == 2
    assert "The workspace cannot be written" in done.err


def test_list_shows_every_exercise_with_its_best_score(workspace: Path) -> None:
    record_score(workspace, "exercise03_softmax", earned=3.0, points=4.0)
    record_score(workspace, "exercise03_softmax", earned=1.0, points=4.0)
    done = dlgrade("list", cwd=workspace)
    assert done.code == 0
    lines = {line.split()[1]: line for line in done.out.splitlines()}
    assert "███████░░░  3/4 points" in lines["softmax"]
    assert "numerical-stability" in lines["softmax"]
    assert "not started" in lines["views"]


def test_a_full_bar_means_a_full_score(workspace: Path) -> None:
    record_score(workspace, "exercise03_softmax", earned=99.9, points=100.0)
    assert "█████████░" in dlgrade("list", cwd=workspace).out


def test_list_has_columns_in_chinese_too(workspace: Path) -> None:
    done = dlgrade("list", "--language", "zh", cwd=workspace)
    assert "不会溢出的 softmax" in done.out
    assert "尚未开始" in done.out


def test_list_draws_with_what_the_encoding_has(workspace: Path) -> None:
    done = dlgrade("list", cwd=workspace, env={"PYTHONIOENCODING": "ascii"})
    assert done.code == 0
    assert "----------  not started" in done.out


def test_a_broken_exercise_hides_no_other(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    (tmp_path / "exercises" / "exercise02_views" / "exercise.toml").write_text("id = 3\n", encoding="utf-8")
    done = dlgrade("list", "--course", tmp_path)
    assert done.code == 2
    assert "exercise03" in done.out
    assert "exercise02_views" in done.out
    assert "Exercise error" not in done.out
    assert "exercise.toml" in done.err


def test_a_folders_name_gives_no_command_to_terminal_or_ci(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    for name in ("exercise09_a\n::error title=x::pwned", "exercise08_\x1b[2Jx"):
        shutil.copytree(ROOT / "exercises" / "exercise01_sgd", tmp_path / "exercises" / name)
    for command in (("list",), ("check", "77"), ("verify", "--all", "--mutants", "0", "--seeds", "1")):
        done = dlgrade(*command, "--course", tmp_path)
        assert "pwned" in done.out + done.err
        assert "\x1b[2J" not in done.out + done.err
        assert not [line for line in (done.out + done.err).splitlines() if line.lstrip().startswith("::")]


def test_a_folder_that_is_no_course_is_wrong_usage(tmp_path: Path) -> None:
    done = dlgrade("list", "--course", tmp_path)
    assert done.code == 2
    assert "is no course" in done.err
