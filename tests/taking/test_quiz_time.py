"""Rules 4 and 5 of docs/design/store.md: what counts comes from the store and its clock, and drafts in time count."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from taking.quiz_desks import NOON, TEACHER, THREE, Room, room

from grader.errors import UsageError
from grader.quiz.marking.mark import Verdict
from grader.store.attempts import Phase
from grader.taking.desk import Desk
from grader.taking.extending import More
from grader.taking.refusals import Reason, Refused
from grader.taking.views import Availability

LIMIT = "time-limit: 20min"
OPENS, CLOSES = "opens: 2026-05-04T12:00Z", "closes: 2026-05-04T14:00Z"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def reason(call: object) -> Reason:
    with pytest.raises(Refused) as refused:
        call()  # type: ignore[operator]
    return refused.value.reason


def test_an_answer_names_its_place_and_nothing_that_counts() -> None:
    """4: neither points, nor a variant, a deadline or a student can come with it."""
    given = {"self", "attempt", "place", "response", "after"}
    for method in (Desk.save, Desk.answer, Desk.hint, Desk.submit, Desk.question, Desk.reading, Desk.result):
        assert set(inspect.signature(method).parameters) <= given


def test_a_variant_is_bound_to_its_attempt(at: Room) -> None:
    """4: what one student gets is marked by that student's key."""
    quiz = at.quiz('- {id: sum, type: number, text: "{{n}}?", params: {n: {int: [1, 999999]}}, answer: "{{n}}"}')
    ann, bob = at.begin(quiz, "ann"), at.begin(quiz, "bob")
    numbers = [at.desk.question(one.id, 1).public.text.en.rstrip("?") for one in (ann, bob)]
    assert numbers[0] != numbers[1]
    assert at.answer(ann, 1, numbers[1]).question.tries[0].verdict is Verdict.WRONG
    assert at.answer(bob, 1, numbers[1]).question.tries[0].verdict is Verdict.RIGHT


def test_a_variant_stays_what_it_was_at_every_look(at: Room, tmp_path: Path) -> None:
    """4: also for another process, and a retake draws anew."""
    quiz = at.quiz('- {id: sum, type: number, text: "{{n}}?", params: {n: {int: [1, 999999]}}, answer: "{{n}}"}')
    attempt = at.begin(quiz)
    first = at.desk.question(attempt.id, 1).public
    with room(tmp_path) as other:
        assert other.desk.question(attempt.id, 1).public == first
    at.desk.submit(attempt.id)
    assert at.desk.question(at.begin(quiz).id, 1).public != first


def test_an_attempt_ends_when_its_limit_is_over(at: Room) -> None:
    """5: the deadline is the clock's of the store, from its first moment on."""
    attempt = at.begin(at.quiz(THREE, None, LIMIT))
    assert attempt.deadline == NOON + timedelta(minutes=20)
    at.clock.forward(minutes=20)
    assert reason(lambda: at.desk.answer(attempt.id, 1, "2", after=0)) is Reason.TIME_OVER
    assert reason(lambda: at.desk.save(attempt.id, 1, "2")) is Reason.TIME_OVER
    assert reason(lambda: at.desk.hint(attempt.id, 1)) is Reason.TIME_OVER
    ended = at.desk.attempt(attempt.id)
    assert (ended.phase, ended.ended_at) == (Phase.TIMED_OUT, attempt.deadline)


def test_a_draft_saved_in_time_is_graded_by_whoever_looks_next(at: Room, tmp_path: Path) -> None:
    """5: of a question that is checked at once, and of one that is marked later."""
    attempt = at.begin(at.quiz(THREE, None, LIMIT))
    at.desk.save(attempt.id, 1, "2")
    at.desk.save(attempt.id, 2, "4")
    at.clock.forward(hours=3)
    with room(tmp_path, at.clock) as teachers:
        (recorded,) = teachers.desk.attempts("quiz01")
    assert (recorded.score, recorded.phase) == (2, Phase.TIMED_OUT)
    assert {one.at for question in recorded.questions for one in question.tries} == {NOON}
    assert at.desk.result(attempt.id).score == 2


def test_what_is_handed_in_too_late_has_ended_at_the_deadline(at: Room) -> None:
    """5."""
    attempt = at.begin(at.quiz(THREE, None, LIMIT))
    at.clock.forward(minutes=21)
    assert at.desk.submit(attempt.id).attempt.phase is Phase.TIMED_OUT


def test_the_close_ends_an_attempt_before_its_limit(at: Room) -> None:
    """5."""
    at.clock.forward(hours=1, minutes=50)
    attempt = at.begin(at.quiz(THREE, None, LIMIT, CLOSES))
    assert attempt.deadline == NOON + timedelta(hours=2)


def test_a_quiz_is_begun_between_its_dates_only(at: Room) -> None:
    """5."""
    quiz = at.quiz(THREE, None, OPENS, CLOSES)
    at.clock.now = NOON - timedelta(seconds=1)
    assert reason(lambda: at.begin(quiz)) is Reason.NOT_OPEN_YET
    assert at.desk.overview("ada", [quiz])[0].availability is Availability.NOT_YET
    at.clock.now = NOON
    assert at.begin(quiz).is_open
    at.clock.now = NOON + timedelta(hours=2)
    assert reason(lambda: at.begin(quiz)) is Reason.CLOSED
    assert at.desk.overview("ada", [quiz])[0].availability is Availability.CLOSED


def test_an_extension_is_one_students_own(at: Room) -> None:
    """5: more minutes for the limit and the close, or a later close; what is granted replaces what was."""
    quiz = at.quiz(THREE, None, LIMIT, CLOSES)
    ann, bob = at.begin(quiz, "ann"), at.begin(quiz, "bob")
    extended = at.desk.extend(quiz, "ann", More(extra=timedelta(minutes=10)), by=TEACHER)
    assert extended.deadline == at.desk.attempt(ann.id).deadline == NOON + timedelta(minutes=30)
    assert extended.closes == NOON + timedelta(hours=2, minutes=10)
    assert at.desk.attempt(bob.id).deadline == NOON + timedelta(minutes=20)
    at.desk.extend(quiz, "ann", More(extra=timedelta(minutes=5)), by=TEACHER)
    assert at.desk.attempt(ann.id).deadline == NOON + timedelta(minutes=25)
    at.clock.forward(minutes=22)
    assert at.answer(ann, 1, "2").question.done
    assert not at.desk.attempt(bob.id).is_open


def test_a_later_end_lets_one_student_begin_after_the_close(at: Room) -> None:
    """5."""
    quiz = at.quiz(THREE, None, CLOSES)
    at.desk.extend(quiz, "ann", More(until=NOON + timedelta(days=2)), by=TEACHER)
    at.clock.forward(days=1)
    assert at.begin(quiz, "ann").deadline == NOON + timedelta(days=2)
    assert reason(lambda: at.begin(quiz, "bob")) is Reason.CLOSED


def test_an_extension_brings_back_no_attempt_whose_time_was_over_but_can_give_another(at: Room) -> None:
    """5: whether anybody had looked in between makes no difference."""
    quiz = at.quiz(THREE, None, LIMIT, "retakes: 0")
    attempt = at.begin(quiz)
    at.clock.forward(minutes=21)
    at.desk.extend(quiz, "ada", More(extra=timedelta(minutes=60)), by=TEACHER)
    assert at.desk.attempt(attempt.id).phase is Phase.TIMED_OUT
    assert reason(lambda: at.begin(quiz)) is Reason.NO_ATTEMPTS_LEFT
    at.desk.extend(quiz, "ada", More(attempts=1), by=TEACHER)
    again = at.begin(quiz)
    assert (again.number, again.deadline) == (2, at.clock.now + timedelta(minutes=80))


def test_an_extension_that_would_change_nothing_is_refused(at: Room) -> None:
    """5."""
    plain, dated = at.quiz(), at.quiz(THREE, None, CLOSES)
    for quiz, more in (
        (plain, More()),
        (plain, More(extra=timedelta(minutes=5))),
        (plain, More(until=NOON + timedelta(days=1))),
        (plain, More(attempts=1)),
        (dated, More(until=NOON)),
        (dated, More(extra=timedelta(minutes=-5))),
        (dated, More(extra=timedelta(days=4000))),
    ):
        with pytest.raises(UsageError):
            at.desk.extend(quiz, "ada", more, by=TEACHER)


def test_retakes_count(at: Room) -> None:
    """5: a quiz with one retake is taken twice, and the better attempt counts."""
    quiz = at.quiz(THREE, None, "retakes: 1")
    first = at.begin(quiz)
    assert (first.number, first.attempts_left) == (1, 1)
    at.answer(first, 1, "2")
    assert at.desk.submit(first.id).score == 1
    second = at.begin(quiz)
    assert (second.number, second.is_new, second.attempts_left) == (2, True, 0)
    result = at.desk.submit(second.id)
    assert (result.score, result.best) == (0, 1)
    assert reason(lambda: at.begin(quiz)) is Reason.NO_ATTEMPTS_LEFT
    overview = at.desk.overview("ada", [quiz])[0]
    assert (overview.availability, overview.best, overview.attempts) == (Availability.TAKEN, 1, 2)


def test_a_clock_that_goes_back_ends_nothing_and_loses_nothing(at: Room) -> None:
    """5."""
    attempt = at.begin(at.quiz(THREE, None, LIMIT))
    at.desk.save(attempt.id, 1, "2")
    at.clock.forward(days=-1)
    assert at.desk.attempt(attempt.id).is_open
    assert at.desk.question(attempt.id, 1).draft == "2"


def test_an_answer_counts_by_when_it_arrived(at: Room) -> None:
    """5: it came in time; that the deadline passes while it is read and stored costs nobody anything."""
    attempt = at.begin(at.quiz(THREE, None, LIMIT))
    at.desk.question(attempt.id, 1)
    ticks = iter([NOON + timedelta(minutes=19, seconds=59)])
    at.desk.clerk.clock = lambda: next(ticks, NOON + timedelta(minutes=21))
    assert at.desk.answer(attempt.id, 1, "2", after=0).question.tries[0].verdict is Verdict.RIGHT
    assert not at.desk.attempt(attempt.id).is_open
