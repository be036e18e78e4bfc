"""Hints: those of a whole, then of its parts, asked for one by one; and that there never was one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from taking.quiz_desks import Room, room

from grader.taking.refusals import Refused

PARTS = """
- id: whole
  type: multi-part
  params: {n: {choice: [7]}}
  text: Two matters.
  hint: "Both are about {{n}}."
  parts:
  - {id: one, type: number, text: "{{n}} + 1?", answer: "8"}
  - {id: two, type: number, text: "{{n}} + 2?", answer: "9", hint: ["Count on from {{n}}.", {en: Twice., zh: 两次。}]}
- {id: bare, type: number, text: "1?", answer: "1"}
"""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def test_hints_of_parts_come_after_those_of_the_whole_and_say_of_which_part_they_are(at: Room) -> None:
    attempt = at.begin(at.quiz(PARTS)).id
    assert at.desk.question(attempt, 1).hints_left == 3
    for _ in range(3):
        given = at.desk.hint(attempt, 1)
    assert [text.en for text in given.hints] == ["Both are about 7.", "Part 2: Count on from 7.", "Part 2: Twice."]
    assert given.hints[2].zh == "第 2 小题：两次。"
    assert given.hints_left == 0
    with pytest.raises(Refused, match="no further hint"):
        at.desk.hint(attempt, 1)


def test_a_question_that_never_had_a_hint_is_not_said_to_have_no_further_one(at: Room) -> None:
    attempt = at.begin(at.quiz(PARTS)).id
    with pytest.raises(Refused, match="Question 2 has no hint"):
        at.desk.hint(attempt, 2)
