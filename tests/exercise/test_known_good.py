"""What was found to fit is not checked again, and nothing else is taken for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.errors import AuthorError
from grader.exercise import known_good
from grader.exercise.course_file import read_course_file
from grader.exercise.known_good import fits_already, remember_fit

GOOD = 'schema = "course/1"\nname = {en = "A course", zh = "课程"}\n'


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_good_file_is_remembered_and_any_change_is_checked_anew(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "dlgrade.toml"
    file.write_text(GOOD, encoding="utf-8")
    first = read_course_file(tmp_path)
    assert len(list(cache.rglob("*/fits/*"))) == 1
    assert read_course_file(tmp_path) == first
    file.write_text(GOOD + "colour = 1\n", encoding="utf-8")
    for _ in range(2):  # a file with problems is never remembered
        with pytest.raises(AuthorError, match="colour"):
            read_course_file(tmp_path)


def test_parts_do_not_run_into_each_other() -> None:
    remember_fit("ab", "c")
    assert fits_already("ab", "c")
    assert not fits_already("a", "bc")


def test_without_a_place_to_remember_everything_is_checked(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file where the folder should be", encoding="utf-8")
    (tmp_path / "dlgrade.toml").write_text(GOOD, encoding="utf-8")
    assert read_course_file(tmp_path).name is not None
    assert not fits_already("anything")


def test_code_that_checks_otherwise_checks_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    remember_fit("checked")
    assert fits_already("checked")
    monkeypatch.setattr(known_good, "code_of", lambda *_: "the code of a developer who has tightened a rule")
    assert not fits_already("checked")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_mark_that_another_could_have_made_is_none(cache: Path) -> None:
    remember_fit("checked")
    (mark,) = cache.rglob("*/fits/*")
    assert [one.stat().st_mode & 0o777 for one in (mark, mark.parent, mark.parent.parent)] == [0o600, 0o700, 0o700]
    mark.chmod(0o666)
    assert not fits_already("checked")
