"""What lint says of quiz.py: it comes out otherwise each time, loads slowly, is no Python; and of what needs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from quiz.quiz_folders import HEAD, write_quiz

from grader.quiz.linting import Finding, Settings, lint
from grader.records import Severity

OPEN = HEAD + "reveal: {score: after-submit, answers: after-submit}\n"
ASKED = """
- id: plain
  type: number
  text: {en: One?, zh: 一？}
  answer: 1
- id: q
  type: number
  params: {a: {int: [2, 90]}}
  text: {en: "Of ${{a}}$?", zh: "${{a}}$ 的？"}
  answer: {code: f}
"""


def found(folder: Path, code: str, questions: str = ASKED) -> list[Finding]:
    (report,) = lint([write_quiz(folder, questions, code, head=OPEN)], Settings(seeds=60, jobs=1))
    return [one for one in report.findings if one.severity is not Severity.NOTE]


@pytest.mark.parametrize(
    "code",
    [
        "import random\ndef f(p, rng):\n    return {'answer': random.randrange(10**6)}\n",
        "import random\nrandom.seed(0)\ndef f(p, rng):\n    return {'answer': random.randrange(10**6)}\n",
        "import os\ndef f(p, rng):\n    return {'answer': int.from_bytes(os.urandom(4), 'big')}\n",
        "import time\ndef f(p, rng):\n    return {'answer': time.time_ns()}\n",
        "def f(p, rng):\n    return {'answer': hash(str(p['a']))}\n",
        "calls = []\ndef f(p, rng):\n    calls.append(1)\n    return {'answer': len(calls)}\n",
    ],
)
def test_a_function_that_returns_something_else_for_the_same_seed_is_an_error(tmp_path: Path, code: str) -> None:
    (finding,) = found(tmp_path, code)
    assert (finding.check, finding.severity, finding.question) == ("draw.not-repeatable", Severity.ERROR, "q")
    assert "rng" in finding.remedy.en and finding.seed is not None
    assert (Path(tmp_path) / "quiz01_test" / "quiz.yaml").read_text().splitlines()[finding.line - 1] == "  - id: q"


def test_a_function_that_draws_with_what_it_is_given_is_repeatable(tmp_path: Path) -> None:
    code = "import random\ndef f(p, rng):\n    return {'answer': rng.random() + random.Random(p['a']).randrange(9)}\n"
    assert found(tmp_path, code, ASKED + "  accept: {sig-figs: 3}\n") == []


def test_a_parameter_that_a_function_draws_is_drawn_again_too(tmp_path: Path) -> None:
    asked = ASKED.replace("{int: [2, 90]}", "{code: f}").replace("answer: {code: f}", "answer: '{{a}} + 1'")
    code = "import random\ndef f(p, rng):\n    return random.randrange(10**6)\n"
    assert [one.check for one in found(tmp_path, code, asked)] == ["draw.not-repeatable"]


@pytest.mark.parametrize(
    ("line", "at"), [("import torch.nn as nn", 1), ("import json\nfrom torch import nn", 2), ("import math, torch", 1)]
)
def test_what_takes_seconds_to_load_is_warned_of(tmp_path: Path, line: str, at: int) -> None:
    imports = line.replace("\n", "\n    ")
    code = f"if False:\n    {imports}\ndef f(p, rng):\n    return {{'answer': 2 * p['a']}}\n"
    (finding,) = found(tmp_path, code)
    assert (finding.check, finding.severity, finding.file) == ("generator.slow", Severity.WARNING, "quiz.py")
    assert finding.line == at + 1 and "torch" in finding.problem.en


def test_what_is_no_python_is_told_at_its_line_of_quiz_py(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, "x = 1\ndef f(p, rng)\n    return 1\n")
    assert (finding.check, finding.file, finding.line) == ("file.invalid", "quiz.py", 2)
    assert finding.problem.en.startswith("not Python")


def test_a_tab_in_the_indent_is_called_one(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, "", "- id: q\n  type: number\n\ttext: One?\n")
    assert "\\ttext: One?" in finding.problem.en and "a tab" in finding.problem.en and "制表符" in finding.problem.zh


def test_a_wrong_answer_within_the_precision_is_reported_as_a_collision(tmp_path: Path) -> None:
    asked = """
- id: q
  type: number
  text: {en: How many?, zh: 多少？}
  accept: {sig-figs: 2}
  answer: 100
  wrong: [{value: "101", say: {en: No., zh: 不。}}]
"""
    (finding,) = found(tmp_path, "", asked)
    assert (finding.check, finding.severity) == ("key.collides", Severity.ERROR)
    assert "the wrong answer 101 counts as right" in finding.problem.en


@pytest.mark.parametrize("answer", ["[{{a}} * 2]", "({{a}}*2, 3)", "{{a}} + 1"])
def test_arithmetic_in_a_shape_leads_to_quiz_py(tmp_path: Path, answer: str) -> None:
    asked = (
        "- id: q\n  type: shape\n  params: {a: {int: [2, 90]}}\n  text: {en: 'Of ${{a}}$?', zh: '${{a}}$ 的？'}\n"
        f"  answer: '{answer}'\n"
    )
    (finding,) = found(tmp_path, "", asked)
    assert finding.check == "draw.fails" and "answer: {code: " in finding.remedy.en and "quiz.py" in finding.remedy.zh
