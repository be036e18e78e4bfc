"""`dlgrade quiz lint` as it is run: what it prints in each format and language, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

from cli_runs import ROOT, dlgrade
from jsonschema import Draft202012Validator
from quiz.quiz_folders import HEAD, write_quiz

OPEN = HEAD + "reveal: {answers: after-submit}\n"
FAST = ("--seeds", "5", "--jobs", "1")
# A name that would colour a terminal, and begin a command in GitHub's log.
HOSTILE = r"""
- id: q
  type: choice
  text: {en: Which?, zh: 哪个？}
  choices:
    - {text: {en: "Yes", zh: 是}, correct: true}
    - {text: {en: "\e[31mred\n::error::owned", zh: "红"}}
"""
UNFAIR = "- {id: q, type: number, text: {en: How many?, zh: 多少？}, accept: {rel: 0.1}, answer: 0}\n"


def test_an_error_is_told_with_its_place_and_the_way_out_and_the_exit_code_is_two(tmp_path: Path) -> None:
    folder = write_quiz(tmp_path, UNFAIR, head=OPEN)
    done = dlgrade("quiz", "lint", Path(folder.name) / "quiz.yaml", *FAST, cwd=tmp_path)
    assert done.code == 2 and done.err == ""
    lines = done.out.splitlines()
    assert lines[0] == "✗ quiz01  1 error"
    assert "  error  quiz01_test/quiz.yaml:6  q  [key.precision]" in lines
    assert "    Write `accept` accordingly." in lines
    assert lines[-1] == "1 quiz: 1 error, 0 warnings, 0 notes."


def test_a_warning_fails_only_what_is_strict_and_hostile_text_steers_no_terminal(tmp_path: Path) -> None:
    folder = write_quiz(tmp_path, HOSTILE, head=OPEN)
    loose = dlgrade("quiz", "lint", folder, *FAST, env={"DLGRADE_LANG": "zh"})
    strict = dlgrade("quiz", "lint", folder, "--strict", "--format", "github", *FAST)
    assert (loose.code, strict.code) == (0, 2)
    assert "没有反馈" in loose.out and "请加上 say" in loose.out
    assert "\x1b" not in loose.out + strict.out
    assert strict.out.startswith("::warning file=") and strict.out.count("\n::") == 0


def test_every_format_is_written_at_once(tmp_path: Path) -> None:
    folder = write_quiz(tmp_path, UNFAIR, head=OPEN)
    out = tmp_path / "out"
    done = dlgrade("quiz", "lint", folder, *FAST, "--format", "json,text,github", "--output", out)
    assert done.code == 2
    document = json.loads(done.out)
    schema = json.loads((ROOT / "grader" / "schemas" / "quiz-lint-1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert document["exit_code"] == 2
    (quiz,) = document["quizzes"]
    (finding,) = quiz["findings"]
    assert (finding["check"], finding["severity"], finding["line"]) == ("key.precision", "error", 6)
    assert finding["problem"]["zh"] and quiz["seeds"] == 5
    assert {file.name for file in out.iterdir()} == {"quiz-lint.json", "quiz-lint.txt", "quiz-lint.github.txt"}


def test_a_name_that_no_quiz_has_and_a_format_that_there_is_none_of_are_wrong_usage() -> None:
    nobody = dlgrade("quiz", "lint", "quiz77")
    assert nobody.code == 2 and "No quiz is called 'quiz77'" in nobody.err
    formless = dlgrade("quiz", "lint", "--format", "html")
    assert formless.code == 2 and "There are: text, json, github." in formless.err


def test_the_bank_is_sound() -> None:
    done = dlgrade("quiz", "lint", "--seeds", "2", "--jobs", "1", "--strict")
    assert done.code == 0, done.out
    assert done.out.count("✓") == 5
