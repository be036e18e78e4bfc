"""Reading numbers: what a person would accept is accepted, exactly; what could mean two things is asked back."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.quiz.marking.mark import Reading, Unreadable
from grader.quiz.marking.numbers import MAX_CHARACTERS, plain, read_number
from grader.quiz.marking.numerals import significant_figures
from grader.quiz.marking.precision import Special

QUICK = settings(max_examples=150, deadline=None, derandomize=True)
WIDE, ARABIC = str.maketrans("0123456789.-", "０１２３４５６７８９．－"), str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")


def value(text: str, **rules: object) -> Fraction | Special:
    reading = read_number(text, **rules)  # type: ignore[arg-type]
    assert isinstance(reading, Reading), f"{text!r}: {reading.reason.en}"
    return reading.value


def asked(text: str, **rules: object) -> str:
    reading = read_number(text, **rules)  # type: ignore[arg-type]
    assert isinstance(reading, Unreadable), f"{text!r} was read as {reading.shown.en}"
    assert reading.way_out.en and re.search("[一-鿿]", reading.reason.zh) and re.search("[一-鿿]", reading.way_out.zh)
    return f"{reading.reason.en} {reading.way_out.en}"


@pytest.mark.parametrize(
    "text",
    ["0.001", "1e-3", "1E-3", "1/1000", " 1 / 1000 ", ".001", "0,001", "10^-3", "10**-3", "10⁻³", "１ｅ－３", "0.1%",
     "1*10^-3",
     "1×10^−3", "1x10^-3", "+0.001", "(0.001)", "((1)/(1000))", "= 0.001", "≈0.001", "w = 0.001", "0.0010",
     "tensor(0.0010)",
     "tensor(0.0010, grad_fn=<MulBackward0>)", "np.float64(0.001)", "\u200e0.001", "0。001", "٠٫٠٠١", "０，００１",
     "1e-3.",
     "about 0.001", "approx. 0.001", "approximately 0.001", "circa 0.001", "ca. 0.001", "roughly 1e-3", "约 0.001",
     "约为0.001", "大约0.001", "x ≈ 0.001", "w: about 0.001",
     "--0.001", "0.1**3", "0.5-0.499", "1/10/100", "1,0e-3", "10 ** (2 - 5)", "1_0e-4"],
)  # fmt: skip
def test_a_thousandth_is_read_however_it_is_written(text: str) -> None:
    assert value(text) == Fraction(1, 1000)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("1 234 567", 1234567),
        ("1\u202f234\u202f567", 1234567),
        ("1'234'567", 1234567),
        ("1’234’567", 1234567),
        ("1_234_567", 1234567),
        ("12,34,567", 1234567),
        ("1,234,567.5", Fraction("1234567.5")),
        ("1.234.567,5", Fraction("1234567.5")),
        ("1 234,5", Fraction("1234.5")),
        ("1,234.5", Fraction("1234.5")),
        ("1.234,5", Fraction("1234.5")),
        ("1.234", Fraction("1.234")),
        ("0,125", Fraction(1, 8)),
        ("2350,125", Fraction("2350.125")),
        ("12,5", Fraction("12.5")),
        ("1.1259e15", 1125900000000000),
        ("2½", Fraction(5, 2)),
        ("½", Fraction(1, 2)),
        ("4^0.5", 2),
        ("sqrt(2)^2", 2),
        ("log2(8)", 3),
        ("log10(1000)", 3),
        ("√16", 4),
        ("exp(0)", 1),
        ("exp(ln(5))", 5),
        ("0^0", 1),
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("2^-1", Fraction(1, 2)),
        ("2^3^2", 512),
        ("minus 15", -15),
        ("negative 15", -15),
        ("负15", -15),
        ("负 1/4", Fraction(-1, 4)),
        ("about minus 2", -2),
        ("3 log2(8)", 9),
        ("2 √16", 8),
        ("2√16", 8),
        ("3sqrt(4)", 6),
        ("-2 ln(1)", 0),
        ("2^3 sqrt 4", 16),
        ("\\sqrt 16", 4),
        ("2\\cdot 3", 6),
    ],
)
def test_what_can_mean_one_number_only_is_read_as_that(text: str, number: Fraction | int) -> None:
    assert value(text) == number


@pytest.mark.parametrize(
    ("text", "both"), [("1,234", ("1234", "1.234")), ("12,345", ("12345", "12.345")), ("200,704", ("200704",))]
)
def test_a_comma_that_could_be_either_is_asked_back_with_both_ways_to_write_it(
    text: str, both: tuple[str, ...]
) -> None:
    said = asked(text)
    assert all(way in said for way in both)


def test_where_a_whole_number_is_asked_for_a_comma_stands_between_thousands() -> None:
    assert value("200,704", whole=True) == 200704
    assert value("1,234,567", whole=True) == 1234567


@pytest.mark.parametrize("text", ["200.704", "0,5", "7/2", "25%", "ln(10)", "1e-3"])
def test_where_a_whole_number_is_asked_for_a_fraction_is_asked_back(text: str) -> None:
    assert "whole number" in asked(text, whole=True)


def test_a_point_between_thousands_is_asked_back_with_the_way_to_write_it() -> None:
    assert "200704" in asked("200.704", whole=True)
    assert value("1.234.567", whole=True) == 1234567


@pytest.mark.parametrize("text", ["(1,2)", "（1，2）", "(12,5)", "ln(1,5)", "2*(1,5)", "(1,234)"])
def test_a_comma_in_brackets_could_part_two_numbers_and_is_asked_back(text: str) -> None:
    said = asked(text)
    assert "point" in said or "1234" in said


@pytest.mark.parametrize(
    ("text", "ways"), [("1/2 pi", "pi"), ("1/2 sqrt(2)", "sqrt"), ("ln 2 pi", "pi"), ("√2 pi", "pi")]
)
def test_what_may_belong_to_the_divisor_or_the_function_before_it_is_asked_back(text: str, ways: str) -> None:
    assert ways in asked(text)


@pytest.mark.parametrize("text", ["abc", "so much", "x"])
def test_what_cannot_be_read_is_quoted_once(text: str) -> None:
    assert asked(text).count(text) == 1


@pytest.mark.parametrize(
    "text",
    ["", "   ", "abc", "1 24", "1, 24", "(1, 24)", "1,2,3", "1.2.3", "1,23,4", "0x10", "0b1", "12 MB", "5 apples",
     "3+", "3*", "(3", "3)",
     "2(3)", "..", ",", "5,", "1e", "1e+", "1e 3", "2 e-3", "x", "1/0", "0^-1", "ln(0)", "ln(-1)", "sqrt(-1)",
     "(-8)^(1/3)",
     "9**9**9", "1e99999", "1e-99999", "2^99999999999", "exp(exp(exp(9)))", "__import__('os')", "1 if 1 else 2",
     "1;2", "٣,٢,١",
     "1,234,56,789", "1__0", "_1", "1'23", "1 2 3", "0.333...", "²", "1\0", "\ud800", "一千"],
)  # fmt: skip
def test_what_cannot_be_read_is_asked_back_in_both_languages(text: str) -> None:
    assert asked(text)


@pytest.mark.parametrize(
    ("text", "special"),
    [("inf", Special.INF), ("+Inf", Special.INF), ("∞", Special.INF), ("-∞", Special.NEGATIVE_INF),
     ("−inf", Special.NEGATIVE_INF),
     ("float('inf')", Special.INF), ("torch.inf", Special.INF), ("tensor(inf)", Special.INF), ("Infinity", Special.INF),
     ("正无穷", Special.INF), ("负无穷", Special.NEGATIVE_INF), ("无穷大", Special.INF), ("NaN", Special.NAN),
     ("tensor(nan)", Special.NAN),
     ("float('nan')", Special.NAN), ("ＮａＮ", Special.NAN)],
)  # fmt: skip
def test_infinities_and_nan_are_answers_unless_the_question_rules_them_out(text: str, special: Special) -> None:
    assert value(text) is special
    assert "finite" in asked(text, special=False)


def test_a_large_number_is_no_infinity() -> None:
    assert value("1e999") == 10**999


def test_a_unit_is_taken_only_if_the_question_asks_in_it() -> None:
    assert value("12 MiB", unit=("MiB",)) == 12
    assert value("25%", unit=("%",)) == 25
    assert value("25%") == Fraction(1, 4)
    assert "MB" in asked("12 MB", unit=("MiB",))


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1e-3", "0.001"), ("2**10", "1024"), ("1,5", "1.5"), ("1/3", "1/3 ≈ 0.333333"), ("ln(10)", "≈ 2.30259"),
     ("0.5^50", "≈ 8.88178e-16"),
     ("1.1259e15", "1125900000000000"), ("1e30", "1e30"), ("-1.5e-9", "-1.5e-9"), ("1.0000", "1"), ("inf", "infinity")],
)  # fmt: skip
def test_the_reading_is_shown_as_what_it_is(text: str, shown: str) -> None:
    reading = read_number(text)
    assert isinstance(reading, Reading) and reading.shown.en == shown


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("1.0000", 5),
        ("1.23", 3),
        ("0.0120", 3),
        ("1500", 2),
        ("1500.", 2),
        ("1.50e3", 3),
        ("0", 1),
        ("-2.0", 2),
        ("100.0", 4),
        ("1/3", None),
    ],
)
def test_significant_figures_are_counted_as_written(text: str, figures: int | None) -> None:
    assert significant_figures(text) == figures


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)


@QUICK
@given(NUMBERS.map(Fraction), st.sampled_from(["plain", "wide", "arabic", "minus", "e", "ratio", "comma", "spaces"]))
def test_a_number_is_the_same_in_every_way_of_writing_it(number: Fraction, way: str) -> None:
    digits = f"{number.numerator * 10**6 // number.denominator / 10**6:.6f}" if abs(number) < 10**6 else None
    exact = f"{'-' if number < 0 else ''}{abs(number).__floor__()}.{(abs(number) % 1 * 10**6).__floor__():06d}"
    assert digits is None or Fraction(exact) == number
    whole, _, decimals = exact.lstrip("-").partition(".")
    sign = "-" if number < 0 else ""
    text = {
        "plain": exact,
        "wide": exact.translate(WIDE),
        "arabic": exact.translate(ARABIC),
        "minus": exact.replace("-", "−"),
        "e": f"{sign}{whole}{decimals}e-6",
        "ratio": f"{number.numerator}/{number.denominator}",
        "comma": f"{sign}{whole},{decimals}",
        "spaces": f"{sign}{int(whole):,}.{decimals}".replace(",", " "),
    }[way]
    assert value(text) == number


@QUICK
@given(NUMBERS.map(Fraction))
def test_what_is_shown_reads_back_as_the_same_number(number: Fraction) -> None:
    shown = plain(number)
    if "≈" not in shown:
        assert value(shown) == number


TREES = st.recursive(
    st.integers(0, 99).map(str),
    lambda inner: st.builds(lambda a, op, b: f"({a}{op}{b})", inner, st.sampled_from("+-*/"), inner),
    max_leaves=8,
)


@QUICK
@given(TREES)
def test_arithmetic_is_exact(text: str) -> None:
    # Python's own parser, on a text of our own made of digits, signs and brackets.
    try:
        expected = eval(re.sub(r"\d+", r"Fraction(\g<0>)", text), {"Fraction": Fraction})
    except ZeroDivisionError:
        assert "zero" in asked(text)
        return
    assert value(text) == expected


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.text(max_size=60) | st.text(alphabet="0123456789.,eE+-*/^()xX '_%√½²infalog", max_size=40))
def test_no_text_makes_reading_a_number_fail(text: str) -> None:
    reading = read_number(text)
    assert isinstance(reading, Reading | Unreadable)
    said = reading.shown.en if isinstance(reading, Reading) else reading.reason.en + reading.way_out.en
    assert said.isprintable() and len(said) < 300


@pytest.mark.parametrize("character", ["9", "(", "-", "²", "½", "√", "1e", "\ud800", "^", "9^", "ln "])
def test_a_megabyte_is_refused_before_it_is_looked_at(character: str) -> None:
    assert str(MAX_CHARACTERS) in asked(character * (1 << 20))
