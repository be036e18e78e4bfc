"""Reading one numeral as it is written in any part of the world, exactly, or saying why it cannot be.

A point is always a decimal point where there is one only: this is a course in which people write Python. A comma is a
decimal comma, or stands between thousands; "1,234" alone could be either, and is asked back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from grader.quiz.marking import wording
from grader.quiz.marking.mark import Unreadable

MAX_EXPONENT = 1_500  # of ten: far beyond float64, and exact arithmetic stays quick
_RUN = re.compile(r"[0-9.,](?:[0-9.,'_]| (?=[0-9]{3}(?![0-9])))*")
_PLAIN_RUN = re.compile(r"[0-9.][0-9._]*")
_EXPONENT = re.compile(r"[eE]([+-]?)([0-9]+)")
_UNDERSCORED = re.compile(r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?")


@dataclass(frozen=True, slots=True)
class Numeral:
    """One numeral, exactly; `figures` of it are significant, as written, and it ends at `end` of the text."""

    value: Fraction
    figures: int
    end: int


def scan(text: str, start: int, *, commas: bool, whole: bool) -> Numeral | Unreadable | None:
    """Read the numeral that begins at `start` of a folded text; None if none begins there.

    `commas`: they may belong to the numeral, and blanks too; without, they separate numbers. `whole`: a whole number
    is asked for, so that "1,234" is one.
    """
    run = (_RUN if commas else _PLAIN_RUN).match(text, start)
    if run is None:
        return None
    digits = _plain(run[0], whole=whole)
    if isinstance(digits, Unreadable):
        return digits
    end, exponent = run.end(), 0
    raised = _EXPONENT.match(text, end)
    if raised:
        if len(raised[2].lstrip("0")) > len(str(MAX_EXPONENT)) or int(raised[2]) > MAX_EXPONENT:
            return wording.too_large()
        end, exponent = raised.end(), int(raised[1] + raised[2])
    head, _, tail = digits.partition(".")
    value = Fraction(int(head + tail), 1) * Fraction(10) ** (exponent - len(tail))
    return Numeral(value=value, figures=_figures(digits), end=end)


def significant_figures(text: str) -> int | None:
    """Return how many significant figures a plain decimal number shows; None if it is none.

    "1.0000" has five, "0.0120" three. Of zeros at the end of a number without a point nobody can tell: "1500" has two.
    """
    text = text.strip().lstrip("+-")
    numeral = scan(text, 0, commas=False, whole=False)
    return numeral.figures if isinstance(numeral, Numeral) and numeral.end == len(text) else None


def _figures(digits: str) -> int:
    head, point, tail = digits.partition(".")
    counted = (head + tail).lstrip("0")
    return max(len(counted if point and tail else counted.rstrip("0")), 1)


def _plain(run: str, *, whole: bool) -> str | Unreadable:
    """Return the digits of a run, with a point where its decimals begin: "1.234,5" gives "1234.5"."""
    if not any(character.isdigit() for character in run):
        return wording.not_a_number(run)
    if "_" in run:
        return run.replace("_", "") if _UNDERSCORED.fullmatch(run) else wording.odd_separators(run)
    separators = sorted({character for character in run if not character.isdigit()}, key=run.rfind)
    if not separators:
        return run
    *groupers, last = separators
    if last == ".":
        return _joined(run, groupers, ".") if run.count(".") == 1 else _grouped_alone(run, separators)
    if last == ",":
        return _with_comma(run, groupers, whole=whole)
    return _grouped_alone(run, separators)


def _with_comma(run: str, groupers: list[str], *, whole: bool) -> str | Unreadable:
    if run.count(",") > 1:
        return _grouped_alone(run, [*groupers, ","])
    head, _, tail = run.partition(",")
    could_group = not groupers and len(tail) == 3 and 1 <= len(head) <= 3 and head[0] != "0"
    if could_group and not whole:
        return wording.ambiguous_comma(run, head + tail, f"{head}.{tail}")
    return head + tail if could_group else _joined(run, groupers, ",")


def _joined(run: str, groupers: list[str], decimal: str) -> str | Unreadable:
    """Return a run whose decimals begin at its only `decimal` sign, whatever sets its thousands apart."""
    head, _, tail = run.partition(decimal)
    if len(groupers) > 1 or (not tail.isdigit() and (tail or decimal == ",")):
        return wording.odd_separators(run)
    if groupers:
        plain = _ungrouped(head, groupers[0])
        return wording.odd_separators(run) if plain is None else f"{plain}.{tail}"
    return f"{head}.{tail}"


def _grouped_alone(run: str, separators: list[str]) -> str | Unreadable:
    plain = _ungrouped(run, separators[0]) if len(separators) == 1 else None
    return wording.odd_separators(run) if plain is None else plain


def _ungrouped(run: str, separator: str) -> str | None:
    """Return the digits of "1 234 567", or of "12,34,567" as India writes it; None unless the groups are right."""
    first, *rest = run.split(separator)
    *middle, last = rest or [""]
    sizes = {len(group) for group in middle}
    fits = 1 <= len(first) <= 3 and len(last) == 3 and (sizes <= {3} or (sizes == {2} and len(first) <= 2))
    digits = first + "".join(rest)
    return digits if fits and digits.isdigit() and first != "0" else None
