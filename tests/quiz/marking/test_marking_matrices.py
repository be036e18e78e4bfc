"""Tables of numbers: typed as one text or cell by cell, compared cell by cell."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.marking.mark import Reading, Unreadable, Verdict
from grader.quiz.marking.matrices import MAX_CHARACTERS, Matrix, fitted, mark_matrix, read_cells, read_matrix
from grader.quiz.marking.precision import Accuracy


def rows(text: str) -> tuple[tuple[object, ...], ...]:
    reading = read_matrix(text)
    assert isinstance(reading, Reading), f"{text!r}: {reading.reason.en}"
    return reading.value.rows


@pytest.mark.parametrize(
    "text",
    ["[[1, 2], [3, 4]]", "[[1,2],[3,4]]", "1 2; 3 4", "1, 2; 3, 4", "1 2\n3 4", "[1, 2]\n[3, 4]", "(1,2),(3,4)",
     "((1, 2), (3, 4))", "[1 2; 3 4]",
     "[[1 2]\n [3 4]]", "tensor([[1., 2.],\n        [3., 4.]])", "tensor([[1., 2.], [3., 4.]], dtype=torch.float64)",
     "np.array([[1, 2], [3, 4]])",
     "１，２；３，４", "【【1，2】，【3，4】】", "[[1, 4/2], [6/2, 2^2]]", "y = tensor([[1., 2.], [3., 4.]])",
     "1 & 2; 3 & 4", "[[1, 2], [3, 4],]"],
)  # fmt: skip
def test_one_table_in_many_ways_of_writing_it(text: str) -> None:
    assert rows(text) == ((1, 2), (3, 4))


def test_a_list_is_one_row() -> None:
    assert rows("[1, -2]") == rows("1 -2") == rows("[[1, -2]]") == ((1, -2),)
    assert rows("5") == ((5,),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[[]]",
        "[[1, 2], [3]]",
        "[[[1]]]",
        "[[1,, 2]]",
        "[[1, x]]",
        "[[1, 2], [3, 4]",
        "1,5 2,5",
        "[" * 3000,
        "a b",
        "[1, 2)(3",
    ],
)
def test_what_is_no_table_is_asked_back(text: str) -> None:
    assert isinstance(read_matrix(text), Unreadable)


def test_cells_are_read_as_numbers_of_their_own() -> None:
    reading = read_cells([["1,5", "1e-3"], ["1/3", "−2"]])
    assert isinstance(reading, Reading)
    assert reading.value.rows == ((Fraction(3, 2), Fraction(1, 1000)), (Fraction(1, 3), -2))
    assert isinstance(read_cells([["1,234"]]), Unreadable)
    assert isinstance(read_cells([["1"] * 30] * 30), Unreadable)


def test_a_row_may_stand_for_a_column_where_a_column_is_asked_for() -> None:
    row = read_matrix("[1, 2, 3]")
    assert isinstance(row, Reading)
    column = fitted(row, 3, 1)
    assert isinstance(column, Reading) and column.value.rows == ((1,), (2,), (3,))
    other = fitted(row, 2, 2)
    assert isinstance(other, Unreadable) and "2 × 2" in other.way_out.en


def test_partial_credit_counts_right_cells_and_a_known_wrong_table_gets_none() -> None:
    right = Matrix(((Fraction(1), Fraction(2)), (Fraction(3), Fraction(4))))
    turned = Matrix(((Fraction(1), Fraction(3)), (Fraction(2), Fraction(4))))

    def mark(text: str, *, partial: bool) -> tuple[Verdict, Fraction | None, tuple[int, ...]]:
        reading = read_matrix(text)
        assert isinstance(reading, Reading)
        found = mark_matrix(reading, (right,), (turned,), Accuracy(sig_figs=2), partial=partial)
        return found.verdict, found.share, found.known

    assert mark("[[1, 2], [3, 4.01]]", partial=False) == (Verdict.RIGHT, 1, ())
    assert mark("[[1, 2], [3, 5]]", partial=False) == (Verdict.WRONG, 0, ())
    assert mark("[[1, 2], [3, 5]]", partial=True) == (Verdict.PARTLY, Fraction(3, 4), ())
    assert mark("[[1, 3], [2, 4]]", partial=True) == (Verdict.WRONG, 0, (0,))
    assert mark("[1, 2]", partial=True) == (Verdict.WRONG, 0, ())


TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(-99, 99), min_size=width, max_size=width), min_size=1, max_size=4)
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TABLES)
def test_every_table_reads_back(table: list[list[int]]) -> None:
    expected = tuple(tuple(map(Fraction, row)) for row in table)
    assert rows(str(table)) == expected
    assert rows("; ".join(" ".join(map(str, row)) for row in table)) == expected


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=60) | st.text(alphabet="0123456789()[],;. \ntensora-/^", max_size=60))
def test_no_text_makes_reading_a_table_fail(text: str) -> None:
    assert isinstance(read_matrix(text), Reading | Unreadable)


def test_a_megabyte_is_no_table() -> None:
    reading = read_matrix("[[1]," * (1 << 18))
    assert isinstance(reading, Unreadable) and str(MAX_CHARACTERS) in reading.way_out.en
