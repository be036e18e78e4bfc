"""What is shown of typed answers: what was read, and right answers without the noise of floats."""

from __future__ import annotations

import pytest

from grader.quiz.model import Precision, PublicQuestion, QuestionType, TypedBody
from grader.quiz.rendering.answers import as_read, right_answer
from grader.quiz.rendering.letters import letters_of
from grader.quiz.rendering.terminal import what_to_type
from grader.records import Text

FIGURES, SHARE, STEP = Precision(sig_figs=3), Precision(relative="1e-2"), Precision(absolute="1e-4")


def question(
    kind: QuestionType, precision: Precision | None = None, *, rows: int = 0, columns: int = 0
) -> PublicQuestion:
    return PublicQuestion(
        id="q",
        type=kind,
        text=Text(en="?", zh="？"),
        body=TypedBody(precision=precision, rows=rows, columns=columns),
        points=1,
        attempts=1,
        penalty=0,
    )


@pytest.mark.parametrize(
    ("precision", "answer", "shown"),
    [
        (FIGURES, "0.15999999999999992", "0.16"),
        (FIGURES, "0.30000000000000004", "0.3"),
        (FIGURES, "0.6666666666666666", "≈ 0.667"),
        (FIGURES, "1234567", "1234567"),
        (SHARE, "0.6666666666666666", "≈ 0.666667"),
        (STEP, "1.3877787807814457e-17", "0"),
        (FIGURES, "1/3", "≈ 0.333"),
        (FIGURES, "inf", "infinity"),
        (None, "1/3", "1/3 ≈ 0.333333"),
        (None, "2^10", "2^10 = 1024"),
        (None, "0.25", "0.25"),
    ],
)
def test_a_right_number_is_rounded_where_a_rounded_one_is_taken(
    precision: Precision | None, answer: str, shown: str
) -> None:
    assert right_answer(question(QuestionType.NUMBER, precision), answer).en == shown


def test_every_cell_of_a_right_table_is_rounded() -> None:
    asked = question(QuestionType.MATRIX, STEP, rows=1, columns=2)
    assert right_answer(asked, "[[0.30000000000000004, 2]]").en == "[[0.3, 2]]"


def test_a_shape_stands_in_one_notation_whoever_wrote_it() -> None:
    asked = question(QuestionType.SHAPE)
    assert right_answer(asked, "[2, 12]").en == "(2, 12)"
    assert letters_of(asked, "torch.Size([2, 12])") == "(2, 12)"
    assert letters_of(asked, "2 by twelve") == "2 by twelve"
    assert right_answer(asked, "error").zh == "会报错"


def test_how_an_answer_was_read_is_nothing_where_it_could_not_be() -> None:
    assert as_read(question(QuestionType.NUMBER), "1,234") is None
    shown = as_read(question(QuestionType.NUMBER), "4,5")
    assert shown is not None and shown.en == "4.5"


@pytest.mark.parametrize(
    ("rows", "columns", "example"),
    [(2, 2, "1 2; 3 4"), (1, 3, "1 2 3"), (3, 1, "1; 2; 3"), (2, 3, "1 2 3; 4 5 6"), (8, 9, "1 2 3 …; …")],
)
def test_the_example_of_a_table_is_of_its_size(rows: int, columns: int, example: str) -> None:
    told = what_to_type(question(QuestionType.MATRIX, rows=rows, columns=columns))
    assert f"{rows} × {columns}" in told.en
    assert told.en.endswith(f"such as {example}.")
    assert f"例如 {example}。" in told.zh
