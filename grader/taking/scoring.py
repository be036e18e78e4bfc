"""What tries are worth together, in exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

ALL, NONE = Fraction(1), Fraction(0)


def share_earned(shares: Sequence[Fraction | None], penalty: Fraction) -> Fraction | None:
    """Return the share of the points that tries earn: the best of them, each less `penalty` for every try before
    it that was not all right, and never below 0.

    None where an undecided try (None) matters: if it would earn something else as a right answer than as a wrong one.
    """
    low = _best([NONE if share is None else share for share in shares], penalty)
    high = _best([ALL if share is None else share for share in shares], penalty)
    return low if low == high else None


def share_left(shares: Sequence[Fraction | None], penalty: Fraction) -> Fraction:
    """Return what a right answer would earn next. An undecided try takes nothing off."""
    return max(NONE, ALL - penalty * sum(share is not None and share < ALL for share in shares))


def exact(number: float) -> Fraction:
    """Return the decimal number that a float of a quiz's file was written as: 0.33 is 33/100."""
    return Fraction(repr(number))


def _best(shares: Sequence[Fraction], penalty: Fraction) -> Fraction:
    best, wrong = NONE, 0
    for share in shares:
        best = max(best, share - penalty * wrong)
        wrong += share < ALL
    return best
