"""`dlgrade quiz practice` in a pseudo-terminal, to the letter, and for scripts.

After a wanted change, pin the goldens anew: run this file with DLGRADE_UPDATE_GOLDENS=1.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal, which Windows has not", allow_module_level=True)

from jsonschema import Draft202012Validator
from quiz_courses import course_with, pinned_store
from quiz_sittings import Sitting, assert_golden, sitting
from referencing import Registry

from grader.cli.quiz.practice import command
from grader.errors import UsageError

SCHEMAS = Path(__file__).resolve().parents[2] / "grader" / "schemas"
QUIZ = """
    dlgrade: quiz/1
    id: quiz01
    title: {en: Sums, zh: 求和}
    reveal: {score: after-submit, answers: after-submit}
    questions:
      - id: sum
        type: number
        params: {n: {int: [10, 99]}}
        text: {en: "What is ${{n}} + 1$?", zh: "${{n}} + 1$ 是多少？"}
        answer: "{{n}} + 1"
        attempts: 3
        penalty: 0.5
        hint: {en: "Count on.", zh: "往后数。"}
        explanation: {en: "One more than {{n}}.", zh: "比 {{n}} 大 1。"}
        wrong: [{value: "{{n}} - 1", because: subtracts, say: {en: "That is one *less*.", zh: "那是*减* 1。"}}]
      - id: pick
        type: choice
        text: {en: "Which is even?", zh: "哪个是偶数？"}
        choices:
          - {code: "4", correct: true}
          - {code: "7", because: odd-is-even, say: {en: "7 is odd.", zh: "7 是奇数。"}}
    """
HIDDEN = QUIZ.replace("quiz01", "quiz02").replace("answers: after-submit", "answers: after-close")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return course_with(tmp_path / "course", {"quiz01_sums": QUIZ, "quiz02_hidden": HIDDEN})


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return pinned_store(tmp_path / "store.sqlite")


def practise(course: Path, store: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command as a script does, in this process, and return its exit code and its document."""
    given = ["--json", "--student", "ada", "--course", str(course), "--store", str(store), *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = command.main(given, standalone_mode=False)
    document = json.loads(out.getvalue())
    schemas = [
        json.loads((SCHEMAS / f"{name}-1.schema.json").read_text()) for name in ("quiz-practice", "quiz-attempt")
    ]
    registry = Registry().with_contents((schema["$id"], schema) for schema in schemas)
    Draft202012Validator(schemas[0], registry=registry).validate(document)
    return code, document


def test_a_sitting_of_practice_in_english(course: Path, store: Path) -> None:
    with sitting("practice", "quiz01", "--new", "2", course=course, store=store) as found:
        found.type("0", "", ":hint", "1", "")  # wrong, a hint, wrong again
        found.type(":submit", "a", "")
        code = found.end()
    assert code == 0
    assert_golden("practice_en", found.transcript)


def test_a_sitting_of_practice_in_chinese_on_a_narrow_terminal(course: Path, store: Path) -> None:
    env = {"DLGRADE_LANG": "zh"}
    with sitting("practice", "quiz01", "--new", "1", course=course, store=store, width=60, env=env) as found:
        found.type("0", "", "1", "")
        assert found.end() == 0
    assert_golden("practice_zh", found.transcript)


def leave(found: Sitting) -> None:
    """Press Ctrl-C as a person does: again, if nothing happens.

    One that comes in the moment before Python's input() listens waits there until the next one.
    """
    for _ in range(30):
        found.press_ctrl_c()
        with contextlib.suppress(subprocess.TimeoutExpired):
            found.process.wait(timeout=1)
            return


def test_ctrl_c_in_the_middle_of_a_question_loses_neither_its_numbers_nor_its_try(course: Path, store: Path) -> None:
    with sitting("practice", "quiz01", "--new", "1", course=course, store=store) as found:
        found.type("0", "")
        found.wait_for_prompt()
        leave(found)
        assert found.end() == 130
    with sitting("practice", course=course, store=store) as found:  # as it was told to, without --new
        found.type(":quit")
        assert found.end() == 0
        assert "1 question to go on with" in found.shown and "Try 1: 0" in found.shown
    code, document = practise(course, store, "quiz01")
    question = document["questions"][0]["question"]
    assert code == 0 and question["text"].removeprefix("What is $").split(" ")[0] in found.shown
    assert [one["response"] for one in question["tries"]] == ["0"] and question["tries_left"] == 1


def test_with_nothing_due_it_says_when_the_next_is_and_what_is_new(course: Path, store: Path) -> None:
    answers = ["--answer", "quiz01/sum=0", "--answer", "quiz01/sum=0"]
    assert practise(course, store, *answers)[0] == 0
    with sitting("practice", course=course, store=store) as found:
        assert found.end() == 0
    assert "Nothing is due." in found.shown and "comes in 10 min" in found.shown
    assert "--new 3" in found.shown


def test_a_script_answers_and_learns_when_a_question_comes_again(course: Path, store: Path) -> None:
    _, document = practise(course, store, "quiz01", "--new", "1")
    asked = int(document["questions"][0]["question"]["text"].removeprefix("What is $").split(" ")[0])
    code, document = practise(course, store, "--hint", "quiz01/sum", "--answer", f"quiz01/sum={asked + 1}")
    review = document["questions"][0]
    assert code == 0 and document["taken"][0]["taken"] == "checked" and review["outcome"] == "helped"
    assert review["question"]["done"] and review["question"]["hints"] == ["Count on."]
    assert review["due_at"] > document["now"] and document["later"] == 1


def test_an_answer_that_cannot_be_read_is_not_taken_and_the_exit_code_says_so(course: Path, store: Path) -> None:
    code, document = practise(course, store, "--answer", "quiz01/sum=1,234")
    assert (
        code == 2
        and document["taken"][0]["taken"] == "unreadable"
        and not document["questions"][0]["question"]["tries"]
    )


def test_the_right_answer_of_a_quiz_that_is_not_closed_is_nowhere(course: Path, store: Path) -> None:
    _, document = practise(course, store, "quiz02", "--new", "2")
    asked = int(document["questions"][0]["question"]["text"].removeprefix("What is $").split(" ")[0])
    answers = ["--answer", "quiz02/sum=0", "--answer", "quiz02/sum=0"]
    code, document = practise(course, store, *answers)
    question = document["questions"][0]["question"]
    for one in question["tries"]:
        del one["at"]  # a moment may hold any digits
    shown = json.dumps(question)
    assert code == 0 and question["done"] and question["revealed"] is None
    assert str(asked + 1) not in shown and "One more than" not in shown


def test_an_answer_that_names_no_question_says_how_to_name_one(course: Path, store: Path) -> None:
    for written in ("sum=3", "quiz01/=3", "quiz01/sum"):
        with pytest.raises(UsageError, match="quiz04/detach"):
            practise(course, store, "--answer", written)


def test_without_json_no_answer_is_taken_from_the_command_line(course: Path, store: Path) -> None:
    with pytest.raises(UsageError, match="--json"):
        command.main(["--answer", "quiz01/sum=3", "--store", str(store)], standalone_mode=False)
