"""The course says which names are functions, classes and values; a student's object decides nothing of that."""

from __future__ import annotations

import pytest
from exams import result, said

from grader.records import Outcome

STUB = "def square(x):\n    raise NotImplementedError\n\n\nclass Net:\n    pass\n\n\nrate = None\n"
VISIBLE = '''
import torch

def test_gradient(student):
    """The gradient flows."""
    x = torch.tensor([1.0, 3.0])
    assert torch.equal(student.square.grad((x,), torch.ones(2))[0], 2 * x)

def test_rate(student):
    """The rate is one half."""
    assert student.rate(4.0) == 2.0
'''
CUT = """
import torch

class Cut:
    def __call__(self, x):
        return x.detach() ** 2

    def grad(self, inputs, upstream=None):
        return (2 * inputs[0],)

square = Cut()
"""
RATE = "def rate(x):\n    return x / 2\n"


@pytest.mark.parametrize(("stub", "outcome"), [(STUB, Outcome.FAILED), ("rate = None\n", Outcome.PASSED)])
def test_without_a_reference_the_stub_says_what_a_function_is(exams, stub: str, outcome: Outcome) -> None:
    """Where not even the stub names it, there is only the student's word."""
    exercise = exams.exercise("", reference="", stub=stub, visible=VISIBLE, hidden=False)
    report = exams.examine(exercise, CUT + RATE)
    gradient = result(report, "test_gradient")
    assert gradient.outcome is outcome, said(gradient.explanation)
    assert result(report, "test_rate").outcome is Outcome.PASSED


def test_with_a_reference_no_stub_turns_a_value_into_a_function(exams) -> None:
    """In a clone the stub is the student's own file."""
    tests = 'def test_flag(student):\n    """The flag is up."""\n    assert student.flag\n'
    report = exams.run("def flag(): ...", tests, reference="flag = True", stub="def flag(): ...")
    (test,) = report.tests
    assert test.explanation is not None
    assert (test.outcome, test.explanation.cause_id) == (Outcome.FAILED, "handle")


def test_a_function_of_the_references_that_a_decorator_wraps_is_a_function(exams) -> None:
    wrapped = (
        "class Counted:\n    def __init__(self, f):\n        self.f = f\n    def __call__(self, x):\n"
        "        return self.f(x)\n\n@Counted\ndef square(x):\n    return x * x\n"
    )
    tests = """
        def test_gradient(student):
            assert student.square.grad(torch.ones(1))[0].item() == 2
    """
    assert result(exams.run(wrapped, tests), "test_gradient").outcome is Outcome.PASSED
    assert result(exams.run(CUT, tests, reference=wrapped), "test_gradient").outcome is Outcome.FAILED


# -- whether a result is in the graph


LIARS = """
import torch


class Liar:
    requires_grad = in_graph = True


class Subclass(torch.Tensor):
    requires_grad = True
    grad_fn = "mine"

    def __mul__(self, other):
        return (leaf * 2 * leaf.detach() * other).sum()


def liar(x):
    return Liar()


def subclass(x):
    global leaf
    leaf = x
    return (x.detach() ** 2).as_subclass(Subclass)


def honest_subclass(x):
    return (x**2).as_subclass(torch.nn.Buffer)
"""
ASKED = """
    def test_liar(student):
        assert in_graph(student.liar(torch.ones(1, requires_grad=True)))

    def test_subclass(student):
        assert student.subclass.grad(torch.ones(1))[0].item() == 2

    def test_honest_subclass(student):
        assert student.honest_subclass.grad(torch.ones(1))[0].item() == 2
"""


@pytest.mark.parametrize(
    ("name", "cause"), [("test_liar", "handle"), ("test_subclass", "not_in_graph"), ("test_honest_subclass", "")]
)
def test_an_objects_word_counts_for_nothing_where_the_graph_is_asked_for(exams, name: str, cause: str) -> None:
    reference = "liar = subclass = honest_subclass = lambda x: x**2"
    test = result(exams.run(LIARS, ASKED, reference=reference), name)
    found = test.explanation.cause_id if test.explanation else ""
    assert found == cause, said(test.explanation)


def test_a_remote_tensor_tells_whether_it_is_in_the_graph(exams) -> None:
    tests = """
        def test_it(remote):
            model = remote.torch.nn.Linear(2, 1)
            assert in_graph(model(torch.ones(3, 2)))
            assert not in_graph(remote.torch.ones(3))
    """
    assert result(exams.run("", tests), "test_it").outcome is Outcome.PASSED


def test_whatever_can_be_called_is_timed(exams) -> None:
    tests = """
        def test_it(student, bench):
            assert bench.ratio(student.square, lambda: (torch.ones(2),), repeats=2) > 0
    """
    report = exams.run(CUT, tests, reference="def square(x):\n    return x * x\n")
    assert result(report, "test_it").outcome is Outcome.PASSED


STARS = "".join(
    f"from {library} import *\n" for library in ("torch", "numpy", "torch.nn.functional", "torch.nn", "math")
)
SOFTMAX = "def softmax(x):\n    return x.exp() / x.exp().sum()\n"
CALLED = """
    def test_it(student):
        close(student.softmax(torch.ones(2)), torch.full((2,), 0.5))
"""


def test_a_thousand_imported_names_hide_none_of_the_students(exams) -> None:
    report = exams.run(STARS + SOFTMAX, CALLED, reference=SOFTMAX)
    assert result(report, "test_it").outcome is Outcome.PASSED, said(result(report, "test_it").explanation)


def test_a_misspelt_name_is_found_behind_a_thousand_imported_ones(exams) -> None:
    report = exams.run(STARS + "def my_sofmax(x): ...\n", CALLED.replace("softmax", "my_softmax"),
                       reference=SOFTMAX.replace("softmax", "my_softmax"))  # fmt: skip
    assert "You have `my_sofmax`" in said(result(report, "test_it").explanation)
