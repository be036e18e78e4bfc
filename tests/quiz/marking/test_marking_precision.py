"""Precision: what rounds to the answer counts, what is merely near does not, and no float has a say."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.quiz.marking.mark import Reading, Verdict
from grader.quiz.marking.numbers import mark_number, read_number
from grader.quiz.marking.precision import (
    EXACT,
    Accuracy,
    Special,
    accepts,
    collides,
    concern,
    exactly,
    exponent,
    rounded,
)

QUICK = settings(max_examples=200, deadline=None, derandomize=True)
THREE = Accuracy(sig_figs=3)


def is_right(answer: str, given_text: str, precision: Accuracy) -> bool:
    return accepts(exactly(answer), exactly(given_text), precision)


@pytest.mark.parametrize(
    ("answer", "given_text", "is_accepted"),
    [
        ("1.234", "1.23", True),
        ("1.234", "1.234", True),
        ("1.234", "1.2345", True),  # rounds to 1.23
        ("1.234", "1.225", True),
        ("1.234", "1.2249", False),
        ("1.234", "1.235", False),
        ("1.234", "1.24", False),
        ("1.234", "1.2", False),
        ("1.204", "1.2", True),
        ("-1.234", "-1.23", True),
        ("-1.234", "1.23", False),
        # Halves of the answer: either neighbour is a rounding of it, but only exactly.
        ("1.225", "1.23", True),
        ("1.225", "1.22", True),
        ("1.225", "1.216", False),
        ("1.225", "1.225", True),
        # Boundaries of powers of ten.
        ("9.995", "10.0", True),
        ("9.995", "9.99", True),
        ("9.995", "9.995", True),
        ("9.995", "9.98", False),
        ("9.9949", "10", False),
        ("9.9951", "10", True),
        ("9.9951", "9.99", False),
        ("99.95", "100", True),
        ("1000", "999.6", True),
        ("1000", "999", False),
        # To more figures than asked for, rounded correctly, though it rounds elsewhere.
        ("1.23499", "1.235", True),
        ("1.23499", "1.236", False),
        ("1.1258999068426240e15", "1.1259e15", True),
        ("1.1258999068426240e15", "1.13e15", True),
        ("1.1258999068426240e15", "1.12e15", False),
        ("8.8817841970012523e-16", "8.88e-16", True),
        ("8.8817841970012523e-16", "0", False),
        ("0.30000000000000004", "0.3", True),
        ("88.722839111672999", "88.7228", True),
        ("88.722839111672999", "88.7", True),
        ("88.722839111672999", "88.8", False),
        ("200704", "201000", True),
    ],
)
def test_three_significant_figures(answer: str, given_text: str, is_accepted: bool) -> None:
    assert is_right(answer, given_text, THREE) is is_accepted


def test_a_float_is_the_decimal_number_that_it_prints() -> None:
    assert exactly(0.1) == Fraction(1, 10)
    assert exactly(1e-7) == Fraction(1, 10**7)
    assert accepts(exactly(0.1), exactly("0.1"), EXACT)
    assert accepts(exactly(2.675), exactly("2.68"), THREE)  # as a binary float it lies below the half


def test_tolerances_include_their_edge_and_nothing_behind_it() -> None:
    relative, absolute = Accuracy(relative=Fraction("0.01")), Accuracy(absolute=Fraction("0.05"))
    assert is_right("200", "202", relative) and is_right("200", "198", relative)
    assert not is_right("200", "202.0000000000000000001", relative)
    assert is_right("0", "0.05", absolute) and not is_right("0", "0.0500000000000000001", absolute)
    either = Accuracy(relative=Fraction("0.01"), absolute=Fraction("0.05"))
    assert is_right("0.1", "0.15", either) and is_right("200", "202", either)


def test_without_a_precision_only_the_number_itself_is_right() -> None:
    assert is_right("2350", "2350.0", EXACT)
    assert not is_right("2350", "2350.0000001", EXACT)


@pytest.mark.parametrize(
    "precision", [EXACT, THREE, Accuracy(relative=Fraction(10**9)), Accuracy(absolute=Fraction(10**9))]
)
def test_infinities_and_nan_are_right_only_for_themselves(precision: Accuracy) -> None:
    for answer in Special:
        for given_value in (*Special, Fraction(10) ** 999, Fraction(0)):
            assert accepts(answer, given_value, precision) is (answer is given_value)
            assert accepts(given_value, answer, precision) is (answer is given_value)


DECIMALS = st.builds(
    lambda digits, power, sign: sign * Fraction(digits) * Fraction(10) ** power,
    st.integers(1, 10**7),
    st.integers(-20, 20),
    st.sampled_from([1, -1]),
)
FIGURES = st.integers(1, 8)


@QUICK
@given(DECIMALS, FIGURES)
def test_rounding_agrees_with_the_decimal_module(number: Fraction, figures: int) -> None:
    context = Context(prec=figures, rounding=ROUND_HALF_UP)
    written = Context(prec=60).divide(Decimal(number.numerator), Decimal(number.denominator))
    assert rounded(number, figures) == Fraction(context.plus(written))
    assert exponent(number) == written.adjusted()


@QUICK
@given(DECIMALS, FIGURES, st.integers(0, 6))
def test_the_answer_and_its_roundings_to_enough_figures_are_right(number: Fraction, figures: int, more: int) -> None:
    precision = Accuracy(sig_figs=figures)
    assert accepts(number, number, precision)
    assert accepts(number, rounded(number, figures + more), precision)


@QUICK
@given(DECIMALS, FIGURES, st.fractions(1, 3))
def test_what_is_more_than_a_unit_of_the_last_figure_away_is_wrong(
    number: Fraction, figures: int, units: Fraction
) -> None:
    unit = Fraction(10) ** (exponent(rounded(number, figures)) - figures + 1)  # 9500 is 10000, whose unit is larger
    away = number + (units + Fraction(1, 1000)) * unit
    assert not accepts(number, away, Accuracy(sig_figs=figures))


@QUICK
@given(DECIMALS, FIGURES, st.fractions(-3, 3))
def test_accepted_is_what_rounds_alike_or_is_a_correct_rounding(
    number: Fraction, figures: int, units: Fraction
) -> None:
    unit = Fraction(10) ** (exponent(number) - figures + 1)
    typed = rounded(number + units * unit, figures + 2)
    assume(typed)
    is_half_unit_away = abs(typed - number) <= unit / 2
    if accepts(number, typed, Accuracy(sig_figs=figures)) and not is_half_unit_away:
        assert rounded(number, figures) == rounded(typed, figures)


def test_a_collision_is_seen_also_when_only_the_rounded_wrong_answer_is_taken_for_right() -> None:
    assert collides(exactly("1.234"), exactly("1.2251"), THREE)
    assert collides(exactly("1.225"), exactly("1.2249"), THREE)
    assert collides(exactly("1.225"), exactly("1.216"), THREE)  # typed as 1.22, to which the answer may be rounded
    assert not collides(exactly("1.23"), exactly("1.24"), THREE)
    assert collides(exactly("100"), exactly("100.5"), Accuracy(absolute=Fraction(1, 2)))
    assert not collides(exactly("4"), exactly("5"), EXACT)


def test_the_author_is_told_what_cannot_be_marked_fairly() -> None:
    zero = concern(exactly("0"), THREE)
    assert zero is not None and zero.is_error and "absolute" in zero.text.en and "绝对" in zero.text.zh
    assert concern(exactly("0"), Accuracy(sig_figs=3, absolute=Fraction(1, 100))) is None
    assert concern(exactly("0"), EXACT) is None  # exactly 0 can be typed
    noise = concern(exactly(8.881784197001252e-16), THREE)
    assert noise is not None and not noise.is_error  # it may be 0.5**50
    endless = concern(exactly(0.1 + 0.2), EXACT)
    assert endless is not None and endless.is_error
    assert concern(exactly(0.25), EXACT) is None and concern(exactly("1234567890123456"), EXACT) is None


@QUICK
@given(
    DECIMALS,
    st.lists(DECIMALS, max_size=4, unique=True),
    st.sampled_from([EXACT, THREE, Accuracy(relative=Fraction("0.02"))]),
)
def test_the_model_answer_is_right_and_each_wrong_one_scores_nothing_and_is_recognised(
    answer: Fraction, others: list[Fraction], precision: Accuracy
) -> None:
    wrong = tuple(one for one in others if not collides(answer, one, precision))

    def mark_typed(number: Fraction) -> tuple[Verdict, tuple[int, ...]]:
        reading = read_number(f"{number.numerator}/{number.denominator}")
        assert isinstance(reading, Reading)
        mark = mark_number(reading, (answer,), wrong, precision)
        assert mark.share == (1 if mark.verdict is Verdict.RIGHT else 0)
        return mark.verdict, mark.known

    assert mark_typed(answer) == (Verdict.RIGHT, ())
    for i, value in enumerate(wrong):
        assert mark_typed(value) == (Verdict.WRONG, (i,))


def test_of_known_wrong_numbers_that_agree_the_nearest_was_meant() -> None:
    reading = read_number("10.4")
    assert isinstance(reading, Reading)
    known = (exactly("10"), exactly("10.5"), exactly("11"))
    assert mark_number(reading, (exactly("20"),), known, Accuracy(relative=Fraction("0.1"))).known == (1,)
