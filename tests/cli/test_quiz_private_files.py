"""What holds answers or marks is written for its owner alone, and a store that was open is told of."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from cli_runs import Done, dlgrade
from quiz_courses import course_with

if sys.platform == "win32":
    pytest.skip("Windows has no modes", allow_module_level=True)

QUIZ = """
    dlgrade: quiz/1
    id: quiz01
    title: {en: A quiz, zh: 测验}
    questions:
      - {id: fine, type: number, text: {en: "How many?", zh: 多少？}, answer: 2}
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return course_with(tmp_path / "course", {"quiz01_one": QUIZ})


def run(course: Path, *arguments: str, umask: int = 0) -> Done:
    before = os.umask(umask)
    try:
        return dlgrade("quiz", *arguments, "--course", str(course), env={"XDG_DATA_HOME": str(course / "data")})
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("command", "name"),
    [(("preview", "quiz01"), "p.html"), (("stats", "quiz01", "--format", "csv"), "s.csv")],
    ids=["preview", "stats"],
)
def test_a_page_of_answers_or_marks_is_its_owners_alone(
    course: Path, tmp_path: Path, command: tuple[str, ...], name: str
) -> None:
    output = tmp_path / name
    output.write_text("an older one, which everybody may read")
    output.chmod(0o644)
    done = run(course, *command, "--output", str(output))
    assert (done.code, output.stat().st_mode & 0o777) == (0, 0o600), done.err
    assert "older" not in output.read_text() and [one.name for one in tmp_path.glob("*p*.html*")] in ([], [name])


def test_what_lint_writes_of_answers_is_its_owners_alone(course: Path, tmp_path: Path) -> None:
    done = run(course, "lint", "quiz01", "--seeds", "2", "--jobs", "1", "--format", "text,json", "--output", str(tmp_path / "out"))  # fmt: skip  # noqa: E501
    assert done.code == 0, done.err
    assert {one.name: one.stat().st_mode & 0o777 for one in (tmp_path / "out").iterdir()} == {
        "quiz-lint.txt": 0o600,
        "quiz-lint.json": 0o600,
    }


def test_a_store_that_others_could_open_is_told_of(course: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    store.touch()
    store.chmod(0o666)
    done = run(course, "--store", str(store))
    assert done.code == 0 and "could be opened by other accounts (666)" in done.err
    assert store.stat().st_mode & 0o777 == 0o600
    assert run(course, "--store", str(store)).err == ""
