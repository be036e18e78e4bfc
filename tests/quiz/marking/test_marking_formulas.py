"""Reading formulas: names, functions and signs from an allow-list, and what is ambiguous is asked back."""

from __future__ import annotations

import math
import operator
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import AuthorError
from grader.quiz.marking.formula import Applied, Constant, Formula, Symbol, written
from grader.quiz.marking.formula_reading import MAX_CHARACTERS, read_formula
from grader.quiz.marking.formula_words import Names
from grader.quiz.marking.mark import Reading, Unreadable

NAMES = Names(["C", "x", "w", "eta", "N", "B", "y_hat", "x_1"])


def shown(text: str) -> str:
    reading = read_formula(text, NAMES)
    assert isinstance(reading, Reading), f"{text!r}: {reading.reason.en}"
    return reading.shown.en


def asked(text: str) -> str:
    reading = read_formula(text, NAMES)
    assert isinstance(reading, Unreadable), f"{text!r} was read as {reading.shown.en}"
    assert re.search("[一-鿿]", reading.reason.zh) and re.search("[一-鿿]", reading.way_out.zh)
    return f"{reading.reason.en} {reading.way_out.en}"


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("ln C", "ln(C)"), ("log(C)", "ln(C)"), ("lnC", "ln(C)"), ("LN(c)", "ln(C)"), ("torch.log(C)", "ln(C)"),
        ("ｌｎ（Ｃ）", "ln(C)"),
        ("log2(C)", "log2(C)"), ("log_2(C)", "log2(C)"), ("lg C", "log10(C)"), ("np.exp(-x)", "exp(-x)"),
        ("e^x", "e^x"),
        ("2x", "2·x"), ("x(x+1)", "x·(x + 1)"), ("(x+1)(x-1)", "(x + 1)·(x - 1)"), ("wx", "w·x"), ("w x", "w·x"),
        ("wlnC", "w·ln(C)"),
        ("x²", "x^2"), ("x⁻¹", "x^(-1)"), ("x**2", "x^2"), ("x^2^3", "x^(2^3)"), ("-x^2", "-x^2"),
        ("(-x)^2", "(-x)^2"), ("2^-1", "2^(-1)"),
        ("√x", "sqrt(x)"), ("√(x+1)", "sqrt(x + 1)"), ("|x-w|", "abs(x - w)"), ("⌈N/B⌉", "ceil(N/B)"),
        ("max(0,x)", "max(0, x)"),
        ("η x", "eta·x"), ("ηx", "eta·x"), ("ŷ-x", "y_hat - x"), ("yhat", "y_hat"), ("x₁", "x_1"), ("x1", "x_1"),
        ("π", "pi"),
        ("x−1", "x - 1"), ("x·w", "x·w"), ("x×w", "x·w"), ("x÷w", "x/w"), ("x-(w-C)", "x - (w - C)"),
        ("x/(w/C)", "x/(w/C)"), ("x/w/C", "x/w/C"),
        ("x/(wC)", "x/(w·C)"), ("y = 2x", "2·x"), ("f(x) = 2x", "2·x"), ("0.5x", "0.5·x"), ("½x", "1/2·x"),
        ("ln(C)/N", "ln(C)/N"), ("ln C + 1", "ln(C) + 1"),
        ("sigmoid(x)", "sigmoid(x)"), ("σ(x)", "sigmoid(x)"), ("2e3x", "2000·x"), ("sin(x)^2", "sin(x)^2"),
        ("x(1-tanh^2(wx))", "x·(1 - tanh(w·x)^2)"), ("tanh²(x)", "tanh(x)^2"), ("sin^2 x", "sin(x)^2"),
        ("cos**3(x)", "cos(x)^3"), ("ln^2(C)", "ln(C)^2"), ("sin^(2)(x)", "sin(x)^2"), ("sin^2(x)^3", "(sin(x)^2)^3"),
        ("-tanh^2 x", "-tanh(x)^2"), ("2tanh^2(x)w", "2·tanh(x)^2·w"), ("σ^2(x)", "sigmoid(x)^2"),
        ("127 ln 2", "127·ln(2)"), ("\\ln C", "ln(C)"), ("\\eta\\tanh(x)", "eta·tanh(x)"), ("2\\pi", "2·pi"),
        ("w\\cdot x", "w·x"), ("w \\times x", "w·x"), ("\\left(x+1\\right)x", "(x + 1)·x"),
    ],
)  # fmt: skip
def test_a_formula_is_shown_as_it_was_read(text: str, read_as: str) -> None:
    assert shown(text) == read_as


@pytest.mark.parametrize(
    ("text", "ways"),
    [("1/2x", ("(1/2)·x", "1/(2·x)")), ("x/wC", ("(x/w)·C", "x/(w·C)")), ("ln 2x", ("ln(2·…)", "ln(2)·…")),
     ("ln x^2", ("ln(x^…)", "ln(x)^…")),
     ("x 2", ("x·2", "x^2"))],
)  # fmt: skip
def test_what_two_people_would_read_differently_is_asked_back(text: str, ways: tuple[str, str]) -> None:
    said = asked(text)
    assert all(way in said for way in ways) and "brackets" in said


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "Nothing"), ("y", '"y"'), ("E", '"E"'), ("E*N", '"E"'), ("foo(x)", '"foo"'), ("x+", "early"),
     ("(x", "bracket"), ("x)", ")"), ("ln", "ln"), ("max(x)", "max"),
     ("exp(x, w)", "exp"), ("1,5x", "comma"), ("x = w = C", "equation"), ("C!", "!"), ("x;w", ";"),
     ("1/0", "zero"),
     ("9**9**9", "large"), ("x^(10^9)", "large"), ("2^(10^9*x)+x^99999", "large"), ("\\frac{1}{2}", "LaTeX"),
     ("x_{1}", "LaTeX"), ("x^{2}", "LaTeX"),
     ("lambda x: x", '"lambda"'), ("x.__class__", "read"),
     ("__import__('os').system('id')", "_"), ("open('x')", '"open"'), ("x if x else w", '"if"'), ("[x]", "["),
     ("'x'", "'"), ("(" * 100, "deep"),
     ("x" * 500, "parts"), ("x\0", "read"), ("\ud800", "read"), ("||x||", "|")],
)  # fmt: skip
def test_what_is_no_formula_of_the_question_is_asked_back(text: str, why: str) -> None:
    assert why in asked(text)


@pytest.mark.parametrize(
    ("text", "way"),
    [("sin^-1(x)", "sin(…)^-1"), ("sqrt^3(x)", "sqrt(…)^3"), ("tanh^x(w)", "tanh(…)^…"), ("tanh^2", "tanh(…)^2"),
     ("sin^2 2x", "brackets"), ("ln^1(x)", "ln(…)^1"), ("sin^1.5(x)", "sin(…)^1.5")],
)  # fmt: skip
def test_a_function_that_is_raised_before_it_has_an_argument_is_asked_back_with_the_way_to_write_it(
    text: str, way: str
) -> None:
    assert way in asked(text)


@pytest.mark.parametrize("text", ["2*^3", "^2", "x/*w", "x)", "*x", "+)", "ln*x"])
def test_no_way_out_recommends_the_sign_that_was_refused(text: str) -> None:
    assert "Write + - * / ^" not in asked(text)


def test_an_unknown_function_is_answered_with_those_that_there_are() -> None:
    said = asked("sech(x)")
    assert all(name in said for name in ("x_1", "cosh", "sigmoid", "floor", "max"))


def test_a_variable_may_have_the_name_of_a_function_or_a_constant_but_not_that_of_another() -> None:
    names = Names(["sigma", "e", "λ"])
    for text, read_as in [("σ^2", "sigma^2"), ("2e", "2·e"), ("lambda e", "λ·e"), ("σ(e)", "sigma·e")]:
        reading = read_formula(text, names)
        assert isinstance(reading, Reading) and reading.shown.en == read_as
    with pytest.raises(AuthorError, match="x_1, x1"):
        Names(["x_1", "x1"])


def test_numbers_are_worked_out_exactly_and_roots_are_left() -> None:
    reading = read_formula("2*3/4 + 2^(1/2)", NAMES)
    assert isinstance(reading, Reading)
    assert reading.value == Applied(
        "+", (Constant(Fraction(3, 2)), Applied("^", (Constant(Fraction(2)), Constant(Fraction(1, 2)))))
    )


LEAVES = st.sampled_from(
    [Symbol("x"), Symbol("w"), Symbol("C"), Symbol("e"), Constant(Fraction(2)), Constant(Fraction(1, 4))]
)
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda op, a, b: Applied(op, (a, b)), st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.builds(lambda a, n: Applied("^", (a, Constant(Fraction(n)))), inner, st.integers(2, 3)),
        st.builds(lambda f, a: Applied(f, (a,)), st.sampled_from(["ln", "exp", "neg", "sqrt", "tanh"]), inner),
    ),
    max_leaves=10,
)


FUNCTIONS = {"ln": math.log, "exp": math.exp, "neg": operator.neg, "sqrt": math.sqrt, "tanh": math.tanh}
OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow}


def number(formula: Formula) -> float:
    if isinstance(formula, Constant):
        return float(formula.value)
    if isinstance(formula, Symbol):
        return {"x": 1.37, "w": 0.61, "C": 3.19, "e": math.e}[formula.name]
    return (FUNCTIONS | OPERATIONS)[formula.op](*map(number, formula.arguments))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(FORMULAS)
def test_what_is_shown_reads_back_as_the_same_value(formula: Formula) -> None:
    try:
        expected = number(formula)
    except (ZeroDivisionError, OverflowError, ValueError):  # no value at this point
        return
    reading = read_formula(written(formula), NAMES)
    assert isinstance(reading, Reading), (written(formula), reading)
    assert number(reading.value) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.text(max_size=50) | st.text(alphabet="xwCηNlnexpsqrt0123456789.,()|^*/+-= ²√", max_size=40))
def test_no_text_makes_reading_a_formula_fail(text: str) -> None:
    reading = read_formula(text, NAMES)
    assert isinstance(reading, Reading | Unreadable)
    assert (reading.shown if isinstance(reading, Reading) else reading.reason).en.isprintable()


@pytest.mark.parametrize("character", ["x", "(", "^", "9", "ln "])
def test_a_megabyte_is_no_formula(character: str) -> None:
    assert str(MAX_CHARACTERS) in asked(character * (1 << 20))
