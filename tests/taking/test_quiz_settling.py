"""Nobody's score hangs for ever on a fault of the author's or ours: a regrade leaves out what can never be marked."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from taking.quiz_desks import TEACHER, Room, room

from grader.errors import AuthorError, UsageError
from grader.quiz.marking.mark import Verdict
from grader.store.dropped import dropped_of
from grader.store.quizzes import find_quiz
from grader.taking.settling import Dropped, DropReason

BAD = """
- {id: bad, type: number, text: "?", answer: {code: f}, points: 3, topics: [t]}
- {id: ok, type: number, text: "1?", answer: "1", topics: [t]}
- {id: off, type: number, text: "2?", answer: "2", topics: [t]}
"""
FAILS = "def f(p, rng):\n    raise ValueError('no')\n"
WORKS = "def f(p, rng):\n    return {'answer': 7}\n"
TOPIC = "topics: {t: {title: T}}"
NO_VALUE = """
- {id: log, type: expression, text: "?", answer: "ln(x)", variables: {x: [-3, -1]}, attempts: 2, points: 4}
- {id: sure, type: number, text: "1?", answer: "1"}
"""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def taken(at: Room, student: str = "ada") -> str:
    """Take the quiz whose first question cannot be shown; the second one is right."""
    attempt = at.begin(at.quiz(BAD, FAILS, TOPIC), student)
    with pytest.raises(AuthorError):
        at.desk.question(attempt.id, 1)
    at.answer(attempt, 2, "1")
    return attempt.id


def log(at: Room) -> list[tuple[str, str, int, str]]:
    clerk = at.desk.clerk

    def read(tx: object) -> list[tuple[str, str, int, str]]:
        kept = find_quiz(tx, clerk.named("quiz01"))  # type: ignore[arg-type]
        assert kept is not None
        return [(one.by, one.attempt, one.place, one.why) for one in dropped_of(tx, kept.id)]  # type: ignore[arg-type]

    return clerk.store.read(read)


def test_a_question_that_could_not_be_shown_is_left_out_of_the_total_by_a_regrade_and_that_is_logged(at: Room) -> None:
    attempt = taken(at)
    before = at.desk.submit(attempt)
    assert (before.score, before.points, before.undecided) == (None, 5, (1,))
    done = at.desk.regrade(at.quiz(BAD, WORKS, TOPIC), by=TEACHER)
    assert [(one.where.student, one.where.place, one.why) for one in done.dropped] == [("ada", 1, DropReason.NOT_SHOWN)]
    after = at.desk.result(attempt)
    assert (after.score, after.points, after.undecided, after.best) == (1, 2, (), 1)
    assert [(one.earned, one.is_dropped, one.is_undecided) for one in after.questions] == [
        (None, True, False),
        (1, False, False),
        (0, False, False),
    ]
    assert [(one.earned, one.points) for one in after.topics] == [(1, 2)]
    (recorded,) = at.desk.attempts("quiz01")
    assert (recorded.score, recorded.points, recorded.questions[0].is_dropped) == (1, 2, True)
    assert log(at) == [(TEACHER, attempt, 1, DropReason.NOT_SHOWN)]
    assert at.desk.regrade(at.quiz(BAD, WORKS, TOPIC), by=TEACHER).dropped == (), "it is settled"


def test_an_open_attempt_is_left_to_its_student(at: Room) -> None:
    attempt = taken(at)
    assert at.desk.regrade(at.quiz(BAD, WORKS, TOPIC), by=TEACHER).dropped == ()
    assert at.desk.submit(attempt).undecided == (1,)


def test_a_dry_run_settles_nothing_and_says_what_would_be(at: Room) -> None:
    attempt = taken(at)
    at.desk.submit(attempt)
    assert len(at.desk.regrade(at.quiz(BAD, WORKS, TOPIC), by=TEACHER, keep=False).dropped) == 1
    assert at.desk.result(attempt).score is None and log(at) == []


def test_a_question_that_is_drawn_only_when_its_attempt_has_ended_is_no_zero(
    at: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure of ours may be over by the time that the result is looked at: then nobody could answer any more."""
    attempt = at.begin(at.quiz(BAD, WORKS, TOPIC))
    with monkeypatch.context() as patch:
        patch.setattr("grader.taking.clerk.draw", lambda *_: (_ for _ in ()).throw(AuthorError("no")))
        with pytest.raises(AuthorError):
            at.desk.question(attempt.id, 1)
    at.desk.submit(attempt.id)
    assert at.desk.question(attempt.id, 1).done
    assert at.desk.result(attempt.id).undecided == (1,)
    assert len(at.desk.regrade(at.quiz(BAD, WORKS, TOPIC), by=TEACHER).dropped) == 1
    assert at.desk.result(attempt.id).score == 0


def test_an_answer_that_nobody_can_decide_hangs_no_score_once_a_teacher_drops_its_question(at: Room) -> None:
    attempts = []
    for student, answer in (("ann", "x"), ("bob", "")):
        attempt = at.begin(at.quiz(NO_VALUE), student)
        at.answer(attempt, 1, answer)
        at.answer(attempt, 2, "1")
        at.desk.submit(attempt.id)
        attempts.append(attempt.id)
    changed = at.quiz(NO_VALUE.replace('text: "?"', 'text: "Another?"'))
    done = at.desk.regrade(changed, by=TEACHER)
    assert (done.dropped, [one.student for one in done.undecided]) == ((), ["ann"])
    done = at.desk.regrade(changed, by=TEACHER, drop=("log",))
    assert done.undecided == ()
    assert [(one.where.student, one.why) for one in done.dropped] == [("ann", DropReason.ASKED_FOR)]
    scores = [(one.score, one.points) for one in map(at.desk.result, attempts)]
    assert scores == [(1, 1), (1, 5)], "who got a verdict keeps it"


def test_what_is_decided_after_all_counts_again(at: Room) -> None:
    attempt = at.begin(at.quiz(NO_VALUE))
    at.answer(attempt, 1, "ln(x)")
    at.desk.submit(attempt.id)
    at.desk.regrade(at.quiz(NO_VALUE), by=TEACHER, drop=("log",))
    assert (at.desk.result(attempt.id).score, at.desk.result(attempt.id).points) == (0, 1)
    at.desk.regrade(at.quiz(NO_VALUE.replace("[-3, -1]", "[1, 3]")), by=TEACHER)
    assert at.desk.question(attempt.id, 1).tries[0].verdict is Verdict.RIGHT
    assert (at.desk.result(attempt.id).score, at.desk.result(attempt.id).points) == (4, 5)


def test_a_quiz_of_which_everything_is_left_out_divides_by_nothing(at: Room) -> None:
    quiz = at.quiz('- {id: bad, type: number, text: "?", answer: {code: f}}', FAILS)
    attempt = at.begin(quiz)
    with pytest.raises(AuthorError):
        at.desk.question(attempt.id, 1)
    at.desk.submit(attempt.id)
    at.desk.regrade(quiz, by=TEACHER)
    result = at.desk.result(attempt.id)
    assert (result.score, result.points, result.best) == (0, Fraction(0), 0)
    assert at.desk.overview("ada", [quiz])[0].best == 0


def test_a_question_that_nobody_was_asked_cannot_be_dropped(at: Room) -> None:
    at.desk.submit(taken(at))
    with pytest.raises(UsageError) as error:
        at.desk.regrade(at.quiz(BAD, WORKS, TOPIC), by=TEACHER, drop=("bda",))
    assert "bad" in str(error.value)
    assert log(at) == []


def test_a_record_of_what_is_dropped_is_plain() -> None:
    assert {one.name for one in Dropped.__dataclass_fields__.values()} == {"where", "why"}
