"""What only looks changes nothing: a result that is looked at, a regrade that is only tried, what is read before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from taking.quiz_desks import NOON, TEACHER, THREE, Room, room

from grader.errors import GraderFault, QuestionFault
from grader.quiz.marking.mark import Verdict
from grader.store.attempts import Phase
from grader.taking import clerk as clerks
from grader.taking import shelf
from grader.taking.recording import question_digest
from grader.taking.refusals import Refused

TWO = '- {id: a, type: number, text: "1?", answer: "1"}\n- {id: b, type: number, text: "2?", answer: "2"}'
LIMIT = "time-limit: 20min"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def dump(at: Room) -> list[str]:
    """Return all that is in the store."""
    with sqlite3.connect(at.file) as raw:
        return list(raw.iterdump())


def refuse_to_draw(patch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise GraderFault("the machine has no memory left")

    patch.setattr(clerks, "draw", fail)


# --------------------------------------------------------------------------------------------- after the end


def test_a_fault_of_ours_is_no_zero_when_the_question_can_be_drawn_again_after_the_end(
    at: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = at.begin(at.quiz(TWO))
    at.answer(attempt, 1, "1")
    with monkeypatch.context() as patch:
        refuse_to_draw(patch)
        with pytest.raises(QuestionFault):
            at.desk.question(attempt.id, 2)
    at.desk.submit(attempt.id)
    before = dump(at)
    assert at.desk.question(attempt.id, 2).public.text.en == "2?", "it is shown all the same"
    result = at.desk.result(attempt.id)
    assert (result.score, result.undecided) == (None, (2,))
    assert dump(at) == before


def test_a_fault_after_the_end_changes_no_score(at: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = at.begin(at.quiz(TWO))
    at.answer(attempt, 1, "1")
    at.desk.submit(attempt.id)
    refuse_to_draw(monkeypatch)
    with pytest.raises(QuestionFault):
        at.desk.question(attempt.id, 2)
    assert at.desk.result(attempt.id).score == 1


def test_what_was_drawn_while_the_attempt_was_handed_in_elsewhere_is_not_kept(
    at: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = at.begin(at.quiz(TWO))
    draw = clerks.draw
    with room(tmp_path, at.clock) as other:

        def slow(*arguments: object) -> object:
            other.desk.submit(attempt.id)
            return draw(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(clerks, "draw", slow)
        assert at.desk.question(attempt.id, 1).public.text.en == "1?"
    assert at.desk.clerk.sheet(attempt.id).places[0].drawn is None


def test_who_draws_a_question_that_was_drawn_and_answered_elsewhere_meanwhile_sees_that_answer(
    at: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = at.begin(at.quiz(TWO))
    draw = clerks.draw
    with room(tmp_path, at.clock) as other:

        def slow(*arguments: object) -> object:
            monkeypatch.setattr(clerks, "draw", draw)
            other.answer(attempt, 1, "1")
            return draw(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(clerks, "draw", slow)
        shown = at.desk.question(attempt.id, 1)
    assert [(one.response, one.verdict) for one in shown.tries] == [("1", Verdict.RIGHT)]


def test_of_two_windows_that_begin_at_once_one_has_begun_the_attempt_and_the_other_goes_on_with_it(
    at: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiz, found = at.quiz(TWO), []
    with room(tmp_path, at.clock) as other:
        key = at.desk.clerk.key

        def slow() -> bytes:
            found.append(other.begin(quiz))
            return key()

        monkeypatch.setattr(at.desk.clerk, "key", slow)  # it is asked for when no attempt was found
        found.append(at.begin(quiz))
    assert [one.is_new for one in found] == [True, False]
    assert len({one.id for one in found}) == 1


# --------------------------------------------------------------------------------------------- a dry run


def busy(at: Room) -> None:
    """Have attempts of every kind: one ended, one whose time will be over with drafts, and one that is open."""
    quiz = at.quiz(THREE, None, LIMIT)
    for student in ("ann", "bob", "cy"):
        attempt = at.begin(quiz, student)
        if student != "bob":
            at.answer(attempt, 1, "3")
        at.desk.save(attempt.id, 1, "4")
        at.desk.save(attempt.id, 2, "5")
        if student == "ann":
            at.desk.submit(attempt.id)
        at.clock.forward(minutes=9)
    at.clock.forward(minutes=9)  # of bob's time nothing is left, of cy's two minutes


@pytest.mark.parametrize("closes", ["", "closes: 2026-05-04T12:30Z"])
def test_a_dry_run_of_a_regrade_writes_nothing_and_foresees_what_a_regrade_does(at: Room, closes: str) -> None:
    """Also where it is the new dates that end an attempt."""
    busy(at)
    mended = at.quiz(THREE.replace('answer: "2"', 'answer: "4"'), None, LIMIT, *([closes] if closes else []))
    before = dump(at)
    foreseen = at.desk.regrade(mended, by=TEACHER, keep=False)
    assert dump(at) == before
    done = at.desk.regrade(mended, by=TEACHER)
    assert asdict(foreseen) == asdict(done)
    assert len(done.changed) == (3 if closes else 2), "drafts of attempts whose time is over are among them"


def test_a_dry_run_ends_no_attempt(at: Room) -> None:
    attempt = at.begin(at.quiz())
    at.desk.regrade(at.quiz(THREE, None, "closes: 2026-01-01T00:00Z"), by=TEACHER, keep=False)
    assert at.desk.attempt(attempt.id).is_open


def test_a_dry_run_for_a_quiz_that_nobody_began_makes_nothing(at: Room) -> None:
    before = dump(at)
    assert at.desk.regrade(at.quiz(), by=TEACHER, keep=False).attempts == 0
    assert dump(at) == before


# --------------------------------------------------------------------------------------------- in a transaction


def test_no_file_of_a_quiz_is_read_within_a_transaction(
    at: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others wait for it: whatever a process does first with an attempt."""
    quiz = at.quiz()
    attempt = at.begin(quiz)
    at.desk.question(attempt.id, 1)
    read, inside = shelf.quiz_of, []
    for act in ("submit", "end", "save"):
        with room(tmp_path, at.clock) as fresh:
            store = fresh.desk.clerk.store

            def spy(*arguments: object, store: object = store, **more: object) -> object:
                inside.append(getattr(store._inside, "writes", False))  # type: ignore[attr-defined]
                return read(*arguments, **more)  # type: ignore[arg-type]

            monkeypatch.setattr(shelf, "quiz_of", spy)
            if act == "end":
                fresh.desk.clerk.end(at.begin(quiz, "bob").id, Phase.SUBMITTED, at=NOON)
            elif act == "submit":
                fresh.desk.submit(at.begin(quiz, "cy").id)
            else:
                with pytest.raises(Refused):
                    fresh.desk.clerk.write(lambda tx, fresh=fresh: fresh.desk._open(tx, attempt.id, 9, NOON))  # type: ignore[misc]
    assert inside == [False] * 3


# --------------------------------------------------------------------------------------------- small print


def test_an_attempt_whose_time_was_over_ended_at_its_deadline_and_not_when_somebody_looked(at: Room) -> None:
    attempt = at.begin(at.quiz(THREE, None, LIMIT))
    at.clock.forward(hours=5)
    ended = at.desk.attempt(attempt.id)
    assert (ended.phase, ended.ended_at) == (Phase.TIMED_OUT, NOON + timedelta(minutes=20))


def test_a_draft_of_a_question_that_a_regrade_has_found_right_becomes_no_further_try(at: Room) -> None:
    attempt = at.begin(at.quiz())
    at.answer(attempt, 1, "7")
    at.desk.save(attempt.id, 1, "9")
    at.desk.regrade(at.quiz(THREE.replace('answer: "2"', 'answer: "7"')), by=TEACHER)
    at.desk.submit(attempt.id)
    view = at.desk.question(attempt.id, 1)
    assert [one.verdict for one in view.tries] == [Verdict.RIGHT]


def test_who_answers_while_marked_again_is_marked_by_the_new_key_too(
    at: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = at.begin(at.quiz())
    at.answer(attempt, 1, "7")
    mended = at.quiz(THREE.replace('answer: "2"', 'answer: "4"'))
    mark, answered = at.desk.clerk.marked, []
    with room(tmp_path, at.clock) as student:

        def slow(*arguments: object, **more: object) -> object:
            if not answered:
                answered.append(student.desk.answer(attempt.id, 1, "4", after=1))
            return mark(*arguments, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(at.desk.clerk, "marked", slow)
        done = at.desk.regrade(mended, by=TEACHER)
    assert [(one.number, one.new.verdict) for one in done.changed] == [(2, Verdict.RIGHT)]
    assert [one.verdict for one in at.desk.question(attempt.id, 1).tries] == [Verdict.WRONG, Verdict.RIGHT]


def test_a_question_is_another_one_when_the_function_that_computes_it_is(at: Room) -> None:
    """And only then: other questions of the same quiz stay what they are."""
    questions = (
        '- {id: f, type: number, text: "?", answer: {code: f}}\n- {id: plain, type: number, text: "1?", answer: 1}'
    )
    digests = []
    for number in (1, 2):
        quiz = at.quiz(questions, f"def f(p, rng):\n    return {{'answer': {number}}}\n")
        digests.append({name: question_digest(quiz, quiz.question(name)) for name in ("f", "plain")})
    assert digests[0]["f"] != digests[1]["f"]
    assert digests[0]["plain"] == digests[1]["plain"]
