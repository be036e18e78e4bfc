"""What a terminal says of an answer: rows and options by their labels, right answers without noise, when they come."""

from __future__ import annotations

import io
import sys
import time
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from grader.cli.quiz.console import Console
from grader.cli.quiz.feedback import put_feedback, put_heading, put_revealed, put_what_is_left
from grader.cli.quiz.words import joined
from grader.quiz.marking.mark import Verdict
from grader.quiz.model import (
    MatchBody,
    Option,
    OptionsBody,
    PartsBody,
    Precision,
    PublicQuestion,
    QuestionType,
    TypedBody,
    When,
)
from grader.quiz.rendering.styled import Paper
from grader.records import Language, Text
from grader.taking.answer_views import FeedbackView, PartView, Revealed, TryView
from grader.taking.views import Disclosure, QuestionView

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def said(text: str, *about: str) -> FeedbackView:
    return FeedbackView(text=Text(en=text, zh=text), about=about)


def options(*ids: str) -> tuple[Option, ...]:
    return tuple(Option(id=one, code=one) for one in ids)


def question(
    kind: QuestionType, body: MatchBody | OptionsBody | TypedBody | PartsBody, part: str = ""
) -> PublicQuestion:
    text = Text(en="?", zh="？")
    return PublicQuestion(id="q", part=part, type=kind, text=text, body=body, points=1, attempts=2, penalty=0.25)


MATCH = question(QuestionType.MATCH, MatchBody(rows=options("r3", "r1", "r2"), options=options("x", "y")))
MULTI = question(QuestionType.MULTI, OptionsBody(options=options("c", "a", "b")))
NUMBER = question(QuestionType.NUMBER, TypedBody(precision=Precision(sig_figs=3)))


def tried(*feedback: FeedbackView, parts: tuple[PartView, ...] = ()) -> TryView:
    return TryView(number=1, at=NOON, response={}, verdict=Verdict.WRONG, share=Fraction(0), said=feedback, parts=parts)


def view(public: PublicQuestion, answers: Disclosure | None = None, *, done: bool = True) -> QuestionView:
    return QuestionView(
        place=1,
        public=public,
        feedback=When.AFTER_ATTEMPT,
        tries=(tried(),),
        tries_left=0 if done else 1,
        hints_left=2,
        done=done,
        worth=Fraction(3, 4),
        answers=answers,
    )


def test_feedback_stands_behind_its_rows_in_the_order_shown() -> None:
    paper = Paper(width=60)
    of_all = said("On the whole.")
    put_feedback(paper, MATCH, tried(said("Late.", "r2"), said("Two rows.", "r1", "r3"), of_all), Language.EN)
    assert paper.render() == "    On the whole.\n    1, 2  Two rows.\n    3  Late.\n"


def test_feedback_stands_behind_the_letters_of_options_in_the_order_shown() -> None:
    paper = Paper(width=60)
    put_feedback(paper, MULTI, tried(said("Of b.", "b"), said("Of a and c.", "a", "c")), Language.EN)
    assert paper.render() == "    A, B  Of a and c.\n    C  Of b.\n"


def test_feedback_of_a_part_names_the_rows_of_that_part() -> None:
    inner = question(QuestionType.MULTI, OptionsBody(options=options("p", "q")), part="ticks")
    whole = question(QuestionType.MULTI_PART, PartsBody(parts=(inner,)))
    part = PartView(part="ticks", verdict=Verdict.WRONG, share=Fraction(0), said=(said("Of q.", "q"),))
    paper = Paper(width=60)
    put_feedback(paper, whole, tried(said("Of q."), parts=(part,)), Language.EN)
    assert paper.render() == "    1) ✗ not right\n         B  Of q.\n"


@pytest.mark.parametrize("width", range(30, 100, 7))
def test_the_line_above_a_question_breaks_only_between_its_facts(width: int) -> None:
    paper = Paper(width=width)
    put_heading(paper, view(NUMBER, done=False), "Question 3 of 10")
    lines = [line for line in paper.render().splitlines() if line]
    assert all(line.endswith(" ·") for line in lines[1:-1])
    facts = " ".join(lines).replace("Question 3 of 10", "").strip().split(" · ")
    assert facts == ["1 point", "one try left", "worth 0.75 points now", "a hint: :h"]
    assert all(any(fact in line for line in lines) for fact in facts), lines


def test_facts_that_are_joined_are_a_line_where_there_is_room() -> None:
    paper = Paper(width=60)
    paper.put(*joined(["one", "two words", "three"]))
    assert paper.render() == "one · two words · three\n"


def test_a_right_number_is_shown_without_the_noise_of_its_float() -> None:
    paper = Paper(width=60)
    put_revealed(paper, NUMBER, Revealed(answer="0.15999999999999992", others=("0.30000000000000004",)), Language.EN)
    assert paper.render() == "  Right:\n    0.16\n    Also: 0.3\n"


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (When.AFTER_SUBMIT, "No try is left. The answer is shown when you have handed in."),
        (When.NEVER, "No try is left. The answer is not shown in this quiz."),
    ],
)
def test_where_no_try_is_left_it_says_when_the_answer_can_be_seen(when: When, told: str) -> None:
    paper = Paper(width=100)
    put_what_is_left(paper, view(NUMBER, Disclosure(shown=False, when=when)))
    assert paper.render() == f"    {told}\n"


def test_what_takes_long_is_told_and_wiped_away(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    console = Console()
    console._edits = True  # as in a terminal
    monkeypatch.setattr(sys, "stdout", out)
    with console.working("checking"):
        until = time.monotonic() + 30
        while "checking …" not in out.getvalue():
            assert time.monotonic() < until
            time.sleep(0.01)
    assert out.getvalue() == f"  checking …\r{' ' * 12}\r"
