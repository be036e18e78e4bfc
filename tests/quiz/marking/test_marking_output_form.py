"""Outputs whose values are right and whose form is not: wrong, and told apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from quiz.quiz_folders import drawing_of, quiz_in

from grader.quiz.drawing import draw_all
from grader.quiz.marking import Algebra, Mark, Marker, Verdict, made
from grader.quiz.marking.mark import Reading
from grader.quiz.marking.output import Output, mark_output, read_output
from grader.quiz.marking.output_form import ONLY_FORM
from grader.taking.documents import mark_text, read_mark


def value(text: str) -> Reading[Output]:
    reading = read_output(text)
    assert isinstance(reading, Reading), text
    return reading


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        *[("18.0", given) for given in ("18", "18.", "tensor(18.)", "tensor(18.0000)", "[18.0]", "1.8e1", "18.00")],
        *[("[1.5, -2.0]", given) for given in ("1.5 -2", "tensor([1.5000, -2.0000])", "[1.5 -2.]", "(1.5,-2)")],
        *[("True None", given) for given in ("true none", "(True, None)", "True\nNone")],
        *[("torch.Size([2, 3])", given) for given in ("(2, 3)", "[2,3]", "2 3")],
        *[("nan\n0.0", given) for given in ("nan 0", "[NaN, 0.0]")],
    ],
)
def test_right_values_in_another_form_are_wrong_and_said_to_be_right_values(answer: str, given: str) -> None:
    mark = mark_output(value(given), (value(answer).value,))
    assert (mark.verdict, mark.share, mark.known, mark.is_form) == (Verdict.WRONG, 0, (), True)


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        *[("18.0", given) for given in ("18.1", "-18", "18 18", "81", "x18", "18 a", "eighteen")],
        *[("[1, 2]", given) for given in ("[2, 1]", "[12]", "1-2", "1, -2", "1/2")],
        *[("error", given) for given in ("18", '"error"', "no error")],
        *[("'a'", given) for given in ("a", "'b'")],
        ("tensor([1, 2], dtype=torch.int32)", "tensor([1, 2])"),
    ],
)
def test_other_values_are_just_wrong(answer: str, given: str) -> None:
    mark = mark_output(value(given), (value(answer).value,))
    assert (mark.verdict, mark.is_form) == (Verdict.WRONG, False)


def test_a_known_mistake_is_named_before_the_form() -> None:
    mark = mark_output(value("18"), (value("18.0").value,), (value("18").value,))
    assert (mark.known, mark.is_form) == ((0,), False)


@pytest.mark.parametrize("given", ["[nan, 0.0]", "[NaN, 0.0]", "[NAN,0.0]"])
def test_how_not_a_number_and_infinity_are_spelled_does_not_count(given: str) -> None:
    assert value(given).value == value("[nan, 0.0]").value
    assert value("-Inf").value == value("-inf").value
    assert value("'NaN'").value != value("'nan'").value


def test_what_is_said_of_the_form_is_the_feedback_of_the_answer(tmp_path: Path) -> None:
    question = '- {id: q, type: code-output, text: "?", code: "print(18.0)", answer: "18.0"}'
    with drawing_of(quiz_in(tmp_path, question)) as drawing, Algebra() as algebra:
        (variant,) = draw_all(drawing)
        mark = Marker(algebra).mark(variant.public, variant.key, "18")
    assert isinstance(mark, Mark)
    assert [wrong.say for wrong in made(variant.key, mark)] == [ONLY_FORM]
    assert read_mark(mark_text(mark)) == mark
    assert "form" not in mark_text(replace(mark, is_form=False))
