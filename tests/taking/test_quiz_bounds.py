"""What one student can put into a store is bounded: names that the question has, a line or two, so many tries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from taking.quiz_desks import Room, room

from grader.quiz.marking.mark import Verdict
from grader.quiz.model import MatchBody, OptionsBody
from grader.taking.documents import MAX_BYTES
from grader.taking.practice.plan import Item
from grader.taking.practice.practice import Practice
from grader.taking.refusals import Reason, Refused
from grader.taking.sheet import MAX_TRIES
from grader.taking.views import QuestionView

QUESTIONS = """
- {id: m, type: match, text: T, attempts: unlimited, rows: [{id: r, text: r, match: one}, {id: s, text: s, match: two}],
   options: [{id: one, text: "1"}, {id: two, text: "2"}]}
- {id: o, type: order, text: T, attempts: unlimited, items: [{id: x, text: x}, {id: y, text: y, after: [x]}]}
- {id: n, type: number, text: "2?", answer: "2", attempts: unlimited}
- {id: x, type: matrix, text: T, answer: [[1, 2], [3, 4]], attempts: unlimited}
- id: w
  type: multi-part
  text: T
  attempts: unlimited
  parts:
    - {id: k, type: number, text: T, answer: "1"}
    - {id: l, type: choice, text: T, choices: [{text: a, correct: true}, {text: b}]}
"""
INVENTED = {f"k{number:05}": "" for number in range(400)}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def row_of(view: QuestionView) -> str:
    assert isinstance(view.public.body, MatchBody)
    return view.public.body.rows[0].id


def stored(at: Room) -> int:
    with sqlite3.connect(at.file) as raw:
        return int(raw.execute("SELECT count(*) FROM tries").fetchone()[0])


@pytest.mark.parametrize(
    ("place", "response"),
    [
        (1, INVENTED),
        (1, {"nowhere": ""}),
        (1, {"nowhere": "one"}),
        (2, [""] * 400),
        (5, INVENTED),
        (5, {"k": "1", "nowhere": ""}),
        (5, {"l": {"nowhere": ""}}),
    ],
)
def test_names_that_a_question_has_not_are_refused_also_where_they_are_blank(
    at: Room, place: int, response: object
) -> None:
    attempt = at.begin(at.quiz(QUESTIONS))
    practising = Practice(at.desk, "bob", [at.quiz(QUESTIONS)])
    review = practising.start(Item(quiz="quiz01", question=at.desk.question(attempt.id, place).public.id))
    for call in (
        lambda: at.desk.answer(attempt.id, place, response, after=0),  # type: ignore[arg-type]
        lambda: at.desk.save(attempt.id, place, response),  # type: ignore[arg-type]
        lambda: at.desk.reading(attempt.id, place, response),  # type: ignore[arg-type]
        lambda: practising.answer(review, response, after=0),  # type: ignore[arg-type]
        lambda: practising.save(review, response),  # type: ignore[arg-type]
        lambda: practising.reading(review, response),  # type: ignore[arg-type]
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.reason is Reason.NOT_AN_ANSWER
    assert stored(at) == 0


def test_a_row_holds_an_option_and_no_list_of_them(at: Room) -> None:
    attempt = at.begin(at.quiz(QUESTIONS))
    row = row_of(at.desk.question(attempt.id, 1))
    with pytest.raises(Refused) as refused:
        at.desk.answer(attempt.id, 1, {row: ["x", "y"]}, after=0)
    assert refused.value.reason is Reason.NOT_AN_ANSWER


def test_a_blank_answer_is_kept_as_nothing_however_long_it_is(at: Room) -> None:
    attempt = at.begin(at.quiz(QUESTIONS))
    row = row_of(at.desk.question(attempt.id, 1))
    long = " " * 3_000
    blanks = (long, [long, long], long, [[long], [long]], {"k": long, "l": [long]})
    for place, blank in enumerate(({row: long}, *blanks[1:]), 1):
        answered = at.desk.answer(attempt.id, place, blank, after=0)  # type: ignore[arg-type]
        assert [one.verdict for one in answered.question.tries] == [Verdict.BLANK]
    with sqlite3.connect(at.file) as raw:
        assert {len(one) for (one,) in raw.execute("SELECT response FROM tries")} == {2}


def test_an_answer_too_long_to_be_kept_is_refused_with_the_limit(at: Room) -> None:
    attempt = at.begin(at.quiz(QUESTIONS))
    for call in (at.desk.save, lambda *given: at.desk.answer(*given, after=0)):
        with pytest.raises(Refused) as refused:
            call(attempt.id, 3, "2" * MAX_BYTES)
        assert refused.value.reason is Reason.TOO_LARGE
        assert str(MAX_BYTES // 1024) in str(refused.value)


def test_any_number_of_tries_ends_somewhere_and_says_so(at: Room) -> None:
    """The tries are put in behind its back: what is tested is the limit."""
    attempt = at.begin(at.quiz(QUESTIONS))
    assert at.desk.answer(attempt.id, 3, "7", after=0).question.tries_left is None
    with sqlite3.connect(at.file) as raw:
        for number in range(2, MAX_TRIES + 1):
            raw.execute(
                "INSERT INTO tries SELECT attempt, place, ?, at, response, mark, marker, fault, looked_at FROM tries "
                "WHERE number = 1",
                (number,),
            )
    view = at.desk.question(attempt.id, 3)
    assert (len(view.tries), view.tries_left, view.done) == (MAX_TRIES, 0, True)
    with pytest.raises(Refused) as refused:
        at.desk.answer(attempt.id, 3, "2", after=MAX_TRIES)
    assert refused.value.reason is Reason.DONE and str(MAX_TRIES) in str(refused.value)


def test_an_order_of_all_its_items_is_taken(at: Room) -> None:
    attempt = at.begin(at.quiz(QUESTIONS))
    view = at.desk.question(attempt.id, 2)
    assert isinstance(view.public.body, OptionsBody)
    ids = [one.id for one in view.public.body.options]
    assert at.desk.answer(attempt.id, 2, ids, after=0).question.tries[0].response == ids
