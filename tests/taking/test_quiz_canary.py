"""Rule 1 of docs/design/store.md, the canary: no word of a key comes out before it may be shown, in errors neither."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from taking.quiz_desks import TEACHER, Room, room

from grader.errors import GraderError
from grader.quiz.model import ChoiceKey, Key
from grader.taking.extending import More
from grader.taking.sheet import Drawn, Place, Sheet

CLOSES = "closes: 2026-05-04T14:00Z"
CANARY = "kanarie"
# Every answer, feedback, misconception, hint, explanation and function has a token of its own in it.
QUESTIONS = f"""
- id: chosen
  type: choice
  text: T
  feedback: FEEDBACK
  hint: {CANARY}-hint
  explanation: {CANARY}-explanation
  choices:
    - {{id: {CANARY}-right, text: a, correct: true}}
    - {{id: {CANARY}-wrong, text: b, because: {CANARY}-mistake, say: {CANARY}-said}}
- id: output
  type: code-output
  text: T
  code: print(1)
  feedback: FEEDBACK
  answer: {CANARY} answer
  also: ["{CANARY} also"]
  wrong: [{{value: {CANARY} wrong, because: {CANARY}-mistake, say: {CANARY}-said}}]
- id: computed
  type: number
  text: "{{{{a}}}}?"
  feedback: FEEDBACK
  params: {{a: {{code: {CANARY}_param}}}}
  answer: {{code: {CANARY}_answer}}
  say: {{{CANARY}-mistake: {CANARY}-said}}
- id: order
  type: order
  text: T
  feedback: FEEDBACK
  items: [{{id: {CANARY}-x, text: x}}, {{id: {CANARY}-y, text: y, after: [{CANARY}-x]}}]
  wrong: [{{order: [{CANARY}-y, {CANARY}-x], because: {CANARY}-mistake, say: {CANARY}-said}}]
- id: broken
  type: number
  text: "{{{{a}}}}?"
  params: {{a: {{code: {CANARY}_broken}}}}
  answer: "{{{{a}}}}"
- id: whole
  type: multi-part
  text: T
  feedback: FEEDBACK
  hint: {CANARY}-hint
  parts:
    - {{id: k, type: code-output, text: T, code: print(1), answer: {CANARY} part, explanation: {CANARY}-explanation}}
    - {{id: l, type: number, text: T, answer: 77177}}
"""
CODE = f"""
def {CANARY}_param(p, rng):
    return 5

def {CANARY}_answer(p, rng):
    return {{"answer": 77177, "wrong": [(66166, "{CANARY}-mistake")]}}

def {CANARY}_broken(p, rng):
    raise ValueError("{CANARY} in an error")
"""
SECRETS = (CANARY, "77177", "66166")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Room]:
    with room(tmp_path) as one:
        yield one


def words_in(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in what a UI is given, with where it stands; and what `repr` would put into a log."""
    if not path.count("."):
        yield f"{path}.repr", repr(value)
    if is_dataclass(value) and not isinstance(value, type):
        assert not isinstance(value, Key | ChoiceKey | Sheet | Place | Drawn), f"{path} holds a key"
        for field in fields(value):
            yield from words_in(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from words_in([name, one], f"{path}[{name}]")
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from words_in(one, f"{path}[{place}]")
    elif isinstance(value, str):
        yield path, value


def secrets_of(at: Room, attempt: str) -> tuple[str, ...]:
    """Return what must not be seen, with what only the store knows: seeds, the version, the key of the seeds."""
    sheet = at.desk.clerk.sheet(attempt)
    seeds = [place.drawn.key.seed for place in sheet.places if place.drawn]
    return (*SECRETS, *seeds, sheet.quiz.version, at.desk.clerk.key().hex(), repr(at.desk.clerk.key()))


def said_by(call: Callable[[], Any]) -> Any:
    """Return what a call returns, or all that an error would show: its texts, and its traceback with every cause."""
    try:
        return call()
    except GraderError as error:
        return [error.text, str(error), "".join(traceback.format_exception(error))]


def everything(at: Room, attempt: str) -> Iterator[tuple[str, Any]]:
    """Yield what every call says, wrong and odd ones too, in an order in which none ends the attempt."""
    desk = at.desk
    for place in range(8):
        yield f"question {place}", said_by(lambda p=place: desk.question(attempt, p))  # type: ignore[misc]
        for response in ("1", "", f"{'9' * 60}!", [], ["zzzzzzzz"], {"k": "1"}, {"k": "\x1b[2J"}):
            for call in (desk.reading, desk.save):
                yield (
                    f"{call.__name__} {place} {response!r}",
                    said_by(lambda c=call, p=place, r=response: c(attempt, p, r)),  # type: ignore[misc]
                )
            yield (
                f"answer {place} {response!r}",
                said_by(lambda p=place, r=response: desk.answer(attempt, p, r, after=0)),  # type: ignore[misc]
            )
    yield "attempt", desk.attempt(attempt)
    yield "result", desk.result(attempt)
    yield "no attempt", said_by(lambda: desk.question("nothing", 1))


def hold_back(at: Room, attempt: str, calls: Iterator[tuple[str, Any]]) -> int:
    found = 0
    secrets = secrets_of(at, attempt)
    for call, said in calls:
        for path, words in words_in(said, call):
            found += 1
            leaked = [secret for secret in secrets if secret in words]
            assert not leaked, f"{call}: {path} holds {leaked}: {words[:200]}"
    return found


def test_nothing_that_comes_out_holds_a_word_of_the_key(at: Room) -> None:
    """1: every call on an open attempt, then on one that was handed in, with nothing due before the close."""
    quiz = at.quiz(QUESTIONS.replace("FEEDBACK", "after-close"), CODE, CLOSES, "reveal: {score: never}")
    attempt = at.begin(quiz)
    assert hold_back(at, attempt.id, everything(at, attempt.id)) > 1_000
    for place in (1, 2, 3, 4, 6):
        at.desk.save(attempt.id, place, {"k": "kanari"} if place == 6 else _any(at, attempt.id, place))
    assert hold_back(at, attempt.id, iter([("submit", at.desk.submit(attempt.id))]))
    assert hold_back(at, attempt.id, everything(at, attempt.id)) > 1_000
    others = [("overview", at.desk.overview("ada", [quiz])), ("begin", at.begin(quiz))]
    others.append(("extend", at.desk.extend(quiz, "bob", More(extra=timedelta(minutes=1)), by=TEACHER)))
    assert hold_back(at, attempt.id, iter(others))


def _any(at: Room, attempt: str, place: int) -> Any:
    body = at.desk.question(attempt, place).public.body
    options = [one.id for one in getattr(body, "options", ())]
    return {1: options[-1:] and options[-1], 4: options}.get(place, "5")


def test_the_canary_sings_when_it_may(at: Room) -> None:
    """1: the same quiz after its close, so that the test above looks for words that there are."""
    attempt = at.begin(at.quiz(QUESTIONS.replace("FEEDBACK", "after-close"), CODE, CLOSES))
    for place in (1, 2, 3, 4, 6):
        at.desk.question(attempt.id, place)
    at.desk.answer(attempt.id, 3, "66166", after=0)
    at.desk.submit(attempt.id)
    at.clock.forward(hours=3)
    shown = " ".join(words for place in (1, 2, 3, 4, 6) for _, words in words_in(at.desk.question(attempt.id, place)))
    assert all(f"{CANARY}{rest}" in shown for rest in ("-explanation", " answer", " also", "-said", " part"))
    assert "77177" in shown
    (mistake,) = at.desk.result(attempt.id).misconceptions
    assert mistake.id == f"{CANARY}-mistake"


def test_a_question_that_cannot_be_drawn_says_why_to_its_author_only(at: Room) -> None:
    """1: the error that a student sees names neither function nor file; what was recorded does."""
    attempt = at.begin(at.quiz(QUESTIONS.replace("FEEDBACK", "after-close"), CODE))
    with pytest.raises(GraderError) as error:
        at.desk.question(attempt.id, 5)
    assert "Question 5 of quiz01" in str(error.value) and error.value.fault == "author"
    assert f"{CANARY} in an error" in str(at.desk.clerk.sheet(attempt.id).places[4].fault)


def test_what_the_store_shows_is_in_two_tables(at: Room) -> None:
    """1: who may read one of them has no key."""
    import sqlite3

    attempt = at.begin(at.quiz(QUESTIONS.replace("FEEDBACK", "after-close"), CODE))
    for place in (1, 2, 3, 4, 6):
        at.desk.question(attempt.id, place)
    with sqlite3.connect(at.file) as raw:
        documents = {
            table: b" ".join(row[0] for row in raw.execute(f"SELECT document FROM {table}"))
            for table in ("public_halves", "key_halves")
        }
    assert CANARY.encode() in documents["key_halves"]
    assert not any(secret.encode() in documents["public_halves"] for secret in secrets_of(at, attempt.id))
