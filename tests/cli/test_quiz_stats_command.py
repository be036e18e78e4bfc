"""`dlgrade quiz stats`, from attempts that were taken: every format, and text that would do harm in each of them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from quiz_courses import course_with

from grader.cli.quiz.stats import command
from grader.errors import UsageError
from grader.exercise import load_course
from grader.quiz.finding import find_quiz
from grader.records import Language
from grader.store import course_key, open_store
from grader.taking.desk import Desk

SCHEMA = Path(__file__).resolve().parents[2] / "grader" / "schemas" / "quiz-statistics-1.schema.json"
QUIZ = """
    dlgrade: quiz/1
    id: quiz01
    title: {en: "Sums <b>&", zh: 求和}
    questions:
      - id: sum
        type: number
        text: {en: "1 + 1?", zh: "1 + 1？"}
        answer: "2"
        attempts: 2
        wrong:
          - value: "3"
            because: off-by-one
            say: {en: "One too many: $1 + 1 < 3$ <img src=x onerror=alert(1)> \\x1b[2J", zh: "多了一"}
      - id: out
        type: code-output
        code: "print(chr(97))"
        text: {en: "What is printed?", zh: "输出？"}
        answer: "a"
    """
EVIL = "=HYPERLINK(1)"  # what three students type into the second question
SECRET = "my name is Ada <script>"  # and what one does


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return course_with(tmp_path / "course", {"quiz01_sums": QUIZ})


@pytest.fixture
def store(course: Path, tmp_path: Path) -> Path:
    """A store in which five students have taken the quiz, and one of them twice."""
    file = tmp_path / "store.sqlite"
    take(course, file, {"s1": ("2", "a"), "s2": ("3", EVIL), "s3": ("3", EVIL), "s4": ("2", EVIL), "s5": ("7", SECRET)})
    take(course, file, {"s5": ("2", "a")})
    return file


def take(course: Path, file: Path, answers: dict[str, tuple[str, str]]) -> None:
    found = load_course(course)
    quiz = find_quiz(found, "quiz01").read()
    with open_store(file) as opened, Desk(opened, course=course_key(found)) as desk:
        for student, typed in answers.items():
            attempt = desk.begin(quiz, student)
            for place, answer in enumerate(typed, start=1):
                desk.answer(attempt.id, place, answer, after=0)
            desk.submit(attempt.id)


def stats(course: Path, store: Path, *arguments: str) -> str:
    """Run the command in this process, and return what it wrote."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    with contextlib.redirect_stdout(out):
        assert command.main(["quiz01", "--course", str(course), "--store", str(store), *arguments],
                            standalone_mode=False) == 0  # fmt: skip
    out.flush()
    return out.buffer.getvalue().decode()  # type: ignore[attr-defined]


def document(course: Path, store: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stats(course, store, "--format", "json", *arguments))
    jsonschema.validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return found


def test_the_document_counts_first_attempts_wrong_answers_and_what_is_left_out(course: Path, store: Path) -> None:
    found = document(course, store)
    assert (found["attempts"], found["students"], found["left_out"], found["unstable"]) == (5, 5, 1, True)
    first, second = found["questions"]
    assert first["facility"] == pytest.approx(2 / 5) and second["facility"] == pytest.approx(1 / 5)
    assert [(one["because"], one["students"]) for one in first["mistakes"]] == [("off-by-one", 2)]
    assert second["others"] == [{"answer": EVIL, "students": 3}] and second["rare"] == 1
    assert found["reliability"]["n"] == 5 and found["reliability"]["alpha"] is not None


def test_all_attempts_count_where_they_are_asked_for(course: Path, store: Path) -> None:
    assert document(course, store, "--attempts", "all")["attempts"] == 6
    assert document(course, store, "--attempts", "best")["questions"][0]["facility"] == pytest.approx(3 / 5)


def test_in_the_terminal_nothing_steers_and_the_warning_stands_there(course: Path, store: Path) -> None:
    shown = stats(course, store)
    assert "\x1b" not in shown and "Fewer than 30 attempts" in shown and "the first of each student" in shown
    assert "off-by-one" in shown and EVIL in shown and SECRET not in shown


def test_in_chinese_all_of_it_is_chinese(course: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLGRADE_LANG", "zh")
    shown = stats(course, store)
    assert "多了一" in shown and "区分度" in shown
    left = re.sub(r"quiz01|off-by-one|sum|out|Moodle|=HYPERLINK", "", shown)
    assert not re.findall(r"[A-Za-z]{2,}", left)


def test_no_cell_of_the_table_is_a_formula(course: Path, store: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(stats(course, store, "--format", "csv"), newline="")))
    assert [row["question"] for row in rows] == ["sum", "out"]
    assert rows[1]["others"] == f"'{EVIL} (3)" and rows[0]["mistakes"] == "off-by-one (2)"
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_the_page_runs_nothing_loads_nothing_and_names_nobody(course: Path, store: Path, tmp_path: Path) -> None:
    page = tmp_path / "stats.html"
    for language in Language:
        assert stats(course, store, "--format", "html", "--output", str(page), "--language", language.value) == ""
        text = page.read_text(encoding="utf-8")
        found = _Tags()
        found.feed(text)
        assert not found.tags & {"script", "img", "iframe", "link", "object", "a"}
        assert not {name for name in found.attributes if name.startswith("on") or name in ("src", "style")}
        assert SECRET not in text and "my name is Ada" not in text and not re.search(r">s[1-5]<", text)
        assert {"svg", "table"} <= found.tags and "default-src" in text


def test_one_version_can_be_asked_for_and_an_unknown_one_is_told_which_there_are(course: Path, store: Path) -> None:
    changed = QUIZ.replace("1 + 1?", "1 + 1 = ?")
    (course / "solutions" / "quiz01_sums" / "quiz.yaml").write_text(re.sub("^    ", "", changed, flags=re.M).lstrip())
    take(course, store, {"s9": ("2", "a")})
    found = document(course, store)
    assert [one["attempts"] for one in found["versions"]] == [5, 1]
    assert [(one["question"], one["edition"], one["attempts"]) for one in found["questions"]] == [
        ("sum", 1, 5), ("sum", 2, 1), ("out", 1, 6)
    ]  # fmt: skip
    assert document(course, store, "--of-version", "latest")["attempts"] == 1
    with pytest.raises(UsageError, match=found["versions"][0]["version"][:8]):
        stats(course, store, "--of-version", "zz")


def test_a_quiz_that_is_broken_by_now_is_counted_all_the_same(
    course: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "solutions" / "quiz01_sums" / "quiz.yaml").write_text("dlgrade: quiz/1\n")
    assert document(course, store)["attempts"] == 5
    assert "quiz.yaml" in capsys.readouterr().err


def test_nobody_has_taken_it_yet_is_said_in_every_format(course: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite"
    assert "Nobody" in stats(course, empty)
    assert document(course, empty)["questions"] == []
    assert len(stats(course, empty, "--format", "csv").splitlines()) == 1
    assert "Nobody" in stats(course, empty, "--format", "html")


def test_a_file_that_cannot_be_written_is_said_with_the_way_out(course: Path, store: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--output"):
        stats(course, store, "--format", "html", "--output", str(tmp_path / "no" / "such" / "folder.html"))
