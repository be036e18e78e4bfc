"""Practice is no way around a graded attempt: parameters that do not change the answer leave it the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from taking.quiz_desks import Room, room

from grader.taking.practice.plan import Item
from grader.taking.practice.practice import Practice
from grader.taking.refusals import Reason, Refused

CODE = """
def same(p, rng):
    return {"answer": "1"}


def doubled(p, rng):
    return {"answer": 2 * p["z"]}


def fails(p, rng):
    raise ValueError("no")


def labels(p, rng):
    return {"answer": str(p["z"]), "wrong": [(str(p["z"] + 1), "up")]}


def square(p, rng):
    return p["z"] ** 2
"""
Z = "params: {z: {int: [1, 99]}}"
BOTH = "[{text: right, correct: true}, {text: wrong}]"
# Of each question, whether what is right changes from one time to the next.
QUESTIONS = {
    "cosmetic-choice": (False, f'type: choice, text: "{{{{z}}}}", {Z}, choices: {BOTH}'),
    "cosmetic-labels": (
        False,
        f'type: choice, text: T, {Z}, choices: [{{text: "yes, {{{{z}}}}", correct: true}}, {{text: "no, {{{{z}}}}"}}]',
    ),
    "cosmetic-multi": (False, f'type: multi, text: "{{{{z}}}}", {Z}, choices: {BOTH}'),
    "cosmetic-order": (
        False,
        f'type: order, text: "{{{{z}}}}", {Z}, items: [{{id: x, text: x}}, {{id: y, text: y, after: [x]}}]',
    ),
    "cosmetic-match": (
        False,
        f'type: match, text: "{{{{z}}}}", {Z}, rows: [{{id: r, text: r, match: o}}, {{id: s, text: s, match: p}}], '
        "options: [{id: o, text: O}, {id: p, text: P}]",
    ),
    "cosmetic-output": (False, f'type: code-output, text: T, code: "{{{{z}}}}; print(1)", {Z}, answer: "1"'),
    "cosmetic-number": (False, f'type: number, text: "{{{{z}}}}", {Z}, answer: "5"'),
    "computed-the-same": (False, f'type: code-output, text: T, code: "print(1)", {Z}, answer: {{code: same}}'),
    "broken": (False, f'type: number, text: "{{{{z}}}}", {Z}, answer: {{code: fails}}'),
    "one-value": (False, 'type: number, text: "{{z}}", params: {z: {choice: [3]}}, answer: "{{z}}"'),
    "one-part-the-same": (
        False,
        f"type: multi-part, text: T, {Z}, parts: [{{id: a, type: choice, text: T, choices: {BOTH}}}, "
        '{id: b, type: number, text: T, answer: "{{z}}"}]',
    ),
    "number": (True, f'type: number, text: "{{{{z}}}}", {Z}, answer: "{{{{z}}}}"'),
    "output": (True, f'type: code-output, text: T, code: "print({{{{z}}}})", {Z}, answer: "{{{{z}}}}"'),
    "computed": (True, f'type: number, text: "{{{{z}}}}", {Z}, answer: {{code: doubled}}'),
    "values": (
        True,
        'type: choice, text: "{{z}}", params: {z: {int: [2, 99]}, y: {code: square}}, '
        'choices: [{text: "{{y}}", correct: true}, {text: "{{z}}"}]',
    ),
    "made-options": (
        True,
        f'type: choice, text: "{{{{z}}}}", {Z}, answer: {{code: labels}}, say: {{up: "One too many."}}',
    ),
    "every-part": (
        True,
        f"type: multi-part, text: T, {Z}, parts: ["
        '{id: a, type: number, text: T, answer: "{{z}}"}, {id: b, type: number, text: T, answer: "{{z}} + 1"}]',
    ),
}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as found:
        yield found


def questions() -> str:
    return "\n".join(f"- {{id: {name}, {rest}}}" for name, (_, rest) in QUESTIONS.items())


def test_while_attempts_that_count_are_left_only_questions_with_another_answer_each_time_are_practised(
    here: Room,
) -> None:
    quiz = here.quiz(questions(), CODE, "retakes: 0")
    practising = Practice(here.desk, "ada", [quiz])
    assert [one.question for one in practising.plan().new] == [
        name for name, (varies, _) in QUESTIONS.items() if varies
    ]
    with pytest.raises(Refused) as refused:
        practising.start(Item(quiz="quiz01", question="one-part-the-same"))
    assert refused.value.reason is Reason.NOT_NOW


def test_without_attempts_that_count_every_question_is_practised(here: Room) -> None:
    quiz = here.quiz(questions(), CODE, "retakes: 0")
    here.desk.submit(here.begin(quiz).id)
    practising = Practice(here.desk, "ada", [quiz])
    assert [one.question for one in practising.plan().new] == list(QUESTIONS)
