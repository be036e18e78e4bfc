"""Whose fault, and known complaints: what cannot be marked or drawn is no zero, and nothing that was saved vanishes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from taking.quiz_desks import THREE, Room, option, room

from grader.errors import AuthorError
from grader.quiz.marking.mark import Verdict
from grader.quiz.model import PartsBody
from grader.taking.clerk import RETRY
from grader.taking.refusals import Reason, Refused
from grader.taking.scoring import share_earned
from grader.taking.views import PlaceState, Taken

# The interval of its variable has no point where the answer has a value: nobody can mark it.
NO_VALUE = """
- {id: log, type: expression, text: "?", answer: "ln(x)", variables: {x: [-3, -1]}, attempts: 1}
- {id: sure, type: number, text: "1?", answer: "1"}
"""
HALF = Fraction(1, 2)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def test_an_answer_that_nobody_can_mark_is_unscored_and_says_so(at: Room) -> None:
    attempt = at.begin(at.quiz(NO_VALUE))
    (one,) = at.answer(attempt, 1, "x").question.tries
    assert (one.verdict, one.share) == (Verdict.UNDECIDED, None)
    assert one.note is not None and "unscored" in one.note.en
    assert at.answer(attempt, 2, "1").question.done
    result = at.desk.submit(attempt.id)
    assert (result.score, result.undecided) == (None, (1,))
    assert [(one.earned, one.is_undecided) for one in result.questions] == [(None, True), (1, False)]
    recorded = at.desk.attempts("quiz01")[0].questions[0]
    assert (recorded.earned, recorded.tries[0].verdict) == (None, Verdict.UNDECIDED)
    assert recorded.tries[0].fault.startswith("author: ")


def test_what_could_not_be_marked_is_tried_again_later_and_when_a_teacher_asks(at: Room) -> None:
    attempt = at.begin(at.quiz(NO_VALUE))
    at.answer(attempt, 1, "ln(x)")
    looks = [at.desk.clerk.sheet(attempt.id).places[0].tries[0].row.looked_at]
    for span in (RETRY / 2, RETRY):
        at.clock.now += span
        looks.append(at.desk.clerk.sheet(attempt.id).places[0].tries[0].row.looked_at)
    assert looks[0] == looks[1] != looks[2]
    mended = at.quiz(NO_VALUE.replace("[-3, -1]", "[1, 3]"))
    assert [one.new.verdict for one in at.desk.regrade(mended, by="t").changed] == [Verdict.RIGHT]
    assert at.desk.question(attempt.id, 1).tries[0].verdict is Verdict.RIGHT


def test_a_question_that_cannot_be_drawn_is_unscored_and_hides_no_other(at: Room) -> None:
    questions = (
        '- {id: bad, type: number, text: "?", answer: {code: f}}\n'
        + '- {id: ok, type: number, text: "1?", answer: "1"}'
    )
    attempt = at.begin(at.quiz(questions, "def f(p, rng):\n    raise ValueError('no')\n"))
    with pytest.raises(AuthorError):
        at.desk.question(attempt.id, 1)
    assert at.answer(attempt, 2, "1").question.done
    result = at.desk.submit(attempt.id)
    assert (result.score, result.undecided) == (None, (1,))


_CRASH = """
import os, sys
from grader.store import open_store
from grader.taking.desk import Desk
file, attempt = sys.argv[1:]
with open_store(file) as store, Desk(store) as desk:
    desk.clerk.marker.mark = lambda *_: os.kill(os.getpid(), 9)
    desk.answer(attempt, 1, "2", after=0)
"""


def test_a_process_killed_between_taking_a_try_and_marking_it_loses_nothing(at: Room) -> None:
    attempt = at.begin(at.quiz())
    at.desk.question(attempt.id, 1)
    died = subprocess.run([sys.executable, "-c", _CRASH, str(at.file), attempt.id], check=False)
    assert died.returncode == -9
    with sqlite3.connect(at.file) as raw:
        assert raw.execute("SELECT response, mark FROM tries").fetchall() == [('"2"', None)]
    (one,) = at.desk.question(attempt.id, 1).tries
    assert (one.response, one.verdict) == ("2", Verdict.RIGHT)


def test_a_mistake_of_ours_in_marking_is_no_zero(at: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = at.begin(at.quiz())
    at.desk.question(attempt.id, 1)
    with monkeypatch.context() as patch:
        patch.setattr(at.desk.clerk.marker, "mark", lambda *_: 1 // 0)
        assert at.desk.answer(attempt.id, 1, "2", after=0).question.tries[0].verdict is Verdict.UNDECIDED
    at.clock.now += RETRY
    assert at.desk.question(attempt.id, 1).tries[0].verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("shares", "penalty", "earned"),
    [
        ([], HALF, 0),
        ([1], HALF, 1),
        ([0, 1], Fraction(33, 100), Fraction(67, 100)),
        ([0, 0, 0, 1], HALF, 0),
        ([HALF, Fraction(3, 4)], Fraction(1, 4), HALF),
        ([Fraction(3, 4), HALF], Fraction(1, 4), Fraction(3, 4)),
        ([None], 0, None),
        ([0, None], HALF, None),
        ([0, 0, None], HALF, 0),
        ([1, None], HALF, 1),
        ([None, 1], 0, 1),
        ([None, 1], HALF, None),
    ],
)
def test_the_best_try_counts_less_a_penalty_for_each_before_it(
    shares: list[Fraction | None], penalty: Fraction, earned: Fraction | None
) -> None:
    assert share_earned([None if one is None else Fraction(one) for one in shares], Fraction(penalty)) == earned


# ------------------------------------------------------------------------------------------------- known complaints


def test_parts_of_a_question_do_not_share_the_letter_that_is_right(at: Room) -> None:
    """Known complaint: the generator was seeded anew for each part, so the same letter was right in all."""
    choices = "choices: [{text: a, correct: true}, {text: b}, {text: c}, {text: d}]"
    parts = "\n".join(f"    - {{id: p{part}, type: choice, text: T, {choices}}}" for part in range(8))
    quiz = at.quiz(f"- id: w\n  type: multi-part\n  text: T\n  parts:\n{parts}")
    view = at.desk.question(at.begin(quiz).id, 1)
    assert isinstance(view.public.body, PartsBody)
    orders = [
        tuple(one.text.en for one in part.body.options if one.text)  # type: ignore[union-attr]
        for part in view.public.body.parts
    ]
    assert len({order.index("a") for order in orders}) > 1


def test_a_blank_last_answer_shows_the_key_and_then_takes_nothing_more(at: Room) -> None:
    """Known complaint: a blank submission on the last attempt showed the key, and the next one still scored."""
    quiz = at.quiz(THREE, None, "reveal: {answers: after-attempt}")
    attempt = at.begin(quiz)
    at.answer(attempt, 1, "9")
    shown = at.answer(attempt, 1, "").question
    assert shown.revealed is not None and shown.done
    with pytest.raises(Refused) as refused:
        at.desk.answer(attempt.id, 1, "2", after=2)
    assert refused.value.reason is Reason.DONE
    with pytest.raises(Refused):
        at.desk.save(attempt.id, 1, "2")
    assert at.desk.submit(attempt.id).questions[0].earned == 0


def test_saved_answers_are_there_when_one_comes_back(at: Room, tmp_path: Path) -> None:
    """Known complaint: they vanished on resume."""
    quiz = at.quiz()
    attempt = at.begin(quiz)
    view = at.desk.question(attempt.id, 3)
    at.desk.save(attempt.id, 1, "12")
    at.desk.save(attempt.id, 2, "１２")
    at.desk.save(attempt.id, 3, option(view, "that"))
    with room(tmp_path, at.clock) as other:
        resumed = other.begin(quiz)
        assert (resumed.id, resumed.is_new) == (attempt.id, False)
        assert [one.state for one in resumed.places] == [PlaceState.DRAFT] * 3
        drafts = [other.desk.question(attempt.id, place).draft for place in (1, 2, 3)]
    assert drafts == ["12", "１２", option(view, "that")]
    assert at.desk.save(attempt.id, 2, "  ").draft is None


def test_a_draft_counts_when_the_attempt_is_handed_in_and_never_harms(at: Room) -> None:
    """Known complaint: what had been saved and not checked was lost. The best try counts, so it costs nothing."""
    attempt = at.begin(at.quiz())
    at.answer(attempt, 1, "3")
    at.desk.save(attempt.id, 1, "2")
    at.desk.save(attempt.id, 2, "4")
    at.desk.save(attempt.id, 3, "not an option")
    result = at.desk.submit(attempt.id)
    assert [one.earned for one in result.questions] == [Fraction(3, 4), 1, 0]
    assert at.desk.submit(attempt.id) == result


PARTS = """
- id: mp
  type: multi-part
  text: T
  feedback: after-submit
  parts:
    - {id: a, type: number, text: a, answer: "1"}
    - {id: b, type: choice, text: b, choices: [{text: this, correct: true}, {text: that}]}
    - {id: c, type: number, text: c, answer: "3"}
- {id: one, type: number, text: "2?", answer: "2", feedback: after-submit}
"""


def test_of_a_draft_in_parts_only_what_cannot_be_read_is_left_out_and_that_is_said(at: Room) -> None:
    """Known complaint: one part that could not be read took the points of all the others."""
    attempt = at.begin(at.quiz(PARTS, None, "time-limit: 20min"))
    body = at.desk.question(attempt.id, 1).public.body
    assert isinstance(body, PartsBody)
    chosen = body.parts[1].body.options[0]  # type: ignore[union-attr]
    draft = {"a": "1", "b": chosen.id, "c": "3 apples"}
    at.desk.save(attempt.id, 1, draft)
    at.desk.save(attempt.id, 2, "two")
    at.clock.now += timedelta(minutes=20)
    result = at.desk.result(attempt.id)
    right = 2 if chosen.text is not None and chosen.text.en == "this" else 1
    assert result.questions[0].earned == Fraction(right, 3)
    assert [(one.place, [own.part for own in one.parts]) for one in result.left_out] == [(1, ["c"]), (2, [""])]
    view = at.desk.question(attempt.id, 1)
    assert [one.response for one in view.tries] == [{"a": "1", "b": chosen.id}]
    assert (view.draft, [one.part for one in view.left_out]) == (draft, ["c"])


def test_while_an_attempt_is_open_nothing_is_left_out_yet(at: Room) -> None:
    attempt = at.begin(at.quiz(PARTS))
    at.desk.save(attempt.id, 2, "two")
    assert at.desk.result(attempt.id).left_out == () and at.desk.question(attempt.id, 2).left_out == ()


def test_a_draft_that_repeats_the_last_answer_is_no_further_try(at: Room) -> None:
    attempt = at.begin(at.quiz())
    at.answer(attempt, 1, "3")
    at.desk.save(attempt.id, 1, "3")
    at.desk.submit(attempt.id)
    assert len(at.desk.question(attempt.id, 1).tries) == 1


def test_handing_in_ends_every_change(at: Room) -> None:
    attempt = at.begin(at.quiz())
    at.desk.submit(attempt.id)
    for call in (
        lambda: at.desk.answer(attempt.id, 1, "2", after=0),
        lambda: at.desk.answer(attempt.id, 2, "4", after=0),
        lambda: at.desk.save(attempt.id, 1, "2"),
        lambda: at.desk.hint(attempt.id, 1),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.reason is Reason.SUBMITTED


@pytest.mark.parametrize("name", ["", " ada", "a\nb", "\x1b[31mada", "a" * 201, "\u202eada", "\ud800", None, 5])
def test_a_name_that_cannot_be_shown_is_refused(at: Room, name: str) -> None:
    with pytest.raises(Refused) as refused:
        at.desk.begin(at.quiz(), name)
    assert refused.value.reason is Reason.BAD_NAME


def test_one_name_written_in_two_ways_is_one_student(at: Room) -> None:
    quiz = at.quiz()
    assert at.begin(quiz, "Zo\u00eb").id == at.begin(quiz, "Zoe\u0308").id


@pytest.mark.parametrize("place", [0, -1, 4, 10**9, "1", 1.0, True, None, "\x1b[31m", "\ud800"])
def test_a_place_that_there_is_not_is_refused(at: Room, place: object) -> None:
    attempt = at.begin(at.quiz())
    for call in (at.desk.question, at.desk.hint):
        with pytest.raises(Refused) as refused:
            call(attempt.id, place)  # type: ignore[arg-type]
        assert refused.value.reason is Reason.NO_SUCH_PLACE
        assert "\x1b" not in str(refused.value)


def test_a_place_beyond_all_printing_is_refused_too(at: Room) -> None:
    with pytest.raises(Refused):
        at.desk.question(at.begin(at.quiz()).id, 10**5000)


@pytest.mark.parametrize("attempt", ["", "\ud800", "\x00", "a" * 100_000, "é", None, 5, b"a", ["a"]])
def test_an_attempt_that_nobody_began_is_refused_whatever_it_is_called(at: Room, attempt: object) -> None:
    desk = at.desk
    calls = (desk.attempt, desk.submit, desk.result, lambda one: desk.question(one, 1), lambda one: desk.hint(one, 1))
    for call in (*calls, lambda one: desk.save(one, 1, "2"), lambda one: desk.answer(one, 1, "2", after=0)):
        with pytest.raises(Refused) as refused:
            call(attempt)  # type: ignore[arg-type, operator]
        assert refused.value.reason is Reason.NO_SUCH_ATTEMPT


def test_who_counts_tries_wrongly_gets_no_try_in(at: Room) -> None:
    attempt = at.begin(at.quiz())
    at.desk.question(attempt.id, 1)
    for after in (None, "0", 1, -1, 0.5, float("nan"), 10**5000):
        assert at.desk.answer(attempt.id, 1, "3", after=after).taken is Taken.OVERTAKEN  # type: ignore[arg-type]


def test_mistakes_are_summed_up_with_their_places_once_feedback_may_be_seen(at: Room) -> None:
    attempt = at.begin(at.quiz())
    at.answer(attempt, 1, "3")
    at.answer(attempt, 2, "5")
    assert [(one.id, one.places) for one in at.desk.result(attempt.id).misconceptions] == [("off-by-one", (1,))]
    (mistake,) = at.desk.submit(attempt.id).misconceptions
    assert (mistake.id, mistake.places) == ("off-by-one", (1, 2))
    assert [text.en for text in mistake.says] == ["One too many.", "One too many here."]


def test_time_says_nothing_of_an_attempt_without_limits(at: Room) -> None:
    attempt = at.begin(at.quiz())
    at.clock.now += timedelta(days=4000)
    assert at.desk.attempt(attempt.id).deadline is None and at.desk.attempt(attempt.id).is_open
