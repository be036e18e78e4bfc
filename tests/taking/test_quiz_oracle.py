"""Rule 3 of docs/design/store.md, no oracle: a check costs a try, and nothing but a check tells anything."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from taking.quiz_desks import Room, option, room

from grader.quiz.marking.mark import Reading, Unreadable, Verdict
from grader.taking.refusals import Reason, Refused
from grader.taking.views import Taken


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def test_a_check_costs_a_try_and_the_last_one_ends_the_question(at: Room) -> None:
    """3."""
    attempt = at.begin(at.quiz())
    first = at.answer(attempt, 1, "3")
    assert (first.taken, first.question.tries_left, first.question.worth) == (Taken.CHECKED, 1, Fraction(3, 4))
    assert first.question.tries[0].verdict is Verdict.WRONG
    assert [text.en for text in first.question.tries[0].feedback] == ["One too many."]
    assert at.answer(attempt, 1, "7").question.done
    with pytest.raises(Refused) as refused:
        at.desk.answer(attempt.id, 1, "2", after=2)
    assert refused.value.reason is Reason.DONE
    assert at.desk.submit(attempt.id).score == 0


def test_a_right_answer_ends_the_question_too(at: Room) -> None:
    """3: who is right cannot try what else would be."""
    attempt = at.begin(at.quiz())
    assert at.answer(attempt, 1, "2").question.done
    with pytest.raises(Refused) as refused:
        at.desk.answer(attempt.id, 1, "3", after=1)
    assert refused.value.reason is Reason.DONE


def test_a_blank_answer_counts_as_a_try(at: Room) -> None:
    """3: or leaving the field empty would be a free look at what comes then."""
    blank = at.answer(at.begin(at.quiz()), 1, "  ")
    assert (blank.taken, blank.question.tries[0].verdict) == (Taken.CHECKED, Verdict.BLANK)
    assert (blank.question.tries_left, blank.question.worth) == (1, Fraction(3, 4))


@pytest.mark.parametrize("response", ["two?", "1,234", ["2"], "1 24"])
def test_what_cannot_be_read_is_asked_back_and_costs_nothing(at: Room, response: str | list[str]) -> None:
    """3."""
    asked = at.answer(at.begin(at.quiz()), 1, response)
    assert (asked.taken, asked.question.tries) == (Taken.UNREADABLE, ())
    assert isinstance(asked.unreadable[0].reading, Unreadable)


def test_an_option_that_was_not_shown_is_asked_back(at: Room) -> None:
    """3."""
    asked = at.answer(at.begin(at.quiz()), 3, "aaaaaaaa")
    assert (asked.taken, asked.question.tries) == (Taken.UNREADABLE, ())


def test_a_reading_says_the_same_of_right_and_wrong(at: Room) -> None:
    """3: the preview of an answer gives no verdict."""
    attempt = at.begin(at.quiz())
    shown = [at.desk.reading(attempt.id, 1, response) for response in ("2", "3")]
    readings = [one.reading for (one,) in shown]
    assert all(isinstance(one, Reading) and one.shown.en == text for one, text in zip(readings, "23", strict=True))
    assert at.desk.question(attempt.id, 1).tries == ()


def test_a_draft_gives_no_verdict_whatever_it_holds(at: Room) -> None:
    """3."""
    attempt = at.begin(at.quiz())
    for place, right, wrong in ((1, "2", "3"), (2, "4", "5")):
        views = [at.desk.save(attempt.id, place, response) for response in (right, wrong)]
        assert [view.draft for view in views] == [right, wrong]
        assert [(view.tries, view.done, view.worth, view.revealed) for view in views] == [((), False, 1, None)] * 2
        assert {one.verdict for one in at.desk.attempt(attempt.id).places} == {None}


def test_an_answer_that_is_marked_later_can_be_changed_and_says_nothing_before(at: Room) -> None:
    """3: nothing that an open attempt shows differs between a right and a wrong answer."""
    attempt = at.begin(at.quiz())
    seen = []
    for response in ("5", "4"):
        kept = at.answer(attempt, 2, response)
        assert (kept.taken, kept.question.draft) == (Taken.KEPT, response)
        result = at.desk.result(attempt.id)
        seen.append((kept.question.tries, kept.question.done, result.score, result.questions, result.topics))
    assert seen[0] == seen[1]
    handed_in = at.desk.submit(attempt.id)
    assert handed_in.score == 1
    assert [one.verdict for one in at.desk.question(attempt.id, 2).tries] == [Verdict.RIGHT]


def test_a_second_window_that_is_behind_consumes_nothing(at: Room, tmp_path: Path) -> None:
    """3: it is shown what has happened instead."""
    attempt = at.begin(at.quiz())
    with room(tmp_path, at.clock) as other:
        assert at.answer(attempt, 1, "3").taken is Taken.CHECKED
        late = other.desk.answer(attempt.id, 1, "2", after=0)
    assert late.taken is Taken.OVERTAKEN
    assert [one.response for one in late.question.tries] == ["3"]


_WINDOW = """
import json, sys
from pathlib import Path
from grader.quiz.reading import read_quiz
from grader.store import open_store
from grader.taking.desk import Desk
file, folder, response = sys.argv[1:]
quiz = read_quiz(Path(folder))
def wait():
    sys.stdout.flush()
    sys.stdin.readline()
print("ready")
wait()
with open_store(file) as store, Desk(store) as desk:
    attempt = desk.begin(quiz, "ada")
    desk.question(attempt.id, 1)
    print(attempt.id)
    wait()
    answered = desk.answer(attempt.id, 1, response, after=0)
    print(json.dumps([answered.taken, [one.response for one in answered.question.tries]]))
"""


def lines_of(processes: list[subprocess.Popen[str]]) -> list[str]:
    """Return the next line of each."""
    return [one.stdout.readline() for one in processes if one.stdout is not None]


def let_go(processes: list[subprocess.Popen[str]]) -> None:
    """Let all go on, as nearly at once as can be."""
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()


def test_two_windows_that_begin_and_answer_at_once_have_one_attempt_and_one_try(at: Room) -> None:
    """3, with real processes that are let go at once."""
    command = [sys.executable, "-c", _WINDOW, str(at.file), at.quiz().folder]
    windows = [
        subprocess.Popen([*command, response], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for response in ("3", "7")
    ]
    assert lines_of(windows) == ["ready\n"] * 2
    let_go(windows)
    begun = lines_of(windows)
    assert begun[0] == begun[1]
    let_go(windows)
    said = [json.loads(one) for one in lines_of(windows)]
    assert sorted(taken for taken, _ in said) == ["checked", "overtaken"]
    assert said[0][1] == said[1][1]
    assert len(at.desk.question(begun[0].strip(), 1).tries) == 1
    assert [one.wait() for one in windows] == [0, 0]


def test_a_hint_is_given_when_asked_for_and_once(at: Room) -> None:
    """3: how many there are is public, what they say is not."""
    attempt = at.begin(at.quiz())
    view = at.desk.question(attempt.id, 1)
    assert (view.hints, view.hints_left) == ((), 1)
    given = at.desk.hint(attempt.id, 1)
    assert ([text.en for text in given.hints], given.hints_left) == (["Count."], 0)
    with pytest.raises(Refused) as refused:
        at.desk.hint(attempt.id, 1)
    assert refused.value.reason is Reason.NO_HINT


@pytest.mark.parametrize("response", [{"a": {"b": {"c": {"d": {"e": "1"}}}}}, 7, None, [1], "x" * 70_000])
def test_what_is_no_answer_at_all_is_refused_before_it_is_kept(at: Room, response: object) -> None:
    """3 and 7."""
    attempt = at.begin(at.quiz())
    for call in (
        lambda: at.desk.save(attempt.id, 1, response),  # type: ignore[arg-type]
        lambda: at.desk.answer(attempt.id, 1, response, after=0),  # type: ignore[arg-type]
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.reason in (Reason.NOT_AN_ANSWER, Reason.TOO_LARGE)
    assert at.desk.question(attempt.id, 1).draft is None


def test_a_chosen_option_is_checked_like_what_is_typed(at: Room) -> None:
    """3."""
    attempt = at.begin(at.quiz())
    view = at.desk.question(attempt.id, 3)
    wrong = at.answer(attempt, 3, option(view, "that"))
    assert [text.en for text in wrong.question.tries[0].feedback] == ["Not that."]
    assert at.answer(attempt, 3, option(view, "this")).question.tries[1].verdict is Verdict.RIGHT
