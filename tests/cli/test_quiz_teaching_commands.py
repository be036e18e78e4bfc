"""`dlgrade quiz extend` and `quiz regrade`, on a store with attempts in it: what they do, say, and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from quiz_courses import course_with

from grader.cli.app import run
from grader.errors import EXIT_USAGE
from grader.exercise import load_course
from grader.quiz.authored import Quiz
from grader.quiz.finding import find_quiz
from grader.store import course_key, open_store
from grader.taking.desk import Desk

QUIZ = """
    dlgrade: quiz/1
    id: quiz01
    title: {en: Sums, zh: 求和}
    time-limit: 20min
    closes: 2999-01-01T00:00Z
    retakes: 0
    questions:
      - {id: sum, type: number, text: {en: "1 + 1?", zh: "1 + 1？"}, answer: "3"}
      - {id: gone, type: number, text: {en: "2?", zh: "2？"}, answer: "2"}
    """
MENDED = QUIZ.replace('answer: "3"', 'answer: "2"').replace("id: gone", "id: other")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLGRADE_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("DLGRADE_LANG", "en")
    return course_with(tmp_path / "course", {"quiz01_sums": QUIZ})


def quiz_of(course: Path) -> Quiz:
    return find_quiz(load_course(course), "quiz01").read()


def answer(course: Path, student: str = "ada") -> None:
    """Let a student answer both questions, and hand in."""
    quiz, found = quiz_of(course), load_course(course)
    with open_store() as store, Desk(store, course=course_key(found)) as desk:
        attempt = desk.begin(quiz, student)
        for place in (1, 2):
            desk.answer(attempt.id, place, "2", after=0)
        desk.submit(attempt.id)


def quiz(course: Path, *arguments: str) -> int:
    return run(["quiz", *arguments, "--course", str(course)])


def mend(course: Path) -> None:
    file = Path(quiz_of(course).folder) / "quiz.yaml"
    file.write_text(dedent(MENDED).lstrip("\n"), "utf-8")


def test_a_student_is_given_more_and_told_what_there_is_now(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert quiz(course, "extend", "quiz01", "bob", "--minutes", "7.5", "--attempts", "2") == 0
    said = capsys.readouterr()
    assert "bob now has, in quiz01:" in said.out and "7.5 minutes more" in said.out and "2 attempts more" in said.out
    assert "Nobody of that name has begun it yet" in said.err
    with open_store() as store, Desk(store, course=course_key(load_course(course))) as desk:
        view = desk.begin(quiz_of(course), "bob")
        assert view.deadline is not None and view.attempts_left == 2
        assert (view.deadline - view.begun_at).total_seconds() == 27.5 * 60


def test_it_speaks_chinese(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert quiz(course, "extend", "quiz01", "小明", "--until", "2999-02-01T00:00+08:00", "--language", "zh") == 0
    assert "小明 在 quiz01 中现有：" in capsys.readouterr().out
    answer(course)
    mend(course)
    assert quiz(course, "regrade", "quiz01", "--language", "zh") == 0
    assert "1 个得分已改变" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["--until", "tomorrow"],
        ["--until", "2999-02-01T00:00"],
        ["--until", "2020-01-01T00:00Z"],
        ["--minutes", "nan"],
        ["--minutes", "-1"],
        ["--minutes", "1e300"],
        ["--attempts", "-1"],
    ],
)
def test_what_cannot_be_granted_is_refused_with_a_way_out(
    course: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    assert quiz(course, "extend", "quiz01", "bob", *wrong) == EXIT_USAGE
    assert capsys.readouterr().err.startswith("Error: ")


def test_a_regrade_says_whose_marks_changed_and_what_was_left(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(course)
    mend(course)
    assert quiz(course, "regrade", "quiz01") == 0
    said = capsys.readouterr().out
    assert "2 answers in 1 attempt looked at: 1 mark changed." in said
    assert "ada, attempt 1, sum, answer 1: 0% → 100%" in said
    assert "gone: left as it was in 1 attempt: the quiz has it no more." in said


def test_a_dry_run_changes_nothing_and_says_the_same(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(course)
    mend(course)
    documents = []
    for options in (("--dry-run",), (), ()):
        assert quiz(course, "regrade", "quiz01", "--json", *options) == 0
        documents.append(json.loads(capsys.readouterr().out))
    assert [one.pop("kept") for one in documents] == [False, True, True]
    assert documents[0] == documents[1]
    (change,) = documents[0]["changed"]
    assert (change["student"], change["question"], change["before"], change["after"]) == ("ada", "sum", "0", "1")
    assert documents[2]["changed"] == []
