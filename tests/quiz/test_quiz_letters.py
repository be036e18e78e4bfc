"""Answers by letters: what a person would understand is understood, anything else is asked back."""

from __future__ import annotations

import pytest

from grader.quiz.marking.mark import Unreadable
from grader.quiz.marking.responses import Response
from grader.quiz.model import MatchBody, Option, OptionsBody, PublicQuestion, QuestionType, TypedBody
from grader.quiz.rendering.letters import letter, letters_of, typed_response
from grader.records import Text


def options(count: int) -> tuple[Option, ...]:
    return tuple(Option(id=f"id{place}", code=str(place)) for place in range(count))


def question(kind: QuestionType, body: OptionsBody | MatchBody | TypedBody) -> PublicQuestion:
    text = Text(en="?", zh="？")
    return PublicQuestion(id="q", type=kind, text=text, body=body, points=1, attempts=1, penalty=0)


CHOICE = question(QuestionType.CHOICE, OptionsBody(options=options(4)))
MULTI = question(QuestionType.MULTI, OptionsBody(options=options(4)))
ORDER = question(QuestionType.ORDER, OptionsBody(options=options(4)))
MANY = question(QuestionType.ORDER, OptionsBody(options=options(28)))
MATCH = question(QuestionType.MATCH, MatchBody(rows=options(2), options=options(3)))
NUMBER = question(QuestionType.NUMBER, TypedBody())


@pytest.mark.parametrize(
    ("asked", "typed", "response"),
    [
        (CHOICE, "b", "id1"),
        (CHOICE, " (B). ", "id1"),
        (CHOICE, "Ｂ", "id1"),
        (MULTI, "A C", ["id0", "id2"]),
        (MULTI, "ca", ["id2", "id0"]),
        (MULTI, "a，c、d", ["id0", "id2", "id3"]),
        (ORDER, "C A B D", ["id2", "id0", "id1", "id3"]),
        (ORDER, "cabd", ["id2", "id0", "id1", "id3"]),
        (ORDER, "c > a > b > d", ["id2", "id0", "id1", "id3"]),
        (MATCH, "1B 2A", {"id0": "id1", "id1": "id0"}),
        (MATCH, "1 b, 2 a", {"id0": "id1", "id1": "id0"}),
        (MATCH, "2-a 1-b", {"id0": "id1", "id1": "id0"}),
        (MATCH, "1→B；2→A", {"id0": "id1", "id1": "id0"}),
        (MATCH, "ba", {"id0": "id1", "id1": "id0"}),
        (MATCH, "2c", {"id1": "id2"}),
        (NUMBER, " 1/3 ", "1/3"),
    ],
)
def test_letters_are_read_as_a_person_reads_them(asked: PublicQuestion, typed: str, response: Response) -> None:
    assert typed_response(asked, typed) == response


@pytest.mark.parametrize(
    ("asked", "typed"),
    [
        (CHOICE, "e"),
        (CHOICE, "ab"),
        (CHOICE, "1"),
        (MULTI, "A A"),
        (ORDER, "A B C"),
        (ORDER, "A B C D D"),
        (MATCH, "1B 1A"),
        (MATCH, "3A"),
        (MATCH, "1D"),
        (MATCH, "abc"),
        (MATCH, "9" * 5000 + "A"),
        (MULTI, "\x1b[2J"),
        (ORDER, "A" * 100_000),
    ],
)
def test_anything_else_is_asked_back(asked: PublicQuestion, typed: str) -> None:
    assert isinstance(typed_response(asked, typed), Unreadable)


@pytest.mark.parametrize("typed", ["A", "B C"])
def test_letters_come_back_as_they_went(typed: str) -> None:
    response = typed_response(MULTI, typed)
    assert not isinstance(response, Unreadable)
    assert letters_of(MULTI, response) == typed


def test_more_than_twenty_six_options_go_on_with_two_letters() -> None:
    names = [letter(place) for place in range(28)]
    assert names[25:] == ["Z", "AA", "AB"]
    assert typed_response(MANY, " ".join(reversed(names))) == [f"id{place}" for place in reversed(range(28))]
