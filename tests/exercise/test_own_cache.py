"""What is kept to be quick is this user's own: read by nobody else, and taken from nobody else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader.exercise import own_cache
from grader.exercise.own_cache import KEPT_FILES, code_of, keep, kept

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes and no user numbers")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "dlgrade" / "things" / "one"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_was_kept_comes_back(file: Path) -> None:
    assert kept(file, max_bytes=10) is None
    keep(file, b"content")
    assert kept(file, max_bytes=10) == b"content"
    assert kept(file, max_bytes=6) is None
    keep(file, b"new")
    assert kept(file, max_bytes=6) == b"new"


@posix
def test_nobody_else_can_look_into_it(file: Path) -> None:
    before = os.umask(0)
    try:
        keep(file, b"content")
    finally:
        os.umask(before)
    assert [mode(path) for path in (file, file.parent, file.parent.parent)] == [0o600, 0o700, 0o700]


@posix
def test_a_folder_that_was_open_is_closed(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.parent.chmod(0o777)
    keep(file, b"content")
    assert mode(file.parent) == 0o700 and kept(file, max_bytes=10) == b"content"


@posix
@pytest.mark.parametrize("bits", [0o602, 0o620, 0o666])
def test_a_file_that_others_may_write_is_read_past(file: Path, bits: int) -> None:
    keep(file, b"content")
    file.chmod(bits)
    assert kept(file, max_bytes=10) is None


@posix
def test_a_link_and_a_pipe_are_read_past(file: Path, tmp_path: Path) -> None:
    keep(file, b"content")
    link, pipe = file.with_name("link"), file.with_name("pipe")
    link.symlink_to(file)
    os.mkfifo(pipe)
    assert kept(link, max_bytes=10) is None and kept(pipe, max_bytes=10) is None
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    linked = tmp_path / "linked"
    linked.symlink_to(elsewhere)
    keep(linked / "one", b"content")
    assert not list(elsewhere.iterdir())


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_what_is_somebody_elses_is_neither_read_nor_added_to(file: Path) -> None:
    keep(file, b"content")
    os.chown(file, 12345, 12345)
    assert kept(file, max_bytes=10) is None
    os.chown(file.parent, 12345, 12345)
    keep(file.with_name("two"), b"content")
    assert not file.with_name("two").exists()


def test_what_was_not_asked_for_longest_goes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_cache, "KEPT_FILES", 5)
    assert KEPT_FILES >= 50
    for number in range(8):
        one = file.with_name(f"{number}")
        keep(one, b"x")
        os.utime(one, (number, number))
        kept(file.with_name("0"), max_bytes=10)  # and by that it is used now
    assert sorted(path.name for path in file.parent.iterdir()) == ["0", "4", "5", "6", "7"]


def test_together_they_have_a_largest_size(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_cache, "KEPT_BYTES", 25)
    for number in range(4):
        keep(file.with_name(f"{number}"), b"x" * 10)
        os.utime(file.with_name(f"{number}"), (number, number))
    assert sorted(path.name for path in file.parent.iterdir()) == ["2", "3"]


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    keep(tmp_path / "file" / "below" / "one", b"content")
    assert kept(tmp_path / "file" / "below" / "one", max_bytes=10) is None


def test_code_is_told_apart_by_any_change_of_a_module(tmp_path: Path) -> None:
    module = tmp_path / "rules.py"
    module.write_text("LIMIT = 1\n")
    before = code_of(tmp_path)
    assert code_of(tmp_path) == before
    module.write_text("LIMIT = 10\n")
    changed = code_of(tmp_path)
    module.write_text("LIMIT = 20\n")
    os.utime(module, (1, 1))
    assert len({before, changed, code_of(tmp_path)}) == 3
