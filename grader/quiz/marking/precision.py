"""When a number is near enough, decided in exact arithmetic.

A number is right if it equals the answer, or rounds to the same significant figures, or is a correct rounding of the
answer to at least as many figures, or lies within a tolerance. Halves are rounded away from zero; where the *answer*
is such a half, either neighbour is a correct rounding of it, and all that lies between them is right.

A float stands for the shortest decimal number that Python prints for it: 0.1 is one tenth. Behind the twelfth figure
of an answer stands what its computation left, if anything, so it does not decide on which side of a half, or of the
edge of a tolerance, the answer lies: 1.7149999999999996 is marked as 1.715.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from grader.records import Text

MAX_FIGURES = 40
_NOISE = Fraction(1, 10**12)  # a float below this may be what a cancellation left
_EXACT_FIGURES = 12  # a float with more is the result of rounding
_NEGLIGIBLE = Fraction(1, 1000)  # of what is allowed: asked for more exactly, figures behind the twelfth are no noise


class Special(StrEnum):
    """What is no number, and is an answer all the same."""

    INF = "inf"
    NEGATIVE_INF = "-inf"
    NAN = "nan"


Number = Fraction | Special


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How near a number must come; any one of them is enough, and without any it must be equal."""

    sig_figs: int | None = None
    relative: Fraction | None = None  # of the answer
    absolute: Fraction | None = None


EXACT = Accuracy()


def exactly(value: float | str | Decimal | Fraction) -> Number:
    """Return the number that `value` is written as: 0.1 is 1/10, not what a float makes of it.

    Raises: ValueError for text that is no number.
    """
    if isinstance(value, Fraction | Decimal | int):
        return Fraction(value)
    text = repr(value) if isinstance(value, float) else value.strip().lower()
    return Special(text) if text in tuple(Special) else Fraction(text)


def accepts(answer: Number, given: Number, precision: Accuracy) -> bool:
    """Return whether `given` is near enough to the answer."""
    if isinstance(answer, Special) or isinstance(given, Special):
        return answer is given
    if answer == given:
        return True
    if precision == EXACT:
        return False
    answer = without_noise(answer, precision)
    distance = abs(answer - given)
    if precision.absolute is not None and distance <= precision.absolute:
        return True
    if precision.relative is not None and distance <= precision.relative * abs(answer):
        return True
    figures = precision.sig_figs
    return figures is not None and (
        rounded(answer, figures) == rounded(given, figures) or _is_rounding(answer, given, figures)
    )


def collides(answer: Number, wrong: Number, precision: Accuracy) -> bool:
    """Return whether a wrong answer would be taken for the right one, or the other way round, also when rounded."""
    if accepts(answer, wrong, precision) or accepts(wrong, answer, precision):
        return True
    if precision.sig_figs is None or isinstance(answer, Special) or isinstance(wrong, Special):
        return False
    figures = precision.sig_figs
    return accepts(answer, rounded(wrong, figures), precision) or accepts(wrong, rounded(answer, figures), precision)


def without_noise(answer: Fraction, precision: Accuracy) -> Fraction:
    """Return the answer to twelve figures, where the rest is nothing beside the distance that is allowed.

    Errors of floats reach from the 16th figure to about the 13th. An answer that has so many figures by right moves
    by less than a thousandth of what is allowed.
    """
    clean = rounded(answer, _EXACT_FIGURES)
    is_noise = clean != answer and abs(clean - answer) <= _allowed(answer, precision) * _NEGLIGIBLE
    return clean if is_noise else answer


def is_half(number: Fraction, figures: int) -> bool:
    """Return whether a number lies in the middle between two of so many significant figures."""
    if not number:
        return False
    halves = 2 * number / _unit(number, figures)
    return halves.denominator == 1 and halves.numerator % 2 == 1


def _allowed(answer: Fraction, precision: Accuracy) -> Fraction:
    """Return the greatest distance that a precision allows."""
    figures = precision.sig_figs
    return max(
        precision.absolute or Fraction(0),
        (precision.relative or 0) * abs(answer),
        _unit(answer, figures) / 2 if figures is not None and answer else Fraction(0),
    )


def rounded(number: Fraction, figures: int) -> Fraction:
    """Return `number` to so many significant figures, halves away from zero."""
    if not number:
        return number
    above, below, power = abs(number.numerator), number.denominator, exponent(number) - figures + 1
    # In whole numbers, floor(|number| / 10^power + 1/2) · 10^power: a tenth of the time that fractions take.
    if power >= 0:
        unit = 10**power
        whole = Fraction((2 * above + unit * below) // (2 * unit * below) * unit)
    else:
        scale = 10**-power
        whole = Fraction((2 * above * scale + below) // (2 * below), scale)
    return whole if number > 0 else -whole


def exponent(number: Fraction) -> int:
    """Return the power of ten of the first significant figure: 2 for 123, -3 for 0.00123."""
    above, below = abs(number.numerator), number.denominator
    guess = len(str(above)) - len(str(below))
    reaches = above >= below * 10**guess if guess >= 0 else above * 10**-guess >= below
    return guess if reaches else guess - 1


def _unit(number: Fraction, figures: int) -> Fraction:
    return Fraction(10) ** (exponent(number) - figures + 1)


def _is_rounding(answer: Fraction, given: Fraction, figures: int) -> bool:
    """Return whether `given` is the answer rounded to `figures` or more, as many as it has.

    Of a half, whatever lies between its neighbours: `torch.tensor(2.675).item()` is 2.674999952316284.
    """
    if not answer:
        return False
    unit = _unit(answer, figures)
    if 2 * abs(answer - given) > unit:
        return False  # no rounding lies so far away
    if is_half(answer, figures):
        return True
    for _ in range(figures, MAX_FIGURES + 1):
        if (given / unit).denominator == 1:
            return abs(answer - given) <= unit / 2
        unit /= 10
    return False


@dataclass(frozen=True, slots=True)
class Concern:
    """What is doubtful about an answer and its precision; `is_error`: it cannot be marked fairly."""

    is_error: bool
    text: Text
    rule: str  # the name of what it breaks


def concern(answer: Number, precision: Accuracy) -> Concern | None:
    """Return what an author should change about `precision` for this answer, if anything."""
    if isinstance(answer, Special):
        return None
    if precision.absolute is None and precision != EXACT:
        if not answer:
            return Concern(True, _ZERO, rule="precision")
        if abs(answer) < _NOISE:
            return Concern(False, _TINY, rule="precision")
        if _is_noisy_half(answer, precision):
            return Concern(False, _NOISY_HALF, rule="noise")
    if precision == EXACT and answer.denominator != 1 and _figures(answer) > _EXACT_FIGURES:
        return Concern(True, _LONG, rule="precision")
    return None


def _is_noisy_half(answer: Fraction, precision: Accuracy) -> bool:
    """Return whether an answer is a half but for the noise of its computation."""
    clean = without_noise(answer, precision)
    return precision.sig_figs is not None and clean != answer and is_half(clean, precision.sig_figs)


def _figures(number: Fraction) -> int:
    unit = _unit(number, 1)
    for count in range(1, MAX_FIGURES):
        if (number / unit).denominator == 1:
            return count
        unit /= 10
    return MAX_FIGURES


_ZERO = Text(
    en="the answer is 0, of which no share and no significant figure is anything: give an absolute tolerance",
    zh="答案为 0，相对容差和有效数字都没有意义：请给出绝对容差",
)
_TINY = Text(
    en="the answer is so near 0 that it may be rounding noise: give an absolute tolerance if it stands for 0",
    zh="答案非常接近 0，可能只是舍入误差：若它代表 0，请给出绝对容差",
)
_NOISY_HALF = Text(
    en="the noise of floats puts the answer beside a half: it is marked as that half, but shown and exported as it is",
    zh="浮点误差使答案偏离了舍入的中点：评分时按中点处理，但显示和导出的仍是原数",
)
_LONG = Text(
    en="the answer is a rounded float that nobody types exactly: give significant figures or a tolerance",
    zh="答案是经过舍入的浮点数，没有人能精确输入：请给出有效数字位数或容差",
)
