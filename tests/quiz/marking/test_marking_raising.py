"""That a program raises, and what it prints: the key's author says which is meant, and a word does not decide it."""

from __future__ import annotations

import pytest

from grader.quiz.marking import Algebra, Marker, check
from grader.quiz.marking.mark import Mark, Reading, Unreadable, Verdict
from grader.quiz.marking.output import Output, mark_output, read_output
from grader.quiz.marking.shapes import is_error, read_shape
from grader.quiz.model import Key, PublicQuestion, QuestionType, Rules, TypedBody, TypedKey, Wrong, WrongValue
from grader.quiz.sameness import collision
from grader.records import Text


def mark(given: str, right: str, *known: str) -> Mark:
    def read(text: str) -> Reading[Output]:
        reading = read_output(text)
        assert isinstance(reading, Reading), text
        return reading

    return mark_output(read(given), (read(right).value,), tuple(read(one).value for one in known))


RAISES = ["error", "Error", "ERROR", "an error", "raises", "it raises", "It raises a RuntimeError.", "RuntimeError",
          "IndexError", "torch.linalg.LinAlgError", "runtime error", "invalid", "fails", "the code crashes",
          "RuntimeError: size mismatch", "Traceback (most recent call last):\n  File\nValueError: no",
          "报错", "会报错", "程序会报错", "抛出异常"]  # fmt: skip


@pytest.mark.parametrize("given", RAISES)
@pytest.mark.parametrize("right", ["error", "报错"])
def test_that_it_raises_can_be_said_in_many_ways_where_the_key_says_so(given: str, right: str) -> None:
    assert mark(given, right).verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("given", "printed"),
    [("the code crashes", "invalid"), ("error", "invalid"), ("error", "ValueError"), ("IndexError", "ValueError"),
     ("it raises a ValueError", "ValueError"), ("fails", "Error"), ("note: it", "error"),
     ("ValueError: b", "ValueError: a"), ("error", "Error"), ("报错", "fails")],
)  # fmt: skip
def test_a_word_that_the_key_does_not_call_an_error_is_text(given: str, printed: str) -> None:
    assert mark(given, printed).verdict is Verdict.WRONG
    assert mark(printed, printed).verdict is Verdict.RIGHT


def test_names_of_exceptions_that_are_printed_are_told_apart() -> None:
    right, known = "ValueError", ("TypeError", "error")
    assert mark("ValueError", right, *known).verdict is Verdict.RIGHT
    assert mark("TypeError", right, *known).known == (0,)
    assert mark("it raises an error", right, *known).known == (1,)
    assert mark("IndexError", right, *known).known == ()  # where a name is printed, another name is one
    assert mark("IndexError", "3", *known).known == (1,)


@pytest.mark.parametrize(
    "text", ["noerror", "NoError", "noexception", "isnoterror", "no error", "not an error", "没有报错", "不会报错",
             "terror", "mirror error", "no exception is raised", "MyError"]
)  # fmt: skip
def test_what_denies_an_error_or_only_ends_like_one_is_none(text: str) -> None:
    assert not is_error(text)
    assert isinstance(read_shape(text), Unreadable)
    assert mark(text, "error").verdict is Verdict.WRONG


def test_what_is_shown_says_that_a_word_may_be_printed_or_an_error() -> None:
    def shown(text: str) -> str:
        reading = read_output(text)
        assert isinstance(reading, Reading)
        return reading.shown.en

    assert shown("error") == shown("it raises an error") == "it raises an error"
    assert shown("ValueError") == "ValueError — printed, or that it raises an error"
    assert shown("invalid") == "invalid — printed, or that it raises an error"
    assert shown("noerror") == "noerror"


def test_a_wrong_answer_that_says_in_other_words_that_it_raises_collides_with_the_key() -> None:
    assert collided("error", "RuntimeError") and collided("error", "it raises")
    assert not collided("ValueError", "TypeError") and not collided("ValueError", "error")


def collided(right: str, wrong: str) -> bool:
    key = TypedKey(answer=right, wrong=(WrongValue(value=wrong, wrong=Wrong(because="tag")),))
    return collision(question(), key) is not None


def question(code: str = "") -> PublicQuestion:
    return PublicQuestion(
        id="q", type=QuestionType.CODE_OUTPUT, text=Text(en="", zh=""), code=code, body=TypedBody(), points=1,
        attempts=1, penalty=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "answer", "is_told"),
    [("torch.ones(2) @ torch.ones(3)", "RuntimeError", True), ("torch.ones(2) @ torch.ones(3)", "error", False),
     ("try:\n    f()\nexcept ValueError as e:\n    print(type(e).__name__)", "ValueError", False),
     ("print('invalid')", "invalid", False), ("f()", "invalid", True), ("f()", "3", False)],
)  # fmt: skip
def test_an_author_who_may_mean_that_it_raises_is_told_how_to_say_so(code: str, answer: str, is_told: bool) -> None:
    key = Key(id="q", type=QuestionType.CODE_OUTPUT, answer=TypedKey(answer=answer), rules=Rules(), version="", seed="")
    with Algebra() as algebra:
        found = check(question(code), key, Marker(algebra))
    assert [(one.rule, one.is_error) for one in found] == ([("printed", False)] if is_told else [])
