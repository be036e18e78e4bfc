"""How two arrays of one shape and dtype differ: whether every element passes, and if not, the measurement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from grader.examination.evidence import Mismatch, MismatchKind

Values = npt.NDArray[Any]


class Tolerance(NamedTuple):
    """|actual - expected| <= atol + rtol * |expected|."""

    rtol: float
    atol: float

    def allowed(self, size: Any) -> Any:
        """Return the largest error that passes beside expected numbers of this size."""
        return self.atol + self.rtol * size


@dataclass(frozen=True, slots=True)
class Differences:
    """Two arrays, element by element: what a verdict rests on, and a picture or a number of it, too."""

    error: Values  # |actual - expected|, as float64
    size: Values  # |expected|
    allowed: Values
    finite: Values  # on both sides
    one_sided: Values  # a finite number, another infinity, or NaN on either side
    wrong: Values

    @property
    def shares(self) -> Values:
        """The errors as shares of what is allowed; above 1 an element is wrong. Where one side is not finite: 0."""
        with np.errstate(all="ignore"):
            return np.where(self.finite & (self.error != 0), self.error / self.allowed, 0.0)


def differences(a: Values, e: Values, tolerance: Tolerance) -> Differences:
    """Return what is wrong, and by how much; the arrays have one shape and dtype."""
    with np.errstate(all="ignore"):
        error, size, finite = _errors(a, e)
        allowed = tolerance.allowed(size)
        one_sided = ~finite & ~(a == e)
        wrong = one_sided | (finite & ~(error <= allowed))
    return Differences(error, size, allowed, finite, one_sided, wrong)


def all_close(a: Values, e: Values, tolerance: Tolerance) -> bool:
    """Say yes only if every element passes; a no is looked at again by `measured` (equal infinities end there)."""
    if a.size == 0:
        return True
    if a.dtype.kind not in "fc":
        return bool((a == e).all())
    kind = np.complex128 if a.dtype.kind == "c" else np.float64
    with np.errstate(all="ignore"):
        error = np.abs(np.subtract(a, e, dtype=kind))
        # NaN and inf - inf make the maximum NaN, which is not <= 0.
        return bool((error - tolerance.allowed(np.abs(e, dtype=np.float64))).max() <= 0)


def measured(a: Values, e: Values, tolerance: Tolerance, mismatch: Mismatch) -> Mismatch | None:
    """Return `mismatch` with the difference measured, or None where every element passes after all."""
    found = differences(a, e, tolerance)
    if not found.wrong.any():
        return None
    error, size, finite, one_sided = found.error, found.size, found.finite, found.one_sided
    with np.errstate(all="ignore"):
        known = finite & (size > 0)
        badness = np.where(found.allowed > 0, error / found.allowed, error)
        badness = np.where(found.wrong & finite, badness, -1.0)
    first = int(np.argmax(one_sided)) if one_sided.any() else int(np.argmax(badness))
    index = tuple(int(i) for i in np.unravel_index(first, a.shape))
    numeric = a.dtype.kind in "biufc"
    return replace(
        mismatch,
        kind=MismatchKind.FINITENESS if one_sided.any() else MismatchKind.VALUE,
        differing=int(found.wrong.sum()),
        total=int(a.size),
        worst_index=index,
        worst_actual=scalar(a[index]) if numeric else None,
        worst_expected=scalar(e[index]) if numeric else None,
        max_abs_error=float(error[finite].max(initial=0.0)),
        max_rel_error=float((error[known] / size[known]).max(initial=0.0)),
        nan_actual=_count(np.isnan, a), inf_actual=_count(np.isinf, a),
        nan_expected=_count(np.isnan, e), inf_expected=_count(np.isinf, e),
        actual_values=wide(a), expected_values=wide(e),
    )  # fmt: skip


def _errors(a: Values, e: Values) -> tuple[Values, Values, Values]:
    """Return |a - e| and |e| as float64, and where both are finite. Integers are subtracted exactly."""
    kind = a.dtype.kind
    if kind in "fc":
        widest = np.complex128 if kind == "c" else np.float64
        error = np.abs(np.subtract(a, e, dtype=widest))
        return error, np.abs(e).astype(np.float64), np.isfinite(a) & np.isfinite(e)
    everywhere = np.ones(a.shape, dtype=bool)
    if kind in "iu":
        same = np.uint64 if kind == "u" else np.int64
        x, y = a.astype(same), e.astype(same)
        # The difference of two int64 may need 64 bits without a sign; wrapping makes that come out right.
        gap = np.where(x >= y, x - y, y - x).astype(np.uint64)
        return gap.astype(np.float64), np.abs(e.astype(np.float64)), everywhere
    return (a != e).astype(np.float64), np.zeros(a.shape), everywhere


def _count(test: Any, values: Values) -> int:
    return int(test(values).sum()) if values.dtype.kind in "fc" else 0


def wide(values: Values) -> Values | None:
    """Return the values as float64 or complex128, for the diagnosis; None for text and objects."""
    if values.dtype.kind not in "biufc":
        return None
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def scalar(value: Any) -> Any:
    """Return the Python number that an element is."""
    item = value.item()  # an int stays an int: float64 would round a large one
    return float(item) if issubclass(type(item), np.floating) else item  # longdouble.item() stays one
