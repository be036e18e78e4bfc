"""A wrong result beside the right one, and the one question that every signature asks: would this fit by chance?

A signature is believed only if a transformed result fits *all* elements, and if an unrelated result of the same size
and range would have fitted by chance less than once in a million (20 bits). Each distinct value counts
log2(1 + range/tolerance) bits. On a grid (integers, tenths, twelfths) the tolerance is the grid's step: 1, 2, 3 and
2, 4, 6 prove little. A number that was estimated from the data, such as an unnamed factor, costs the best element.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.diagnosis.inputs import Input, Size, inputs_of, sizes_of
from grader.examination.evidence import Compared, Mismatch
from grader.examination.measuring import Tolerance

Values = npt.NDArray[Any]

ENOUGH_BITS = 20.0
_MIN_DISTINCT_WHEN_FITTED = 3
_SAMPLE = 1024  # elements that are looked at for the information they hold
_GRIDS = (1.0, 1 / 2, 1 / 4, 1 / 10, 1 / 12, 1 / 100, 1 / 120, 1 / 1000)
_MAX_DENOMINATOR = 120  # of a single number that counts as round: an accuracy of 17/30
# 8 ulp: sums of a hundred terms stay within; and one float32 number then holds exactly the 20 bits.
_TIGHT = {"float64": 8 * 2.0**-52, "complex128": 8 * 2.0**-52, "float16": 8 * 2.0**-10, "bfloat16": 8 * 2.0**-7}
_TIGHT_FLOAT32 = 8 * 2.0**-23
_TIGHT_INTEGER = 1e-9


class Pair:
    """The two arrays of a mismatch, as float64 or complex128, and the call behind them."""

    def __init__(self, compared: Compared, actual: Values, expected: Values) -> None:
        self.compared = compared
        self.a = actual
        self.e = expected

    @property
    def mismatch(self) -> Mismatch:
        return self.compared.mismatch

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        return inputs_of(self.compared.call)

    @cached_property
    def sizes(self) -> tuple[Size, ...]:
        return sizes_of(self.inputs)

    @cached_property
    def same_shape(self) -> bool:
        return self.a.shape == self.e.shape

    @cached_property
    def real(self) -> bool:
        return self.a.dtype.kind == "f" and self.e.dtype.kind == "f"

    @cached_property
    def finite(self) -> bool:
        return bool(np.isfinite(self.a).all() and np.isfinite(self.e).all())

    @cached_property
    def comparable(self) -> bool:
        """Same shape, finite, real and not empty: what most signatures need."""
        return self.same_shape and self.real and self.finite and self.e.size > 0

    @cached_property
    def right(self) -> Values:
        """Where the two agree, by the tolerance that the test asked for."""
        with np.errstate(all="ignore"):
            right: Values = np.abs(self.a - self.e) <= self.allowed(self.e)
        return right

    def allowed(self, target: Values) -> Values:
        """Return the test's own tolerance for each element of `target`."""
        allowed: Values = Tolerance(self.mismatch.rtol, self.mismatch.atol).allowed(np.abs(target))
        return allowed

    @cached_property
    def relative(self) -> float:
        """The relative error that rounding in the result's dtype explains."""
        dtype = self.mismatch.expected.dtype or ""
        if "int" in dtype or dtype == "bool" or self.mismatch.expected.type_name in ("int", "bool"):
            return _TIGHT_INTEGER
        return _TIGHT.get(dtype, _TIGHT_FLOAT32)

    @cached_property
    def grid(self) -> float:
        """The step of the grid that all values of both arrays lie on; 0.0: none."""
        return grid_of(np.concatenate([_sample(self.a), _sample(self.e)]))

    def fits(self, guess: Values, target: Values | None = None, *, fitted: int = 0, slack: float = 1.0) -> bool:
        """Return whether `guess` is `target` (the expected values) in all elements, and not by chance.

        `fitted` numbers were estimated from the data. `slack` widens the tolerance, and what chance can do with it.
        """
        target = self.e if target is None else target
        if guess.shape != target.shape or target.size == 0:
            return False
        with np.errstate(all="ignore"):
            error = np.abs(guess - target)
        tight = np.full(target.shape, self.relative * float(np.abs(target).max()) + 1e-300)
        return any(
            bool((error <= tolerance).all()) and self._informative(target, tolerance, fitted)
            for tolerance in (np.maximum(self.allowed(target), tight) * slack, tight)
        )

    def informative(self, target: Values) -> bool:
        """Return whether agreeing with `target` within the test's tolerance could not be chance."""
        return target.size > 0 and self._informative(target, np.maximum(self.allowed(target), 1e-300), 0)

    def _informative(self, target: Values, tolerance: Values, fitted: int) -> bool:
        bits = information(target, tolerance, self.grid)
        if fitted and len(bits) < _MIN_DISTINCT_WHEN_FITTED:
            return False
        return sum(bits[fitted:]) >= ENOUGH_BITS


def information(target: Values, tolerance: Values, grid: float) -> list[float]:
    """Return the bits that each distinct value of `target` holds, the most telling first."""
    values, slack = _sample(target), _sample(np.broadcast_to(tolerance, target.shape))
    if values.dtype.kind == "c":
        values, slack = np.concatenate([values.real, values.imag]), np.concatenate([slack, slack])
    order = np.argsort(values)
    values, slack = values[order].real, np.maximum(slack[order].real, grid)
    kept = _apart(values.tolist(), slack.tolist(), grid)
    values, slack = values[kept], slack[kept]
    spread = float(values[-1] - values[0]) if len(values) > 1 else abs(float(values[0]))
    if not np.isfinite(spread):
        return []
    bits: list[float] = np.sort(np.log2(1 + spread / slack))[::-1].tolist()
    return bits


def _apart(values: list[float], slack: list[float], grid: float) -> list[int]:
    """Return the places of values that the tolerance tells apart; `values` ascend."""
    kept = [0]
    for place in range(1, len(values)):
        last = kept[-1]
        needed = 0.999 * max(slack[place], slack[last]) if grid else slack[place] + slack[last]
        if values[place] - values[last] > needed:
            kept.append(place)
    return kept


def grid_of(values: Values) -> float:
    """Return the step of the coarsest familiar grid that all `values` lie on; 0.0: none."""
    if values.dtype.kind != "f" or not np.isfinite(values).all() or values.size == 0:
        return 0.0
    for step in _GRIDS:
        scaled = values / step
        blur = 8 * 2.0**-23 * np.abs(scaled) + 1e-6
        if (blur < 0.05).all() and (np.abs(scaled - np.round(scaled)) <= blur).all():
            return step
    if values.size <= 2:  # a loss or accuracy: is it a simple fraction?
        fractions = [Fraction(float(v)).limit_denominator(_MAX_DENOMINATOR) for v in values]
        if all(abs(float(f) - v) <= 1e-6 * max(abs(v), 1e-3) for f, v in zip(fractions, values, strict=True)):
            return 1 / max(f.denominator for f in fractions)
    return 0.0


def _sample(values: Values) -> Values:
    flat = values.ravel()
    return flat if flat.size <= _SAMPLE else flat[:: flat.size // _SAMPLE + 1]
