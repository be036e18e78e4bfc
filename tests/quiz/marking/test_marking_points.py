"""Where formulas are compared: also at ends, at whole numbers, at multiples, and where their own constants lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from grader.quiz.marking.algebra import Algebra, Comparison
from grader.quiz.marking.formula import Formula
from grader.quiz.marking.formula_reading import read_formula
from grader.quiz.marking.formula_words import Names
from grader.quiz.marking.mark import RIGHT, Mark, Reading, Verdict
from grader.quiz.model import Variable

Intervals = Mapping[str, tuple[float, float]]
BATCHES = {"E": (1, 20), "N": (1000, 60000), "B": (8, 512)}
SIGNED = {"w": (-3, 3), "x": (-3, 3), "y": (-3, 3)}
STEPS = {"w0": (0.5, 3), "eta": (0.05, 0.4), "lam": (0.05, 0.9), "t": (1, 5)}
CONVOLVED = {"H": (8, 64), "K": (1, 7), "P": (0, 3), "S": (1, 4)}
SLOPE = "x*(w*x - y)"


@pytest.fixture(scope="module")
def algebra() -> Iterator[Algebra]:
    with Algebra() as started:
        yield started


def real(intervals: Intervals) -> tuple[Variable, ...]:
    return tuple(Variable(name=name, low=low, high=high) for name, (low, high) in intervals.items())


def whole(intervals: Intervals) -> tuple[Variable, ...]:
    return tuple(Variable(name=name, low=low, high=high, whole=True) for name, (low, high) in intervals.items())


def mark(algebra: Algebra, typed: str, right: str, variables: Sequence[Variable], *known: str) -> Mark:
    names = Names([one.name for one in variables])

    def formula(text: str) -> Formula:
        reading = read_formula(text, names)
        assert isinstance(reading, Reading), text
        return reading.value

    asked = Comparison(right=(formula(right),), known=tuple(map(formula, known)), variables=tuple(variables))
    return algebra.mark(formula(typed), asked)


@pytest.mark.parametrize(
    ("typed", "right", "intervals"),
    [
        ("E*(floor(N/B)+1)", "E*ceil(N/B)", BATCHES),  # not where B divides N
        ("E*(ceil(N/B)-1)", "E*floor(N/B)", BATCHES),
        ("ceil((H+2*P-K)/S)", "floor((H+2*P-K)/S)+1", CONVOLVED),
        ("w0*(1-eta*lam)^t + floor(t/5)", "w0*(1 - eta*lam)^t", STEPS),  # at the end
        ("w0*0.1^(ceil(t/10)-1)", "w0*0.1^floor(t/10)", {"w0": (1, 2), "t": (1, 95)}),  # at multiples of 10
        (f"{SLOPE} + relu(x - 2.9999)", SLOPE, SIGNED),
        (f"{SLOPE} + max(0, -2.99999 - w)", SLOPE, SIGNED),
        (f"{SLOPE} + relu(0.001 - |x - 0.25|)", SLOPE, SIGNED),  # a bump beside a constant of its own
        (f"{SLOPE} + sin(9973*pi*(x+3)/6)", SLOPE, SIGNED),
        (f"{SLOPE} + sin(2^200*pi*x)", SLOPE, SIGNED),
        (f"{SLOPE} + sin(pi*x)*sin(pi*w)*sin(pi*y)", SLOPE, SIGNED),
        (f"{SLOPE} + 1e-41*x", SLOPE, SIGNED),
        (f"{SLOPE} + 1e-120*x", SLOPE, SIGNED),  # nothing but algebra sees that
        (f"{SLOPE}*(1 + 1e-31*x)", SLOPE, SIGNED),
        (f"{SLOPE} + 1e-41*exp(x)", SLOPE, SIGNED),
        ("1e-45*x", "0", {"x": (-1, 1)}),
    ],
)
def test_what_differs_only_here_and_there_is_wrong(
    algebra: Algebra, typed: str, right: str, intervals: Intervals
) -> None:
    assert mark(algebra, typed, right, real(intervals)).verdict is Verdict.WRONG
    assert mark(algebra, right, right, real(intervals)) == RIGHT


def test_a_known_wrong_formula_that_is_right_nearly_everywhere_gets_its_feedback(algebra: Algebra) -> None:
    known = ("E*floor(N/B)", "E*(floor(N/B)+1)")
    assert mark(algebra, "E*ceil(N/B)", "E*ceil(N/B)", real(BATCHES), *known) == RIGHT
    assert mark(algebra, "E + E*floor(N/B)", "E*ceil(N/B)", real(BATCHES), *known).known == (1,)
    assert mark(algebra, "E*floor(N/B)", "E*ceil(N/B)", real(BATCHES), *known).known == (0,)


@pytest.mark.parametrize(
    ("typed", "right", "intervals"),
    [
        ("-E*floor(-N/B)", "E*ceil(N/B)", BATCHES),
        ("E*ceil(2*N/(2*B))", "E*ceil(N/B)", BATCHES),
        ("ceil(N*(1/B))", "ceil(N/B)", {"N": (1, 10), "B": (0.1, 0.5)}),  # ends that have no end in binary
        ("ceil(ln(N)/ln(2))", "ceil(log2(N))", {"N": (1, 64)}),
        ("floor(10^(log10(x)))", "floor(x)", {"x": (1, 100)}),
        ("x^2*(w - y/x)", SLOPE, SIGNED),  # no value at 0, where the answer has one
        ("x/|x|", "sign(x)", SIGNED),
        ("(1 + sign(x))/2", "max(0, sign(x))", SIGNED),  # the slope of relu; at 0 it is what one says it is
        ("exp(t*ln(1 - eta*a))", "(1 - eta*a)^t", {"eta": (0.05, 0.3), "a": (0.5, 2), "t": (1, 5)}),
        ("tan(pi*x/2)", "sin(pi*x/2)/cos(pi*x/2)", {"x": (-3, 3)}),  # poles at whole numbers
        ("1/(a - 3*b)", "-1/(3*b - a)", {"a": (0.1, 0.3), "b": (0.1, 0.3)}),  # a pole in a corner
        ("b^-1/(a/b - 3)", "1/(a - 3*b)", {"a": (0.1, 0.3), "b": (0.1, 0.3)}),
        ("x*max(x, 0)", "relu(x)^2", SIGNED),
        ("(|x| + x)/2", "relu(x)", SIGNED),
        ("1/(1+exp(-x))-1", "-1/(1+exp(x))", {"x": (-3, 3)}),
        ("(1+1e-25*x-1)*1e25", "x", {"x": (1, 2)}),
        ("|x - 2.5| + 2.5", "max(x, 5 - x)", SIGNED),
    ],
)
def test_what_is_the_same_is_right_at_every_such_point(
    algebra: Algebra, typed: str, right: str, intervals: Intervals
) -> None:
    assert mark(algebra, typed, right, real(intervals)) == RIGHT


def test_the_same_answer_gets_the_same_mark_in_another_child() -> None:
    found = []
    for _ in range(2):
        with Algebra() as algebra:
            typed = ("E*N/B", "E*(floor(N/B)+1)")
            found.append([mark(algebra, one, "E*ceil(N/B)", real(BATCHES)) for one in typed])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("typed", "right", "intervals"),
    [
        ("floor((N + B - 1)/B)", "ceil(N/B)", BATCHES),
        ("floor((N - 1)/B) + 1", "ceil(N/B)", BATCHES),
        ("E*floor((N + B - 1)/B)", "E*ceil(N/B)", BATCHES),
        ("floor((H + 2*P - K + S)/S)", "floor((H + 2*P - K)/S) + 1", CONVOLVED),
        ("t^2 + floor(t)", "t*(t + 1)", {"t": (1, 5)}),
    ],
)
def test_of_whole_variables_what_is_the_same_at_whole_numbers_is_right(
    algebra: Algebra, typed: str, right: str, intervals: Intervals
) -> None:
    assert mark(algebra, typed, right, whole(intervals)) == RIGHT


@pytest.mark.parametrize(
    ("typed", "right", "intervals"),
    [
        ("floor(N/B) + 1", "ceil(N/B)", BATCHES),
        ("floor(N/B)", "ceil(N/B)", BATCHES),
        ("floor((N + B)/B)", "ceil(N/B)", BATCHES),
        ("N/B", "ceil(N/B)", BATCHES),
        ("t^2 + 1", "t*(t + 1)", {"t": (1, 5)}),
        ("t + 1", "t^2 - 4*t + 5", {"t": (1, 5)}),  # the same at 1 and at 4
        ("t + (t - 1)*(t - 2)*(t - 3)", "t", {"t": (1, 3)}),  # the same wherever it is tried
        ("t + 1e-120*floor(t)", "t", {"t": (1, 5)}),  # only algebra sees that, and if it knows that t is whole
    ],
)
def test_of_whole_variables_what_differs_at_a_whole_number_is_wrong(
    algebra: Algebra, typed: str, right: str, intervals: Intervals
) -> None:
    assert mark(algebra, typed, right, whole(intervals)).verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("typed", "right", "variables"),
    [
        ("floor(0.5*N + 0.5)", "ceil(0.5*N)", whole({"N": (0, 10)})),  # whose constant no whole N is
        ("r*floor(N)", "r*N", (*real({"r": (0.1, 0.5)}), *whole({"N": (1, 100)}))),  # r divides fractions, not N
    ],
)
def test_a_whole_variable_is_whole_at_every_point_whatever_stands_beside_it(
    algebra: Algebra, typed: str, right: str, variables: Sequence[Variable]
) -> None:
    assert mark(algebra, typed, right, variables) == RIGHT
