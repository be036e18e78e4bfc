"""What a student is told of a question: which row or option a sentence is about, what was earned, when answers come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from quiz_desks import Room, option, room

from grader.quiz.model import MatchBody, OptionsBody, When
from grader.taking.answer_views import FeedbackView
from grader.taking.views import PlaceState

SEVERAL = """
- id: pairs
  type: match
  text: Pairs.
  attempts: 1
  options: [{id: x, text: x}, {id: y, text: y}, {id: z, text: z}]
  rows:
    - {id: a, text: a, match: x, wrong: [{option: y, because: swapped, say: Look again.}]}
    - {id: b, text: b, match: y, wrong: [{option: x, because: swapped, say: Look again.}]}
    - {id: c, text: c, match: z, wrong: [{option: x, because: other, say: Not that.}]}
- id: ticks
  type: multi
  text: Which?
  attempts: 2
  choices:
    - {text: p, correct: true}
    - {text: q, because: not-q, say: Never q.}
    - {text: r, because: not-r, say: Never r.}
- {id: last, type: number, text: "1?", answer: "1", params: {k: {int: [1, 99]}}}
"""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def told(said: tuple[FeedbackView, ...]) -> dict[str, tuple[str, ...]]:
    return {one.text.en: one.about for one in said}


def test_feedback_of_a_match_names_the_rows_that_it_is_about_each_sentence_once(at: Room) -> None:
    attempt = at.begin(at.quiz(SEVERAL))
    body = at.desk.question(attempt.id, 1).public.body
    assert isinstance(body, MatchBody)
    rows = {row.text.en: row.id for row in body.rows if row.text}
    options = {one.text.en: one.id for one in body.options if one.text}
    given = {rows["a"]: options["y"], rows["b"]: options["x"], rows["c"]: options["x"]}
    answered = at.desk.answer(attempt.id, 1, given, after=0).question
    found = told(answered.tries[0].said)
    assert {text: sorted(about) for text, about in found.items()} == {
        "Look again.": sorted((rows["a"], rows["b"])),
        "Not that.": [rows["c"]],
    }
    mistakes = {one.id: one.about for one in at.desk.submit(attempt.id).misconceptions}
    assert set(mistakes["swapped"][1]) == {rows["a"], rows["b"]} and mistakes["other"] == {1: (rows["c"],)}


def test_feedback_of_several_options_names_those_that_were_ticked(at: Room) -> None:
    attempt = at.begin(at.quiz(SEVERAL))
    shown = at.desk.question(attempt.id, 2)
    assert isinstance(shown.public.body, OptionsBody)
    q, r = option(shown, "q"), option(shown, "r")
    answered = at.desk.answer(attempt.id, 2, [q, r], after=0).question
    assert told(answered.tries[0].said) == {"Never q.": (q,), "Never r.": (r,)}


def test_what_is_drawn_ahead_is_not_seen_until_it_is_looked_at(at: Room) -> None:
    attempt = at.begin(at.quiz(SEVERAL))
    at.desk.draw_ahead(attempt.id, 3)
    assert [one.state for one in at.desk.attempt(attempt.id).places] == [PlaceState.UNSEEN] * 3
    at.desk.question(attempt.id, 3)
    assert at.desk.attempt(attempt.id).places[2].state is PlaceState.SEEN


def test_of_a_question_that_takes_nothing_more_the_list_says_what_it_earned(at: Room) -> None:
    attempt = at.begin(at.quiz())
    at.answer(attempt, 1, "3")
    assert at.desk.attempt(attempt.id).places[0].earned is None, "a try is left"
    at.answer(attempt, 1, "7")
    at.answer(attempt, 2, "4")
    at.answer(attempt, 3, option(at.desk.question(attempt.id, 3), "this"))
    assert [one.earned for one in at.desk.attempt(attempt.id).places] == [0, None, 1]
    hidden = at.desk.begin(at.quiz(SEVERAL, None, "defaults: {feedback: never}"), "bo")
    at.desk.submit(hidden.id)
    assert [one.earned for one in at.desk.attempt(hidden.id).places] == [None] * 3


def test_a_question_says_when_its_right_answer_may_be_seen(at: Room) -> None:
    attempt = at.begin(at.quiz(SEVERAL, None, "reveal: {answers: after-submit}"))
    answers = at.answer(attempt, 3, "2").question.answers
    assert answers is not None and (answers.shown, answers.when) == (False, When.AFTER_SUBMIT)
