"""What tries are worth together, in exact fractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

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


class Scored(Protocol):
    """An attempt with its score; None while it has none."""

    @property
    def score(self) -> Fraction | None:
        """What it has earned."""

    @property
    def points(self) -> Fraction:
        """What it could have."""


S = TypeVar("S", bound=Scored)


def best_scored(attempts: Iterable[S]) -> S | None:
    """Return the attempt that counts: of those that have a score, the first with the largest share of its points.

    A share, as the questions of a pool may count differently: what one attempt was out of, another was not.
    """
    return max((one for one in attempts if one.score is not None), key=_share, default=None)


def _share(attempt: Scored) -> Fraction:
    return (attempt.score or NONE) / attempt.points if attempt.points else NONE


def exact(number: float) -> Fraction:
    """Return the decimal number that a float of a quiz's file was written as: 0.33 is 33/100."""
    return Fraction(repr(number))


def _best(shares: Sequence[Fraction], penalty: Fraction) -> Fraction:
    best, wrong = NONE, 0
    for share in shares:
        best = max(best, share - penalty * wrong)
        wrong += share < ALL
    return best
