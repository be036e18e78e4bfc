"""Formulas are compared in a child: by numbers, by algebra, under a clock, and what was typed is never run."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import AuthorError
from grader.quiz.marking.algebra import Algebra, Comparison
from grader.quiz.marking.formula import Applied, Constant, Formula, Symbol
from grader.quiz.marking.formula_reading import read_formula
from grader.quiz.marking.formula_words import Names
from grader.quiz.marking.mark import RIGHT, UNDECIDED, Mark, Reading, Verdict
from grader.quiz.model import Variable

NAMES = Names(["C", "x", "w", "eta", "N", "B"])
VARIABLES = tuple(Variable(name=name, low=0.5, high=2.0) for name in NAMES.shown)
STEP = "w - eta/B*x*(w*x - N)"


@pytest.fixture(scope="module")
def algebra() -> Iterator[Algebra]:
    with Algebra() as started:
        yield started


def formula(text: str) -> Formula:
    reading = read_formula(text, NAMES)
    assert isinstance(reading, Reading), text
    return reading.value


def mark(algebra: Algebra, typed: str, *right: str, known: tuple[str, ...] = ()) -> Mark:
    asked = Comparison(right=tuple(map(formula, right)), known=tuple(map(formula, known)), variables=VARIABLES)
    return algebra.mark(formula(typed), asked)


@pytest.mark.parametrize(
    ("typed", "right"),
    [("log(C)", "ln C"), ("-ln(1/C)", "ln C"), ("ln(2C) - ln 2", "ln C"), ("x^2+2x*w+w^2", "(x+w)^2"),
     ("sin(x)^2+cos(x)^2", "1"),
     ("sigmoid(x)*(1-sigmoid(x))", "exp(-x)/(1+exp(-x))^2"), ("(exp(x)-exp(-x))/(exp(x)+exp(-x))", "tanh(x)"),
     ("|x|", "x"),
     ("w + eta x (N - w x)/B", STEP), ("4^(1/2)", "2"), ("2^x", "exp(x ln(2))"), ("log10(x)", "ln(x)/ln(10)"),
     ("max(x, 0)", "relu(x)"),
     ("N*ceil(x)", "ceil(x)*N"), ("0.5x", "x/2"), ("(x+w+C)^40*(x+w+C)", "(x+w+C)^41")],
)  # fmt: skip
def test_what_is_the_same_is_right_however_it_is_written(algebra: Algebra, typed: str, right: str) -> None:
    assert mark(algebra, typed, right) == RIGHT


@pytest.mark.parametrize(
    ("typed", "right"),
    [("1/C", "ln C"), ("0.9999999999*ln(C)", "ln C"), ("x*(1 + 1e-25)", "x"), ("sin(x) + w*1e-9", "sin(x)"),
     ("ln(C) + 0.000001", "ln C"), ("x + 1e-35", "x"), ("1.41421356", "sqrt(2)"),
     ("3.14159265358979", "pi"), ("0.333x", "x/3"),
     ("ln(-C)", "ln C"), ("1/(x-x)", "x"), ("exp(exp(exp(exp(999x))))", "x"), ("(x+w+C+N+B+eta)^999", "x"),
     ("ceil(x)", "x"), ("C", "x")],
)  # fmt: skip
def test_what_is_merely_near_or_has_no_value_is_wrong(algebra: Algebra, typed: str, right: str) -> None:
    assert mark(algebra, typed, right).verdict is Verdict.WRONG


def test_known_wrong_formulas_are_recognised_in_any_form(algebra: Algebra) -> None:
    known = ("w + eta/B*x*(w*x - N)", "w - eta*x*(w*x - N)", "w - eta/B*(w*x - N)")
    assert mark(algebra, STEP, STEP, known=known) == RIGHT
    for i, typed in enumerate(["w - eta/B*x*(N - w x)", "w - eta x(w x - N)", "w - (eta w x - eta N)/B"]):
        found = mark(algebra, typed, STEP, known=known)
        assert (found.verdict, found.share, found.known) == (Verdict.WRONG, 0, (i,))
    assert mark(algebra, "w", STEP, known=known).known == ()


def test_any_of_several_right_answers_will_do(algebra: Algebra) -> None:
    assert mark(algebra, "2x", "x", "x+x") == RIGHT


def test_a_formula_of_numbers_alone_is_compared_as_well(algebra: Algebra) -> None:
    asked = Comparison(right=(formula("ln(2)/2"),), known=(formula("ln(2)"),))
    assert algebra.mark(formula("ln(sqrt(2))"), asked) == RIGHT
    assert algebra.mark(formula("log(2)"), asked).known == (0,)
    assert algebra.mark(formula("0.34657359"), asked).verdict is Verdict.WRONG


def test_an_answer_without_a_value_is_the_authors_fault(algebra: Algebra) -> None:
    with pytest.raises(AuthorError, match="interval"):
        mark(algebra, "x", "ln(-C)")
    assert mark(algebra, "x", "x") == RIGHT  # and the child goes on


LEAVES = st.sampled_from([Symbol("x"), Symbol("w"), Constant(Fraction(3)), Constant(Fraction(1, 2))])
POSITIVE = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda op, a, b: Applied(op, (a, b)), st.sampled_from(["+", "*", "/"]), inner, inner),
        st.builds(lambda a: Applied("sqrt", (a,)), inner),
    ),
    max_leaves=6,
)


def _sum(a: Formula, b: Formula) -> Formula:
    return Applied("+", (a, b))


def _product(a: Formula, b: Formula) -> Formula:
    return Applied("*", (a, b))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(POSITIVE, POSITIVE, POSITIVE)
def test_laws_of_arithmetic_hold_and_a_small_change_breaks_them(
    algebra: Algebra, a: Formula, b: Formula, c: Formula
) -> None:
    left, right = _product(a, _sum(b, c)), _sum(_product(c, a), _product(a, b))
    asked = Comparison(right=(left,), known=(_sum(left, a),), variables=VARIABLES)
    assert algebra.mark(right, asked) == RIGHT
    assert algebra.mark(_sum(right, a), asked).known == (0,)
    assert algebra.mark(_sum(right, Constant(Fraction(1, 10**9))), asked).verdict is Verdict.WRONG


# ------------------------------------------------------------------------------------------- the child and its clock


def child_of(algebra: Algebra) -> int:
    child = algebra._child
    assert child is not None
    return child.process.pid


def test_one_child_serves_many_answers(algebra: Algebra) -> None:
    mark(algebra, "x", "x")
    first = child_of(algebra)
    assert all(mark(algebra, "x+x", "2x") == RIGHT for _ in range(20))
    assert child_of(algebra) == first


def test_a_child_that_stops_or_dies_leaves_the_answer_undecided_and_is_replaced() -> None:
    with Algebra(limit_s=0.3) as short:
        assert mark(short, "x", "x") == RIGHT
        stopped = child_of(short)
        os.kill(stopped, signal.SIGSTOP)
        undecided = mark(short, "x", "x")
        assert undecided == UNDECIDED and undecided.share is None
        with pytest.raises(ProcessLookupError):
            os.kill(stopped, 0)
        # Numbers decide where algebra takes too long: it would multiply this out into millions of terms.
        power = "(x+w+C+N+B+eta+ln(x)+ln(w)+sqrt(C)+exp(N))"
        assert mark(short, f"{power}^60*{power}*(x+1)", f"{power}^61*x + {power}^61") == RIGHT
        assert short._child is None  # it was killed all the same
        assert mark(short, "w", "x").verdict is Verdict.WRONG
        killed = child_of(short)
        os.kill(killed, signal.SIGKILL)
        assert mark(short, "w", "x").verdict in (Verdict.WRONG, Verdict.UNDECIDED)
        assert mark(short, "w", "x").verdict is Verdict.WRONG
        replaced = child_of(short)
        assert replaced != killed
        short._answers = 2_000  # sympy's caches grow: after so many answers a child is replaced, too
        assert mark(short, "w", "x").verdict is Verdict.WRONG
        assert child_of(short) != replaced


def test_threads_take_turns(algebra: Algebra) -> None:
    found: list[Mark] = []
    threads = [threading.Thread(target=lambda: found.append(mark(algebra, "x+x", "2x"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [RIGHT] * 8
