"""What a program prints: exact, but for what no reader of a screen can see."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.marking.mark import Reading, Unreadable, Verdict
from grader.quiz.marking.output import MAX_CHARACTERS, Output, mark_output, read_output

SAME = [
    ("[1,2]", "[1, 2]"),
    ("[ 1 , 2 ]", "[1, 2]"),
    ("{'a': 1}", '{"a":1}'),
    ("'a'", '"a"'),
    ("“a”", "'a'"),
    ("(1，2)", "(1, 2)"),
    ("a  b", "a b"),
    ("True ", "True"),
    ("\n\n1\r\n2\n\n", "1\n2"),
    ("  1\n    2", "1\n2"),
    ("tensor([1., 2.])", "tensor([1.0000, 2.0000])"),
    ("tensor([[1, 2],\n        [3, 4]])", "tensor([[1,2],[3,4]])"),
    ("tensor(4., grad_fn=<PowBackward0>)", "tensor(4.0000, grad_fn=<PowBackward0>)"),
    ("tensor([1.5e-03])", "tensor([0.0015])"),
    ("array([1., 2.], dtype=float32)", "array([1.0,2.0], dtype=float32)"),
    ("don’t  can’t", "don't can't"),
    ("['don't', 'x']", '["don\'t", "x"]'),
    ("b'a'", 'b"a"'),
    ("tensor([1, 2,\n        3])", "tensor([1, 2, 3])"),
    ("[[1. -2.\n  nan]]", "[[1. -2. nan]]"),
    ("[ True\n False]", "[True False]"),
    ("['a' 'b'\n 'c']", "['a' 'b' 'c']"),
    ("tensor(-0.)", "tensor(-0.0)"),
    ("torch.Size([2, 3])", "torch.Size([2,3])"),
]
DIFFERENT = [
    ("1", "1.0"),
    ("tensor([1])", "tensor([1.])"),
    ("tensor([1.])", "tensor([1.5])"),
    ("True", "true"),
    ("0.1", "0.10"),
    ("[1.]", "[1.0]"),
    ("[1, 2]", "[12]"),
    ("[1 2]", "[12]"),
    ("[1. 2.]", "[1., 2.]"),
    ("a b", "ab"),
    ("a\nb", "a b"),
    ("1\n\n2", "1\n2"),
    ("'a b'", "'ab'"),
    ("'a  b'", "'a b'"),
    ("'１'", "'1'"),
    ("'it is'", "it is"),
    ("[1, -2]", "[1, 2]"),
    ("(1, 2)", "[1, 2]"),
    ("error", "no error"),
    ("tensor(-0.)", "tensor(0.)"),
    ("tensor([1., -0.])", "tensor([1., 0.])"),
    ("(a\nb)", "(a b)"),
    ("[1\n\nb]", "[1 b]"),
    ("b'a  b'", "b'a b'"),
    ("['don't  x']", "['don't x']"),
    ("don't", "dont"),
    ("tensor([1., 2.])", "[1., 2.]"),
]


def compared(text: str) -> Output:
    reading = read_output(text)
    assert isinstance(reading, Reading), text
    return reading.value


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_looks_the_same_is_the_same(one: str, other: str) -> None:
    assert compared(one) == compared(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_looks_different_is_different(one: str, other: str) -> None:
    assert compared(one) != compared(other)


def test_a_known_wrong_output_is_recognised() -> None:
    right, known = (compared("tensor([0., 1.])"),), (compared("tensor([0, 1])"), compared("error"))

    def known_of(text: str) -> tuple[Verdict, tuple[int, ...]]:
        reading = read_output(text)
        assert isinstance(reading, Reading)
        mark = mark_output(reading, right, known)
        return mark.verdict, mark.known

    assert known_of("tensor([0.0, 1.0])") == (Verdict.RIGHT, ())
    assert known_of("tensor([0,1])") == (Verdict.WRONG, (0,))
    assert known_of("会报错") == (Verdict.WRONG, (1,))


def test_nobody_can_type_the_mark_of_an_error() -> None:
    assert all(compared(text) != compared("error") for text in ("\0error", "' error'", "(error)", "error error"))


def test_what_was_typed_is_shown_line_by_line_and_without_terminal_escapes() -> None:
    reading = read_output("a  \n\x1b[31mb")
    assert isinstance(reading, Reading) and reading.shown.en == "a\n\\x1b[31mb"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=60) | st.text(alphabet="01.[](){},'\"\\ \ntensorarrayeE-+:", max_size=60))
def test_no_text_makes_reading_an_output_fail_and_blanks_at_the_ends_never_count(text: str) -> None:
    reading = read_output(text)
    assert isinstance(reading, Reading | Unreadable)
    if isinstance(reading, Reading):
        assert compared(f"\n{text} \n") == reading.value


def test_a_megabyte_is_no_output() -> None:
    reading = read_output("'\\" * (1 << 19))
    assert isinstance(reading, Unreadable) and str(MAX_CHARACTERS) in reading.way_out.en
