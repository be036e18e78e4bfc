"""Rule 6 of docs/design/store.md, versions: an attempt keeps its quiz; marking it again is asked for, and logged."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from taking.quiz_desks import NOON, TEACHER, Room, room

from grader.errors import GraderFault
from grader.quiz.marking.mark import Verdict
from grader.quiz.model import MatchBody
from grader.store.quizzes import find_quiz
from grader.store.regrades import RegradeRow, regrades_of
from grader.taking.regrading import Why

SUM = '- {{id: sum, type: number, text: "{text}", params: {{n: {{int: [1, 999]}}}}, answer: "{answer}", attempts: 3}}'


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def log(at: Room) -> tuple[RegradeRow, ...]:
    clerk = at.desk.clerk

    def read(tx: object) -> tuple[RegradeRow, ...]:
        kept = find_quiz(tx, clerk.named("quiz01"))  # type: ignore[arg-type]
        assert kept is not None
        return regrades_of(tx, kept.id)  # type: ignore[arg-type]

    return clerk.store.read(read)


def wrong_key(at: Room, **more: str) -> tuple[str, str]:
    """Begin an attempt at a quiz whose key is off by one; return its id and the right answer, which was given."""
    attempt = at.begin(at.quiz(SUM.format(text="{{n}}?", answer="{{n}} + 1")), **more)
    number = at.desk.question(attempt.id, 1).public.text.en.rstrip("?")
    assert at.answer(attempt, 1, number).question.tries[0].verdict is Verdict.WRONG
    return attempt.id, number


def test_an_edited_quiz_leaves_an_attempt_as_it_began(at: Room, tmp_path: Path) -> None:
    """6: also its questions that nobody had looked at yet, in another process, with the file gone."""
    old = at.quiz('- {id: a, type: number, text: "1?", answer: "1"}\n- {id: b, type: number, text: "2?", answer: "2"}')
    attempt = at.begin(old)
    at.desk.question(attempt.id, 1)
    new = at.quiz('- {id: a, type: number, text: "one?", answer: "9"}')
    (Path(new.folder) / "quiz.yaml").unlink()
    with room(tmp_path, at.clock) as other:
        resumed = other.begin(new)
        assert (resumed.id, resumed.is_new, resumed.is_outdated, len(resumed.places)) == (attempt.id, False, True, 2)
        assert other.desk.question(attempt.id, 2).public.text.en == "2?"
        assert other.answer(resumed, 1, "1").question.tries[0].verdict is Verdict.RIGHT
        other.desk.submit(attempt.id)
        again = other.begin(new)
    assert (again.number, again.is_outdated, len(again.places)) == (2, False, 1)


def test_a_setting_changed_in_the_middle_changes_no_mark(at: Room) -> None:
    """6, and a known complaint: a changed precision marked right answers wrong."""
    loose = '- {id: a, type: number, text: "pi?", answer: "3.14159", accept: {sig-figs: 3}}'
    attempt = at.begin(at.quiz(loose))
    at.quiz(loose.replace("3}}", "6}}"))
    assert at.answer(attempt, 1, "3.14").question.tries[0].verdict is Verdict.RIGHT


def test_the_teachers_dates_count_as_they_are_now(at: Room) -> None:
    """6: moving the close is no other question."""
    one = '- {id: a, type: number, text: "1?", answer: "1"}'
    attempt = at.begin(at.quiz(one, None, "closes: 2026-05-04T13:00Z"))
    later = at.quiz(one, None, "closes: 2026-05-05T13:00Z")
    assert at.begin(later).deadline == NOON + timedelta(hours=25)
    assert at.desk.overview("ada", [later])[0].closes == at.desk.attempt(attempt.id).deadline


def test_nothing_is_marked_again_unasked(at: Room) -> None:
    """6."""
    attempt, _ = wrong_key(at)
    mended = at.quiz(SUM.format(text="{{n}}?", answer="{{n}}"))
    at.begin(mended)
    at.desk.overview("ada", [mended])
    assert at.desk.question(attempt, 1).tries[0].verdict is Verdict.WRONG
    assert log(at) == ()


def test_a_regrade_marks_by_the_new_key_and_logs_who_when_and_both_marks(at: Room) -> None:
    """6."""
    attempt, number = wrong_key(at)
    at.clock.forward(hours=1)
    done = at.desk.regrade(at.quiz(SUM.format(text="{{n}}?", answer="{{n}}")), by=TEACHER)
    (changed,) = done.changed
    assert (changed.where.student, changed.where.question, changed.number) == ("ada", "sum", 1)
    assert changed.old is not None and (changed.old.share, changed.new.share) == (0, 1)
    assert (done.attempts, done.tries, done.left) == (1, 1, ())
    assert at.desk.question(attempt, 1).tries[0].verdict is Verdict.RIGHT
    (entry,) = log(at)
    assert (entry.by, entry.at, len(entry.tries)) == (TEACHER, NOON + timedelta(hours=1), 1)
    assert entry.tries[0].old_mark != entry.tries[0].new_mark
    (recorded,) = at.desk.attempts("quiz01")
    assert recorded.questions[0].tries[0].regraded and recorded.questions[0].earned == 1
    assert number == recorded.questions[0].tries[0].response


def test_a_regrade_twice_changes_nothing_the_second_time(at: Room) -> None:
    """6: so one that was killed half way is simply asked for again."""
    wrong_key(at)
    mended = at.quiz(SUM.format(text="{{n}}?", answer="{{n}}"))
    at.desk.regrade(mended, by=TEACHER)
    again = at.desk.regrade(mended, by=TEACHER)
    assert (again.changed, again.left) == ((), ())


def test_a_regrade_leaves_a_question_that_the_student_would_see_otherwise(at: Room) -> None:
    """6: what was asked stays asked."""
    attempt, _ = wrong_key(at)
    for text, why in (("What is {{n}}?", Why.CHANGED), (None, Why.GONE)):
        other = SUM.format(text=text, answer="{{n}}") if text else '- {id: x, type: number, text: "1?", answer: "1"}'
        done = at.desk.regrade(at.quiz(other), by=TEACHER)
        assert (done.changed, [one.why for one in done.left]) == ((), [why])
        assert at.desk.question(attempt, 1).tries[0].verdict is Verdict.WRONG


def test_a_regrade_by_a_broken_quiz_leaves_every_mark(at: Room) -> None:
    """6."""
    wrong_key(at)
    broken = at.quiz(
        '- {id: sum, type: number, text: "{{n}}?", params: {n: {int: [1, 999]}}, answer: {code: f}, attempts: 3}',
        "def f(p, rng):\n    raise ValueError('a mistake')\n",
    )
    done = at.desk.regrade(broken, by=TEACHER)
    assert [one.why for one in done.left] == [Why.BROKEN]
    assert "a mistake" in done.left[0].detail
    assert at.desk.attempts("quiz01")[0].score == 0


def test_a_regrade_gives_every_attempt_its_own_numbers(at: Room) -> None:
    """6: of a whole class, each by the variant that each had, ended or not."""
    attempts = [wrong_key(at, student=name)[0] for name in ("ann", "bob", "cy")]
    at.desk.submit(attempts[0])
    done = at.desk.regrade(at.quiz(SUM.format(text="{{n}}?", answer="{{n}}")), by=TEACHER)
    assert [one.where.student for one in done.changed] == ["ann", "bob", "cy"]
    assert at.desk.result(attempts[0]).score == 1


def test_a_penalty_that_was_wrongly_taken_comes_back(at: Room) -> None:
    """6: the tries stay as they were given; what they are worth together is worked out anew."""
    questions = '- {{id: a, type: number, text: "1?", answer: "{answer}", attempts: 2, penalty: 0.5}}'
    attempt = at.begin(at.quiz(questions.format(answer="7")))
    at.answer(attempt, 1, "1")
    at.answer(attempt, 1, "7")
    assert at.desk.submit(attempt.id).score == Fraction(1, 2)
    at.desk.regrade(at.quiz(questions.format(answer="1")), by=TEACHER)
    assert at.desk.result(attempt.id).score == 1


@pytest.mark.parametrize(("before", "after"), [("after-attempt", "after-close"), ("after-submit", "after-attempt")])
def test_a_regrade_marks_by_the_new_answer_and_keeps_the_tries_and_the_feedback_that_were_promised(
    at: Room, before: str, after: str
) -> None:
    """6: when a verdict comes, and what an answer costs by that, is no matter of who marks it."""
    question = '- {{id: a, type: number, text: "1?", answer: "{answer}", attempts: 2, feedback: {feedback}}}'
    attempt = at.begin(at.quiz(question.format(answer="7", feedback=before)))
    at.answer(attempt, 1, "1")
    view = at.desk.question(attempt.id, 1)
    at.desk.regrade(at.quiz(question.format(answer="5", feedback=after)), by=TEACHER)
    assert at.desk.question(attempt.id, 1) == view
    at.answer(attempt, 1, "5")
    assert at.desk.submit(attempt.id).score == 1


def test_a_regrade_takes_over_what_partly_right_answers_are_worth(at: Room) -> None:
    """6: that is part of marking."""
    question = """
    - {{id: m, type: match, text: T, partial: {partial},
       rows: [{{id: r, text: r, match: one}}, {{id: s, text: s, match: two}}],
       options: [{{id: one, text: "1"}}, {{id: two, text: "2"}}]}}
    """
    attempt = at.begin(at.quiz(question.format(partial="none")))
    body = at.desk.question(attempt.id, 1).public.body
    assert isinstance(body, MatchBody)
    row = next(one.id for one in body.rows if one.text and one.text.en == "r")
    right = next(one.id for one in body.options if one.text and one.text.en == "1")
    at.desk.answer(attempt.id, 1, {row: right}, after=0)
    assert at.desk.submit(attempt.id).score == 0
    at.desk.regrade(at.quiz(question.format(partial="each")), by=TEACHER)
    assert at.desk.result(attempt.id).score == Fraction(1, 2)


def test_two_quizzes_of_one_name_in_two_courses_are_two(at: Room) -> None:
    """6: a store may hold several courses."""
    from grader.taking.desk import Desk

    quiz = at.quiz()
    with Desk(at.desk.clerk.store, course="another", clock=at.clock) as other:
        assert other.begin(quiz, "ada").id != at.begin(quiz).id
        assert [one.student for one in other.attempts("quiz01")] == ["ada"]
        assert replace(other.begin(quiz, "ada"), is_new=False) == other.begin(quiz, "ada")


def test_a_version_that_cannot_be_read_any_more_is_no_fault_of_the_students_and_tells_no_answer(
    at: Room, tmp_path: Path
) -> None:
    """6 and 1: another dlgrade may have another schema."""
    attempt = at.begin(at.quiz('- {id: a, type: number, text: "1?", answer: "777"}'))
    with sqlite3.connect(at.file) as raw:
        raw.execute("UPDATE versions SET yaml = CAST(replace(CAST(yaml AS TEXT), 'type:', 'tipe:') AS BLOB)")
    with room(tmp_path, at.clock) as other, pytest.raises(GraderFault) as fault:
        other.desk.attempt(attempt.id)
    assert "quiz01_test" in str(fault.value)
    assert "777" not in "".join(traceback.format_exception(fault.value))
