"""Rule 9 of docs/design/store.md, reveal: no key while anyone can still start or resume."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from taking.quiz_desks import NOON, TEACHER, THREE, Room, option, room

from grader.quiz.model import When
from grader.taking.extending import More
from grader.taking.result_views import Result

CLOSES = "closes: 2026-05-04T14:00Z"
LIMIT = "time-limit: 20min"
ONE = '- {id: a, type: number, text: "1?", answer: "1", explanation: Because., attempts: 2, feedback: %s}'


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def reveal(score: str = "after-submit", answers: str = "after-close") -> str:
    return f"reveal: {{score: {score}, answers: {answers}}}"


def shows_key(at: Room, attempt: str) -> bool:
    """Say whether the answers of an attempt are shown; the result and the question must agree."""
    shown = at.desk.result(attempt).answers.shown
    assert (at.desk.question(attempt, 1).revealed is not None) == shown
    return shown


def handed_in(at: Room, *lines: str, student: str = "ada") -> Result:
    attempt = at.begin(at.quiz(THREE, None, *lines), student)
    at.answer(attempt, 1, "2")
    at.answer(attempt, 2, "5")
    return at.desk.submit(attempt.id)


def test_the_key_is_shown_after_the_close_and_to_nobody_before(at: Room) -> None:
    """9."""
    attempt = handed_in(at, CLOSES).attempt.id
    assert not shows_key(at, attempt)
    at.clock.now = NOON + timedelta(hours=2) - timedelta(microseconds=1)
    assert not shows_key(at, attempt)
    at.clock.now = NOON + timedelta(hours=2)
    assert shows_key(at, attempt)
    view = at.desk.question(attempt, 3)
    assert view.revealed is not None
    assert view.revealed.answer == option(view, "this")
    assert view.revealed.says[option(view, "that")].en == "Not that."


def test_why_an_option_is_right_is_shown_with_the_key_and_not_before(at: Room) -> None:
    ticked = """
- id: many
  type: multi
  text: Which?
  attempts: 2
  choices:
    - {text: this, correct: true, say: "Yes, this."}
    - {text: that, say: "Not that."}
    - {text: those, correct: true}
"""
    attempt = at.begin(at.quiz(ticked, None, reveal(answers="after-submit")))
    view = at.desk.question(attempt.id, 1)
    at.answer(attempt, 1, [option(view, "this"), option(view, "that")])
    assert "Yes, this." not in repr(at.desk.question(attempt.id, 1))
    at.desk.submit(attempt.id)
    revealed = at.desk.question(attempt.id, 1).revealed
    assert revealed is not None
    assert {option_id: text.en for option_id, text in revealed.says.items()} == {
        **{option(view, "this"): "Yes, this.", option(view, "that"): "Not that."}
    }


def test_a_quiz_without_a_close_never_shows_what_comes_after_it(at: Room) -> None:
    """9: anybody can start at any time."""
    attempt = handed_in(at).attempt.id
    at.clock.forward(days=3650)
    assert not shows_key(at, attempt)
    assert at.desk.result(attempt).answers.at is None


def test_one_students_extension_keeps_the_key_from_all(at: Room) -> None:
    """9: also from those who are done, and whether that student has begun or not."""
    quiz = at.quiz(THREE, None, CLOSES)
    attempt = handed_in(at, CLOSES).attempt.id
    at.desk.extend(quiz, "bob", More(until=NOON + timedelta(days=1)), by=TEACHER)
    at.clock.forward(hours=3)
    assert not shows_key(at, attempt)
    bobs = at.begin(quiz, "bob")
    assert not shows_key(at, attempt)
    at.desk.submit(bobs.id)
    assert not shows_key(at, attempt) and not shows_key(at, bobs.id)
    at.clock.forward(days=1)
    assert shows_key(at, attempt) and shows_key(at, bobs.id)


def test_an_extension_after_the_close_hides_the_key_again_and_says_that_it_was_seen(at: Room) -> None:
    """9."""
    quiz = at.quiz(THREE, None, CLOSES)
    attempt = handed_in(at, CLOSES).attempt.id
    at.clock.forward(hours=3)
    assert shows_key(at, attempt)
    assert at.desk.extend(quiz, "bob", More(until=NOON + timedelta(days=1)), by=TEACHER).was_over
    assert not shows_key(at, attempt)


def test_extra_time_of_one_student_keeps_the_key_until_that_is_over(at: Room) -> None:
    """9: minutes for the limit are minutes behind the close, too."""
    quiz = at.quiz(THREE, None, CLOSES, LIMIT)
    attempt = handed_in(at, CLOSES, LIMIT).attempt.id
    at.desk.extend(quiz, "bob", More(extra=timedelta(minutes=10)), by=TEACHER)
    at.clock.forward(hours=2, minutes=9)
    assert not shows_key(at, attempt)
    at.clock.forward(minutes=1)
    assert shows_key(at, attempt)


def test_a_close_that_is_moved_hides_the_key_of_attempts_at_the_old_version_too(at: Room) -> None:
    """9 and 6: what is asked in the new one may be the same."""
    attempt = handed_in(at, CLOSES).attempt.id
    moved = at.quiz(THREE, None, "closes: 2026-05-06T14:00Z")
    at.desk.overview("bob", [moved])
    at.clock.forward(hours=3)
    assert not shows_key(at, attempt)


def test_an_open_attempt_shows_no_key_even_after_the_close_of_others(at: Room) -> None:
    """9."""
    quiz = at.quiz(THREE, None, CLOSES)
    attempt = at.begin(quiz)
    at.answer(attempt, 1, "7")
    at.answer(attempt, 1, "8")
    assert not shows_key(at, attempt.id)


def test_after_submit_and_after_attempt_are_the_authors_choice(at: Room) -> None:
    """9: of each question when it is done, or of all when the attempt has ended."""
    at_once = at.begin(at.quiz(THREE, None, reveal(answers="after-attempt")), "ann")
    assert at.answer(at_once, 1, "7").question.revealed is None
    revealed = at.answer(at_once, 1, "8").question.revealed
    assert revealed is not None and revealed.answer == "2"
    assert at.desk.question(at_once.id, 2).revealed is None
    later = at.begin(at.quiz(THREE, None, reveal(answers="after-submit")), "bob")
    at.answer(later, 1, "2")
    assert not shows_key(at, later.id)
    at.desk.submit(later.id)
    assert shows_key(at, later.id)


def test_never_is_never(at: Room) -> None:
    """9."""
    attempt = handed_in(at, CLOSES, reveal("never", "never")).attempt.id
    at.clock.forward(days=365)
    result = at.desk.result(attempt)
    assert not shows_key(at, attempt)
    assert (result.score, result.best, result.scores.shown) == (None, None, False)
    assert {one.earned for one in result.questions} | {one.earned for one in result.topics} == {None}
    assert at.desk.overview("ada", [at.quiz(THREE, None, CLOSES, reveal("never", "never"))])[0].best is None


@pytest.mark.parametrize(
    ("feedback", "open_shows", "ended_shows", "closed_shows"),
    [
        ("after-attempt", True, True, True),
        ("after-submit", False, True, True),
        ("after-close", False, False, True),
        ("never", False, False, False),
    ],
)
def test_a_verdict_is_shown_when_the_question_says(
    at: Room, feedback: str, *, open_shows: bool, ended_shows: bool, closed_shows: bool
) -> None:
    """9: verdict, share, feedback, and what the question earned, together."""
    attempt = at.begin(at.quiz(ONE % feedback, None, CLOSES))
    at.answer(attempt, 1, "7")

    def shows() -> bool:
        tries = at.desk.question(attempt.id, 1).tries
        verdicts = {one.verdict is not None for one in tries} | {one.share is not None for one in tries}
        listed = at.desk.attempt(attempt.id).places[0].verdict is not None
        assert verdicts <= {listed}
        result = at.desk.result(attempt.id)
        assert not result.scores.shown or (result.questions[0].earned is not None) == listed
        return listed

    assert shows() == open_shows
    at.desk.submit(attempt.id)
    assert shows() == ended_shows
    at.clock.forward(hours=2)
    assert shows() == closed_shows


def test_a_score_that_is_shown_after_the_close_is_hidden_before(at: Room) -> None:
    """9."""
    attempt = handed_in(at, CLOSES, reveal("after-close")).attempt.id
    assert at.desk.result(attempt).score is None
    at.clock.forward(hours=2)
    assert at.desk.result(attempt).score == 1


def test_a_topic_tells_nothing_that_its_questions_do_not_tell_yet(at: Room) -> None:
    """9: the sum over one question is its verdict."""
    questions = """
    - {id: a, type: number, text: "1?", answer: "1", topics: [t], feedback: never}
    - {id: b, type: number, text: "2?", answer: "2", topics: [u]}
    """
    topics = "topics: {t: {title: T, read: page 1}, u: {title: U, read: page 2}}"
    attempt = at.begin(at.quiz(questions, None, topics))
    for place in (1, 2):
        at.answer(attempt, place, "7")
    result = at.desk.submit(attempt.id)
    assert [(one.topic, one.earned, one.read and one.read.en) for one in result.topics] == [
        ("t", None, None),
        ("u", 0, "page 2"),
    ]
    assert (result.score, result.scores.when) == (None, When.AFTER_CLOSE), "their sum less what is known is a verdict"


WAITS = """
- {id: a, type: number, text: "1?", answer: "1", topics: [t]}
- {id: b, type: number, text: "2?", answer: "2", feedback: %s}
"""


@pytest.mark.parametrize("feedback", ["after-close", "never"])
def test_the_total_is_no_oracle_for_a_question_whose_feedback_waits(at: Room, feedback: str) -> None:
    """9 and 3: with retakes, one answer and else blanks would make of the score a verdict."""
    lines = (CLOSES, "topics: {t: {title: T}}")
    quiz = at.quiz(WAITS % feedback, None, *lines)
    seen = []
    for response in ("7", "2"):
        attempt = at.begin(quiz)
        at.answer(attempt, 2, response)
        result = at.desk.submit(attempt.id)
        assert (result.score, result.best, result.scores.shown) == (None, None, False)
        assert (result.scores.when, result.scores.at) == (When.AFTER_CLOSE, NOON + timedelta(hours=2))
        assert at.desk.overview("ada", [quiz])[0].best is None
        seen.append((result.questions, result.topics))
    assert seen[0] == seen[1]
    assert [one.earned for one in seen[0][0]] == [0, None], "a question whose feedback is due says what it earned"
    assert [one.earned for one in seen[0][1]] == [0]
    at.clock.forward(hours=2)
    result = at.desk.result(attempt.id)
    assert (result.score, result.best, result.scores.shown) == (1, 1, True)


def test_an_open_attempt_whose_score_is_shown_at_once_sums_no_more_up_than_its_feedback_says(at: Room) -> None:
    """9: a score after each answer waits for the question that is marked at the end."""
    attempt = at.begin(at.quiz(WAITS % "after-submit", None, "topics: {t: {title: T}}", reveal("after-attempt")))
    at.answer(attempt, 1, "1")
    assert at.desk.result(attempt.id).score is None
    assert at.desk.submit(attempt.id).score == 1


def test_what_is_revealed_of_every_type_earns_everything(at: Room) -> None:
    """9: the answer is shown in the ids that the student saw."""
    questions = """
    - {id: m, type: multi, text: T, choices: [{text: a, correct: true}, {text: b}, {text: c, correct: true}]}
    - id: o
      type: order
      text: T
      items: [{id: x, text: x}, {id: y, text: y, after: [x]}, {id: z, text: z}]
    - id: p
      type: match
      text: T
      rows: [{id: r, text: r, match: one}, {id: s, text: s, match: two}]
      options: [{id: one, text: "1"}, {id: two, text: "2"}]
    - {id: x, type: matrix, text: T, answer: [[1, 2], [3, 4]]}
    - id: w
      type: multi-part
      text: T
      parts:
        - {id: k, type: shape, text: T, answer: "(2, 3)"}
        - {id: l, type: choice, text: T, choices: [{text: a, correct: true}, {text: b}]}
    """
    quiz = at.quiz(questions, None, reveal(answers="after-submit"))
    first = at.begin(quiz)
    answers = []
    for place in range(1, 6):
        at.desk.question(first.id, place)
    at.desk.submit(first.id)
    for place in range(1, 6):
        revealed = at.desk.question(first.id, place).revealed
        assert revealed is not None
        answers.append(revealed)
    assert [one.is_one_of_many for one in answers] == [False, True, False, False, False]
    for place, one in enumerate(answers, 1):
        drawn = at.desk.clerk.sheet(first.id).places[place - 1].drawn
        assert drawn is not None
        mark = at.desk.clerk.marker.mark(drawn.public, drawn.key, one.answer)
        assert mark.share == 1  # type: ignore[union-attr]
