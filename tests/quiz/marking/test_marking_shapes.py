"""Reading shapes: as a list, a tuple, with crosses, as torch prints them, or that there is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.marking.mark import Reading, Unreadable, Verdict
from grader.quiz.marking.shapes import MAX_CHARACTERS, Raises, Shape, mark_shape, read_shape


def shape(text: str) -> Shape:
    reading = read_shape(text)
    assert isinstance(reading, Reading), f"{text!r}: {reading.reason.en}"
    return reading.value


@pytest.mark.parametrize(
    "text",
    ["[1,24]", "(1, 24)", "1x24", "1 x 24", "1X24", "1×24", "1 24", "1, 24", "1，24", "1、24", "（１，２４）",
     "【1，24】", "torch.Size([1, 24])",
     "Size([1, 24])", "x.shape = (1, 24)", "shape: [1, 24]", "  ( 1 ,24 , ) ", "(1, 24).", "{1, 24}", "[1 24]",
     "torch . size ( [1,24] )",
     "y.shape == torch.Size([1, 24])", "01x24", "[[1, 24]]"],
)  # fmt: skip
def test_one_shape_in_many_ways_of_writing_it(text: str) -> None:
    assert shape(text) == (1, 24)


@pytest.mark.parametrize("text", ["()", "[]", "torch.Size([])", "scalar", "Scalar", "标量", "( )", "0-d"])
def test_a_scalar_has_the_empty_shape(text: str) -> None:
    assert shape(text) == ()


@pytest.mark.parametrize(
    "text",
    ["error", "Error", "an error", "raises", "it raises an error", "It raises a RuntimeError.", "RuntimeError",
     "ValueError", "exception",
     "fails", "报错", "会报错", "错误", "出错", "异常", "抛出异常", "'error'", "the code raises an exception",
     "an error is raised", "error!"],
)  # fmt: skip
def test_that_there_is_no_shape_can_be_said_in_both_languages(text: str) -> None:
    assert shape(text) is Raises.ERROR


@pytest.mark.parametrize("text", ["5", "(5,)", "[5]", "(5)", "torch.Size([5])"])
def test_one_size_is_one_axis(text: str) -> None:
    assert shape(text) == (5,)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "Nothing"), ("(n, 3)", '"n"'), ("(-1, 3)", "-1"), ("1.5", "shape"), ("2*3", "one size or two"),
     ("(2, 3*4)", "one size or two"),
     ("1,2x3", "one size or two"), ("(1, 24", "shape"), ("1;24", "shape"), ("1,,2", "shape"), ("9" * 30, "large"),
     ("1," * 80, "64"),
     ("no error", "no"), ("error 3", "error"), ("__import__('os')", "shape"), ("1e3", "shape"), ("[" * 300, "shape"),
     ("none", '"none"')],
)  # fmt: skip
def test_what_is_no_shape_is_asked_back(text: str, why: str) -> None:
    reading = read_shape(text)
    assert isinstance(reading, Unreadable) and why in reading.reason.en
    assert reading.way_out.en and re.search("[一-鿿]", reading.reason.zh + reading.way_out.zh)


def test_the_shape_must_be_the_right_one_and_a_known_wrong_one_is_recognised() -> None:
    right, known = ((1, 24),), ((24,), (1, 4), Raises.ERROR)

    def mark(text: str) -> tuple[Verdict, tuple[int, ...]]:
        reading = read_shape(text)
        assert isinstance(reading, Reading)
        found = mark_shape(reading, right, known)
        return found.verdict, found.known

    assert mark("1x24") == (Verdict.RIGHT, ())
    assert mark("24") == (Verdict.WRONG, (0,))
    assert mark("1x4") == (Verdict.WRONG, (1,))
    assert mark("报错") == (Verdict.WRONG, (2,))
    assert mark("24x1") == (Verdict.WRONG, ())


SHAPES = st.lists(st.integers(0, 10**9), max_size=6)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SHAPES, st.sampled_from(["list", "tuple", "size", "x", "blank"]))
def test_every_shape_reads_back(sizes: list[int], way: str) -> None:
    text = {
        "list": str(sizes),
        "tuple": str(tuple(sizes)),
        "size": f"torch.Size({sizes})",
        "x": "x".join(map(str, sizes)) or "()",
        "blank": " ".join(map(str, sizes)) or "[]",
    }[way]
    assert shape(text) == tuple(sizes)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=60) | st.text(alphabet="0123456789()[]{},xX×* .-errorsize", max_size=40))
def test_no_text_makes_reading_a_shape_fail(text: str) -> None:
    reading = read_shape(text)
    assert isinstance(reading, Reading | Unreadable)
    assert (reading.shown if isinstance(reading, Reading) else reading.reason).en.isprintable()


@pytest.mark.parametrize("character", ["9", "(", "[", "x", "1,", "error "])
def test_a_megabyte_is_no_shape(character: str) -> None:
    reading = read_shape(character * (1 << 20))
    assert isinstance(reading, Unreadable) and str(MAX_CHARACTERS) in reading.way_out.en
