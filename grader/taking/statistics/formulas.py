"""The formulas of item analysis, over plain numbers; each says where it is from, and None where it is undefined."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

_FLAT = 1e-9  # a spread below which numbers differ by rounding alone
_LEAST_PAIRS = 3  # two points always lie on a line


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Pearson's correlation of pairs; None of fewer than three, or where either side does not vary."""
    if len(first) < _LEAST_PAIRS or _is_flat(first) or _is_flat(second):
        return None
    return min(max(statistics.correlation(first, second), -1.0), 1.0)  # rounding may lead out of it


def item_rest(marks: Sequence[float], rests: Sequence[float]) -> float | None:
    """Return how well one question tells strong students from weak ones, from -1 to 1.

    `rests`: what the same students earned on all *other* questions. With the whole total in their place a question
    would be compared with itself too, and even a coin would seem to discriminate.
    Source: Henrysson, Correction of item-total correlations in item analysis, Psychometrika 28, 1963; Moodle's
    "discrimination index" is this correlation.
    """
    return correlation(marks, rests)


def cronbach_alpha(table: Sequence[Sequence[float]]) -> float | None:
    """Return how consistently the questions measure: k/(k-1) · (1 - Σ var(question) / var(total)).

    Shapes: one row a student, one column a question. None for fewer than two of either, or where all totals are equal.
    It may be negative: then the questions contradict each other.
    Source: Cronbach, Coefficient alpha and the internal structure of tests, Psychometrika 16, 1951, eq. 2; with marks
    of 0 and 1 it is Kuder and Richardson's formula 20.
    """
    if len(table) < 2 or len(table[0]) < 2:
        return None
    totals = [math.fsum(row) for row in table]
    if _is_flat(totals):
        return None
    count = len(table[0])
    within = math.fsum(statistics.variance(column) for column in zip(*table, strict=True))
    return count / (count - 1) * (1 - within / statistics.variance(totals))


def standard_error(deviation: float, reliability: float) -> float:
    """Return the standard error of measurement: how far a score may lie from what the student would get on average.

    A negative reliability counts as 0: no score can err by more than all scores vary.
    Source: Lord and Novick, Statistical Theories of Mental Test Scores, 1968, sec. 3.4: σ · √(1 - ρ).
    """
    return deviation * math.sqrt(1 - min(max(reliability, 0.0), 1.0))


def _is_flat(numbers: Sequence[float]) -> bool:
    return max(numbers) - min(numbers) < _FLAT
