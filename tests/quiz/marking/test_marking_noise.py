"""Halves, and the noise of floats beside them: both neighbours are roundings, and so is all that lies between."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.quiz.drawing import Drawing, draw
from grader.quiz.generators import Generators
from grader.quiz.marking import Algebra, Marker, Verdict
from grader.quiz.marking.mark import Mark
from grader.quiz.marking.precision import EXACT, Accuracy, accepts, collides, concern, exactly, without_noise
from grader.quiz.model import TypedKey
from grader.quiz.reading import read_quiz
from grader.quiz.seeds import numbered_seeds

THREE = Accuracy(sig_figs=3)


def is_right(answer: str, given: str, precision: Accuracy = THREE) -> bool:
    return accepts(exactly(answer), exactly(given), precision)


@pytest.mark.parametrize("answer", ["1.7149999999999996", "1.715", "1.7150000000000003"])
@pytest.mark.parametrize(
    ("given", "is_accepted"),
    [("1.715", True), ("1.71", True), ("1.72", True), ("1.7150", True), ("1.7149999", True), ("1.712", True),
     ("1.7249", True), ("1.70", False), ("1.709", False), ("1.725", False)],
)  # fmt: skip
def test_the_noise_of_a_float_decides_no_half(answer: str, given: str, is_accepted: bool) -> None:
    assert is_right(answer, given) is is_accepted


def test_noise_below_zero_and_at_a_power_of_ten_decides_nothing_either() -> None:
    assert is_right("-1.7149999999999996", "-1.72") and is_right("-1.7150000000000003", "-1.71")
    assert is_right("9.994999999999999", "10.0") and is_right("9.995000000000001", "9.99")
    assert is_right("9.9999999999999996", "10.0") and not is_right("9.9999999999999996", "9.99")


def test_a_longer_rounding_that_is_a_half_but_for_noise_is_right() -> None:
    assert is_right("1.245", "1.25", Accuracy(sig_figs=2))
    assert is_right("1.2449999999999999", "1.25", Accuracy(sig_figs=2))


def test_a_tolerance_includes_its_edge_though_the_answer_is_noisy() -> None:
    assert is_right("0.30000000000000004", "0.25", Accuracy(absolute=Fraction("0.05")))
    assert is_right("0.7000000000000001", "0.693", Accuracy(relative=Fraction("0.01")))
    assert not is_right("0.30000000000000004", "0.2499999", Accuracy(absolute=Fraction("0.05")))


def test_what_differs_by_more_than_noise_is_no_half() -> None:
    assert not is_right("1.7149999999", "1.72") and not is_right("1.7150000001", "1.71")
    long = Accuracy(sig_figs=12)  # asked for so exactly, the figures behind it are none
    assert not is_right("1.23456789012449", "1.23456789013", long)
    assert not is_right("3.14159265358979", "3.14159265359", Accuracy(absolute=Fraction(1, 10**14)))


def test_a_number_of_a_float32_is_right_beside_a_half() -> None:
    assert is_right("2.675", "2.674999952316284") and is_right("2.675", "2.675000114440918")
    assert is_right("2.675", "2.67") and is_right("2.675", "2.672") and is_right("2.675", "2.68")
    assert not is_right("2.675", "2.6699") and not is_right("2.675", "2.69")
    assert not is_right("1.225", "1.216")  # it rounds to a neighbour, and lies behind it


def test_a_wrong_answer_beside_a_half_collides_whatever_its_noise() -> None:
    assert collides(exactly("1.7149999999999996"), exactly("1.72"), THREE)
    assert collides(exactly("1.72"), exactly("1.7149999999999996"), THREE)
    assert collides(exactly("1.715"), exactly("1.712"), THREE)
    assert not collides(exactly("1.7149999999999996"), exactly("1.74"), THREE)


def test_an_answer_is_stripped_of_noise_and_of_nothing_else() -> None:
    noisy, long = Fraction("1.7149999999999996"), Fraction("1.71499999999")
    assert without_noise(noisy, THREE) == Fraction("1.715") and without_noise(long, THREE) == long
    assert without_noise(noisy, Accuracy(sig_figs=14)) == noisy
    assert without_noise(noisy, EXACT) == noisy and without_noise(Fraction(0), THREE) == 0


def test_the_author_is_told_of_noise_beside_a_half() -> None:
    found = concern(exactly("1.7149999999999996"), THREE)
    assert found is not None and not found.is_error
    assert found.rule == "noise" and "half" in found.text.en and "中点" in found.text.zh
    assert concern(exactly("1.715"), THREE) is None and concern(exactly("0.30000000000000004"), THREE) is None
    assert concern(exactly("1.7149999999999996"), Accuracy(sig_figs=2)) is None


def test_the_bank_asks_for_no_number_with_noise_beside_a_half() -> None:
    quiz = read_quiz(Path(__file__).resolve().parents[3] / "solutions" / "quiz02_descent")
    question = next(one for one in quiz.questions if one.id == "after-steps")
    with Generators(quiz) as generators, Algebra() as algebra:
        variant = draw(Drawing(quiz=quiz, seeds=numbered_seeds(29), generators=generators), question)
        assert isinstance(variant.key.answer, TypedKey) and variant.key.answer.answer == "1.715"
        for given in ("1.71", "1.715", "1.72"):
            mark = Marker(algebra).mark(variant.public, variant.key, given)
            assert isinstance(mark, Mark) and mark.verdict is Verdict.RIGHT, given
