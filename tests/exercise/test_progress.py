"""Progress: kept across checks, and never in a check's way."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import grader.exercise.statefile as statefile_module
from grader.errors import UsageError
from grader.exercise import ExerciseProgress, Score, create_workspace, load_course, read_progress, record_score

NOON = datetime(2025, 1, 31, 13, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=1)))
NAME = "exercise03_softmax"


def file_of(root: Path) -> Path:
    return root / ".dlgrade" / "progress.json"


def test_nothing_kept_is_no_warning(tmp_path: Path) -> None:
    progress = read_progress(tmp_path)
    assert progress.warning is None
    assert progress.of(NAME) == ExerciseProgress()


def test_score_is_kept_with_its_time_in_utc(tmp_path: Path) -> None:
    record_score(tmp_path, NAME, earned=3, points=10, now=NOON)
    score = Score(earned=3, points=10, at="2025-01-31T12:00:00Z")
    assert read_progress(tmp_path).of(NAME) == ExerciseProgress(last=score, best=score)
    assert json.loads(file_of(tmp_path).read_text(encoding="utf-8"))["schema"] == "progress/1"


def test_best_stays_when_the_last_is_worse(tmp_path: Path) -> None:
    for earned in (3, 8, 5):
        progress = record_score(tmp_path, NAME, earned=earned, points=10)
    kept = progress.of(NAME)
    assert kept.last is not None and kept.last.earned == 5
    assert kept.best is not None and kept.best.earned == 8


def test_best_compares_shares_not_points(tmp_path: Path) -> None:
    record_score(tmp_path, NAME, earned=4, points=4)
    best = record_score(tmp_path, NAME, earned=8, points=10).of(NAME).best
    assert best is not None and best.points == 4


def test_first_of_equal_scores_is_the_best(tmp_path: Path) -> None:
    record_score(tmp_path, NAME, earned=0, points=0, now=NOON)
    best = record_score(tmp_path, NAME, earned=0, points=5).of(NAME).best
    assert best is not None and best.at == "2025-01-31T12:00:00Z"


def test_other_exercises_are_kept(tmp_path: Path) -> None:
    record_score(tmp_path, "exercise01_sgd", earned=1, points=1)
    assert set(record_score(tmp_path, NAME, earned=1, points=1).exercises) == {"exercise01_sgd", NAME}


def test_no_temporary_file_stays(tmp_path: Path) -> None:
    record_score(tmp_path, NAME, earned=1, points=1)
    assert sorted(file.name for file in file_of(tmp_path).parent.iterdir()) == ["progress.json", "progress.lock"]


DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b"{}",
    b'{"schema": "progress/1", "exercises": []}',
    b'{"schema": "progress/1", "exercises": {"a": 3}}',
    b'{"schema": "progress/1", "exercises": {"a": {"last": {"earned": NaN, "points": 1, "at": "2025-01-31"}}}}',
    b'{"schema": "progress/1", "exercises": {"a": {"last": {"earned": 1, "points": 1, "at": "now"}}}}',
    b'{"schema": "progress/1", "exercises": {"a": {"last": -1}}}',
    b"[" * 200_000,
    b" " * (1024 * 1024 + 1),
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_damaged_file_is_a_warning_when_read(tmp_path: Path, content: bytes) -> None:
    file_of(tmp_path).parent.mkdir()
    file_of(tmp_path).write_bytes(content)
    progress = read_progress(tmp_path)
    assert progress.exercises == {}
    assert progress.warning is not None
    assert "it is damaged. Checks work without it." in progress.warning.en
    assert "检查不受影响" in progress.warning.zh
    assert file_of(tmp_path).read_bytes() == content


def test_damaged_file_is_set_aside_when_written(tmp_path: Path) -> None:
    file_of(tmp_path).parent.mkdir()
    file_of(tmp_path).write_bytes(b"half a fi")
    progress = record_score(tmp_path, NAME, earned=1, points=2)
    assert progress.warning is not None and "Your score is not affected." in progress.warning.en
    aside = next(file_of(tmp_path).parent.glob("progress.json.damaged-*"))
    assert aside.read_bytes() == b"half a fi"
    assert read_progress(tmp_path).of(NAME).last is not None


def test_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    content = '{"schema": "progress/2", "exercises": {}}'
    file_of(tmp_path).parent.mkdir()
    file_of(tmp_path).write_text(content)
    progress = record_score(tmp_path, NAME, earned=1, points=2)
    assert progress.warning is not None and "another version of dlgrade" in progress.warning.en
    assert file_of(tmp_path).read_text() == content


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_something_else_in_its_place_is_a_warning(tmp_path: Path, make: object) -> None:
    file_of(tmp_path).parent.mkdir()
    make(file_of(tmp_path))  # type: ignore[operator]
    warning = record_score(tmp_path, NAME, earned=1, points=2).warning
    assert warning is not None and "it is not a file" in warning.en


def test_file_in_the_folders_place_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / ".dlgrade").write_text("")
    progress = record_score(tmp_path, NAME, earned=1, points=2)
    assert progress.warning is not None and "was not saved" in progress.warning.en
    assert progress.of(NAME).last is not None


def test_folder_without_write_permission_is_a_warning(powerless: Path) -> None:
    (powerless / ".dlgrade").mkdir(mode=0o500)
    warning = record_score(powerless, NAME, earned=1, points=2).warning
    assert warning is not None
    assert "was not saved in .dlgrade/progress.json: Permission denied. Your score is not affected." in warning.en


def test_lock_that_is_never_released_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statefile_module, "LOCK_WAIT_S", 0.02)
    file_of(tmp_path).parent.mkdir()
    with file_of(tmp_path).with_suffix(".lock").open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        warning = record_score(tmp_path, NAME, earned=1, points=2).warning
    assert warning is not None and "another dlgrade keeps it locked" in warning.en


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from grader.exercise import record_score\n"
        "for n in range(25): record_score(Path(sys.argv[1]), f'{sys.argv[2]}{n}', earned=n, points=25)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), who]) for who in ("a", "b")]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    progress = read_progress(tmp_path)
    assert progress.warning is None
    assert len(progress.exercises) == 50


# --------------------------------------------------------------------------------- links that a stranger's clone brings


@pytest.mark.parametrize("name", [".dlgrade", ".dlgrade/progress.lock", ".dlgrade/progress.json", ".dlgrade/courses"])
def test_nothing_is_written_through_a_link(tmp_path: Path, name: str) -> None:
    victim, root = tmp_path / "victim", tmp_path / "clone"
    (root / name).parent.mkdir(parents=True)
    victim.mkdir()
    is_folder = name in (".dlgrade", ".dlgrade/courses")
    (root / name).symlink_to(victim if is_folder else victim / "made")
    place = root / ".dlgrade" / "courses" / "other-12345678" if name.endswith("courses") else root
    progress = record_score(place, NAME, earned=1, points=2)
    assert list(victim.iterdir()) == []
    assert progress.of(NAME).last is not None
    assert (progress.warning is None) == (
        name == ".dlgrade/progress.json"
    )  # that one is replaced, and the link is gone
    if progress.warning is None:
        assert not file_of(root).is_symlink()


def test_a_workspace_is_not_made_through_a_link(tmp_path: Path, course_files: Any) -> None:
    course_files.add()
    course = load_course(course_files.root)
    for name in (".dlgrade", "exercise03_softmax"):
        root, victim = tmp_path / f"mine{name}", tmp_path / f"victim{name}"
        root.mkdir()
        victim.mkdir()
        (root / name).symlink_to(victim)
        with pytest.raises(UsageError, match=f"{name}: .*link"):
            create_workspace(root, course)
        assert list(victim.iterdir()) == []
