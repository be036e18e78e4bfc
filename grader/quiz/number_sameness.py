"""Whether two numbers, or two matrices, are so near that the marker may take one for the other."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from grader.quiz.marking.matrices import Matrix
from grader.quiz.marking.precision import Accuracy, Number, Special, collides

_SMALL_SHARE = Fraction(1, 10)
_EXACT_FIGURES = 14


@dataclass(frozen=True, slots=True)
class NumberSameness:
    """What is taken for the same at one precision."""

    precision: Accuracy

    def is_same(self, answer: object, other: object) -> bool:
        """Return whether two values of one type are as good as the same."""
        if isinstance(answer, Matrix) and isinstance(other, Matrix):
            return answer.size == other.size and all(
                self._collide(one, two)
                for left, right in zip(answer.rows, other.rows, strict=True)
                for one, two in zip(left, right, strict=True)
            )
        assert isinstance(answer, Fraction | Special) and isinstance(other, Fraction | Special)
        return self._collide(answer, other)

    def _collide(self, answer: Number, other: Number) -> bool:
        return not self._far_apart(answer, other) and collides(answer, other, self.precision)

    def _far_apart(self, answer: Number, other: Number) -> bool:
        """Whether floats show already that two numbers are no neighbours: exact arithmetic takes ten times as long.

        With n significant figures, two or more, what is taken for one another, rounded or not, lies within two units
        of the last figure: nearer than 2 · 10^(1-n) of the larger number. Here as much again is left to be looked at.
        """
        precision = self.precision
        if isinstance(answer, Special) or isinstance(other, Special):
            return False
        if precision.sig_figs == 1 or (precision.relative or 0) > _SMALL_SHARE:
            return False
        try:
            one, two = float(answer), float(other)
        except OverflowError:
            return False
        distance, larger = abs(one - two), max(abs(one), abs(two))
        near = max(4 * 10.0 ** (1 - (precision.sig_figs or _EXACT_FIGURES)), 2 * float(precision.relative or 0), 1e-12)
        return distance > near * larger and distance > 2 * float(precision.absolute or 0)
