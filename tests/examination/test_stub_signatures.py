"""Parameter names are read from the stub, without running it."""

from __future__ import annotations

import pytest

from grader.examination.signatures import Signatures
from grader.report import Status

STUB = """
raise SystemExit("reading runs nothing")

def softmax(logits, dim=-1): ...
def annotated(x: "Tensor", *, keepdim: bool = False) -> "Tensor": ...
def many(a, /, b, *rest, c, d=(1, 2), **more): ...
class SGD:
    def __init__(self, params, lr=0.1): ...
    def step(self): ...
    @staticmethod
    def plus(a, b): ...
    @classmethod
    def of(cls, rate): ...
"""


@pytest.fixture(scope="module")
def signatures(exams) -> Signatures:
    return Signatures(exams.exercise("", reference="pass", stub=STUB))


@pytest.mark.parametrize(
    ("function", "names"),
    [
        ("softmax", ("logits", "dim")),
        ("many", ("a", "b")),
        ("SGD.__init__", ("params", "lr")),
        ("SGD.plus", ("a", "b")),
        ("SGD.of", ("rate",)),
    ],
)
def test_positional_arguments_have_their_names(signatures, function, names) -> None:
    assert signatures.parameters(function, len(names)) == names


def test_what_the_stub_does_not_name_is_counted(signatures) -> None:
    assert signatures.parameters("softmax", 3) == ("logits", "dim", "argument 3")
    assert signatures.parameters("unknown", 2) == ("argument 1", "argument 2")
    assert signatures.parameters("many", 3) == ("a", "b", "argument 3")


@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("softmax", "softmax(logits, dim=-1)"),
        ("annotated", "annotated(x, *, keepdim=False)"),
        ("many", "many(a, b, *rest, c, d=(1, 2), **more)"),
        ("SGD.step", "step()"),
        ("unknown", ""),
    ],
)
def test_signatures_are_written_without_annotations(signatures, function, text) -> None:
    assert signatures.text(function) == text


def test_a_slip_in_the_stub_itself_is_told_as_the_students(exams) -> None:
    """In a clone the student writes into the stub, so a syntax error there is no fault of the grader's."""
    exercise = exams.exercise("def test_it(student): student.f()", reference="def f(): pass", stub="def f(:\n")
    report = exams.examine(exercise, "def f(:\n")
    assert report.status is Status.PARTIAL
    assert report.fault == "student"
    assert report.problem is not None
