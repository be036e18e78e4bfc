"""Reading one number as a person would, and saying how it was read."""

from __future__ import annotations

import re
from fractions import Fraction

from grader.errors import both
from grader.quiz.marking import wording
from grader.quiz.marking.arithmetic import compute
from grader.quiz.marking.characters import fold, unraised, without_commands
from grader.quiz.marking.mark import Mark, Reading, Unreadable, mark_by, mark_of
from grader.quiz.marking.precision import EXACT, Accuracy, Number, Special, accepts, exponent, rounded
from grader.records import Text

MAX_CHARACTERS = 200
_SHOWN_FIGURES = 15  # as many as float64 keeps
_ROUGH_FIGURES = 6  # of what has no end
_SHORT_FRACTION = 10_000  # a smaller denominator is shown, too
_NAMED = re.compile(r"[A-Za-z_][A-Za-z_0-9]*\s*(?:==?|:|(?=[≈~]))\s*(?=\S)")
_SIGNED = re.compile(
    r"(?:=|≈|~|≃|≅|(?:approximately|approx|about|around|roughly|circa|ca)\b\.?"
    r"|(?:大约|大概|约等于|近似|约)[是为]?)\s*",
    re.IGNORECASE,
)
_MINUS = re.compile(r"(?:minus|negative)\s+|负\s*", re.IGNORECASE)
_WRAPPED = re.compile(
    r"(?:(?:torch|np|numpy)\.)?(?:tensor|array|float(?:16|32|64)?|int(?:32|64)?)\(\s*([^(),]*)\s*"
    r"(?:,\s*(?:dtype|grad_fn|device|requires_grad)=[^()]*)?\)"
)
_INFINITE = re.compile(r"([+-]?)\s*(?:(?:math|torch|np|numpy)\.)?(?:inf|infinity|infinite|无穷大?|∞)")
_POINTS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_NAN = frozenset({"nan", "not a number", "math.nan", "torch.nan", "np.nan", "numpy.nan", "非数"})
_SPECIAL_SHOWN = {
    Special.INF: Text(en="infinity", zh="正无穷"),
    Special.NEGATIVE_INF: Text(en="minus infinity", zh="负无穷"),
    Special.NAN: Text(en="NaN (not a number)", zh="NaN（非数）"),
}


def read_number(
    text: str, *, unit: tuple[str, ...] = (), special: bool = True, whole: bool = False, fraction: bool = False
) -> Reading[Number] | Unreadable:
    """Read one number, exactly.

    What is read must depend on what the student was shown, and on nothing else. `unit`: that the question asks in, in
    each language; it may be typed behind the number. `special`: infinities and NaN are answers here. `whole`: a whole
    number is asked for, so "1,234" is one, and a fraction is asked back; unless `fraction`, for known wrong answers.
    """
    if len(text) > MAX_CHARACTERS:
        return wording.too_long(MAX_CHARACTERS)
    bare = _bare(text)
    if not bare:
        return wording.blank()
    found = _special(bare)
    if found is not None:
        return Reading(value=found, shown=_SPECIAL_SHOWN[found]) if special else wording.no_special()
    result = compute(bare, whole=whole)
    if isinstance(result, Unreadable):
        return result
    number = _after_unit(result.number, result.rest.strip(), bare, unit)
    if isinstance(number, Unreadable):
        return number
    if whole and not fraction and number.denominator != 1:
        return wording.not_whole(plain(number), bare.replace(".", "") if _POINTS.fullmatch(bare) else "")
    return Reading(value=number, shown=shown(number))


def shown(number: Number) -> Text:
    """Return how a number is shown: exactly where that is short, else to six figures behind "≈"."""
    if isinstance(number, Special):
        return _SPECIAL_SHOWN[number]
    return both(plain(number))


def plain(number: Fraction) -> str:
    """Return a number in digits, exactly where that is short."""
    if number.denominator == 1 and abs(number) < 10**20:
        return str(number.numerator)
    brief = rounded(number, _SHOWN_FIGURES)
    if brief == number:
        return _digits(number)
    rough = f"≈ {_digits(rounded(number, _ROUGH_FIGURES))}"
    return f"{number} {rough}" if number.denominator < _SHORT_FRACTION else rough


def mark_number(
    reading: Reading[Number], right: tuple[Number, ...], known: tuple[Number, ...] = (), precision: Accuracy = EXACT
) -> Mark:
    """Mark a number. Of known wrong ones that it agrees with, the nearest is the one that was meant."""
    given = reading.value
    mark = mark_by(right, known, lambda value: accepts(value, given, precision))
    if not mark.known:
        return mark
    near = [i for i, value in enumerate(known) if accepts(value, given, precision)]
    return mark_of(Fraction(0), (min(near, key=lambda i: _distance(known[i], given)),))


def _distance(one: Number, other: Number) -> Fraction:
    return Fraction(0) if isinstance(one, Special) or isinstance(other, Special) else abs(one - other)


def _bare(text: str) -> str:
    """Return the folded text without what stands around a number: "w = ", "≈", "tensor(…)", a full stop."""
    bare = without_commands(unraised(fold(text))).strip()
    bare = _NAMED.sub("", bare, count=1) if _NAMED.match(bare) else bare
    sign = _SIGNED.match(bare)
    bare = bare[sign.end() :] if sign else bare
    bare = _MINUS.sub("-", bare, count=1) if _MINUS.match(bare) else bare
    bare = bare[:-1].rstrip() if bare[-1:] in (".", ";") else bare
    wrapped = _WRAPPED.fullmatch(bare)
    return wrapped[1].strip(" '\"") if wrapped else bare


def _special(bare: str) -> Special | None:
    lowered = " ".join(bare.lower().replace("正无穷", "无穷").replace("负无穷", "-无穷").split())
    infinite = _INFINITE.fullmatch(lowered)
    if infinite:
        return Special.NEGATIVE_INF if infinite[1] == "-" else Special.INF
    return Special.NAN if lowered in _NAN else None


def _after_unit(number: Fraction, rest: str, bare: str, unit: tuple[str, ...]) -> Fraction | Unreadable:
    """Return the number that stands before `rest`: nothing, the question's unit, or a percent sign."""
    if not rest or rest in {fold(name).strip() for name in unit}:
        return number
    if rest == "%":
        return number / 100
    return wording.followed_by(rest) if rest[0].isalpha() else wording.stopped_at(bare, rest)


def _digits(number: Fraction) -> str:
    """Return the digits of a number that has few: "0.25", "1.1259e15"."""
    power = exponent(number)
    if -5 <= power < _SHOWN_FIGURES:
        places = 0
        while (number * 10**places).denominator != 1:
            places += 1
        return f"{'-' if number < 0 else ''}{_pointed(abs(number), places)}"
    return f"{_digits(number / Fraction(10) ** power)}e{power}"


def _pointed(number: Fraction, places: int) -> str:
    whole = str((number * 10**places).numerator).rjust(places + 1, "0")
    return f"{whole[:-places]}.{whole[-places:]}" if places else whole
