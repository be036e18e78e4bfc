"""What the commands say of a score that waits, of a question that is left out, and of a draft in part unreadable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from quiz_courses import course_with

from grader.cli.app import run
from grader.errors import EXIT_FULL_SCORE, EXIT_NOT_FULL, EXIT_USAGE

QUIZ = """
    dlgrade: quiz/1
    id: quiz01
    title: {en: Sums, zh: 求和}
    reveal: {score: after-submit, answers: never}
    questions:
      - {id: log, type: expression, text: {en: "?", zh: "？"}, answer: "ln(x)", variables: {x: [-3, -1]}, points: 4}
      - {id: sure, type: number, text: {en: "1?", zh: "1？"}, answer: "1"}
    """
WAITS = QUIZ.replace('answer: "1"', 'answer: "1", feedback: after-close')
PARTS = """
    dlgrade: quiz/1
    id: quiz01
    title: {en: Sums, zh: 求和}
    reveal: {score: after-submit, answers: never}
    questions:
      - id: mp
        type: multi-part
        text: {en: T, zh: T}
        feedback: after-submit
        parts:
          - {id: a, type: number, text: {en: a, zh: a}, answer: "1"}
          - {id: b, type: number, text: {en: b, zh: b}, answer: "2"}
    """


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLGRADE_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.setenv("DLGRADE_LANG", "en")
    return tmp_path


def quiz(course: Path, *arguments: str) -> int:
    return run(["quiz", *arguments, "--course", str(course)])


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_regrade_names_what_has_no_score_and_drops_it_when_told_to(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = course_with(store / "course", {"quiz01_sums": QUIZ})
    taken = ("quiz01", "--json", "--student", "ada", "--answer", "1=x", "--answer", "2=1", "--submit")
    assert quiz(course, *taken) == EXIT_FULL_SCORE
    assert document(capsys)["result"]["score"] is None
    assert quiz(course, "regrade", "quiz01") == EXIT_FULL_SCORE
    said = capsys.readouterr().out
    assert "log: 1 attempt without a score" in said and "--drop log" in said
    assert quiz(course, "regrade", "quiz01", "--drop", "log", "--dry-run", "--json") == EXIT_FULL_SCORE
    would = document(capsys)
    assert quiz(course, "regrade", "quiz01", "--drop", "log", "--json") == EXIT_FULL_SCORE
    done = document(capsys)
    (dropped,) = done["dropped"]
    assert (dropped["student"], dropped["question"], dropped["why"]) == ("ada", "log", "asked-for")
    assert (would["dropped"], done["undecided"]) == (done["dropped"], [])
    assert quiz(course, "quiz01", "--json", "--student", "ada") == EXIT_FULL_SCORE
    result = document(capsys)["result"]
    assert (result["score"], result["points"], result["best"]) == (1, 1, 1)
    assert [one["is_dropped"] for one in result["questions"]] == [True, False]


def test_the_log_says_who_marked_again_and_every_mark_before_and_after(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    course = course_with(store / "course", {"quiz01_sums": QUIZ})
    assert quiz(course, "regrade", "quiz01", "--log") == EXIT_FULL_SCORE
    assert capsys.readouterr().out == "It was never marked again.\n"
    quiz(course, "quiz01", "--json", "--student", "ada", "--answer", "1=x", "--answer", "2=7", "--submit")
    file = course / "solutions" / "quiz01_sums" / "quiz.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('answer: "1"', 'answer: "7"'), encoding="utf-8")
    monkeypatch.setenv("LOGNAME", "grace")
    assert quiz(course, "regrade", "quiz01", "--drop", "log") == EXIT_FULL_SCORE
    capsys.readouterr()
    assert quiz(course, "regrade", "quiz01", "--log", "--json") == EXIT_FULL_SCORE
    (logged,) = document(capsys)["regrades"]
    assert logged["by"] == "grace"
    assert [(one["question"], one["before"], one["after"]) for one in logged["changed"]] == [("sure", "0", "1")]
    assert [(one["question"], one["why"]) for one in logged["dropped"]] == [("log", "asked-for")]
    assert quiz(course, "regrade", "quiz01", "--log") == EXIT_FULL_SCORE
    said = capsys.readouterr().out
    assert ", grace: 1 mark changed.\n  ada, attempt 1, sure, answer 1: 0% → 100%\nlog: left out" in said
    assert quiz(course, "regrade", "quiz01", "--log", "--dry-run") == EXIT_USAGE


def test_a_regrade_says_what_it_leaves_out_in_chinese_too(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = course_with(store / "course", {"quiz01_sums": QUIZ})
    quiz(course, "quiz01", "--json", "--student", "ada", "--answer", "1=x", "--submit")
    capsys.readouterr()
    assert quiz(course, "regrade", "quiz01", "--drop", "log", "--language", "zh") == EXIT_FULL_SCORE
    assert "log：已从 1 次作答的总分中去掉" in capsys.readouterr().out
    assert quiz(course, "regrade", "quiz01", "--drop", "lgo", "--language", "zh") == EXIT_USAGE
    assert "你是指 log 吗？" in capsys.readouterr().err


def test_a_score_that_waits_is_in_no_exit_code_and_in_no_list(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = course_with(store / "course", {"quiz01_sums": WAITS})
    for answer in ("1", "7"):
        done = ("quiz01", "--json", "--again", "--student", "ada", "--answer", f"2={answer}", "--submit")
        assert quiz(course, *done) == EXIT_FULL_SCORE
        result = document(capsys)["result"]
        assert (result["score"], result["best"]) == (None, None)
        assert result["scores"] == {"shown": False, "when": "after-close", "at": None}
    assert quiz(course, "--json", "--student", "ada") == EXIT_FULL_SCORE
    assert document(capsys)["quizzes"][0]["best"] is None


def test_what_of_a_draft_could_not_be_read_is_said_with_the_question(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = course_with(store / "course", {"quiz01_sums": PARTS})
    draft = json.dumps({"a": "1", "b": "2 apples"})
    quiz(course, "quiz01", "--json", "--student", "ada", "--draft", f"1={draft}")
    capsys.readouterr()
    code = quiz(course, "quiz01", "--json", "--student", "ada", "--submit")
    said = document(capsys)
    assert (code, said["result"]["score"]) == (EXIT_NOT_FULL, 0.5)
    (left_out,) = said["questions"][0]["left_out"]
    assert left_out["part"] == "b" and left_out["reason"]
