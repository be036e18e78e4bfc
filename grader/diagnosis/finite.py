"""Signatures of overflow and of lost precision."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.finding import Finding
from grader.diagnosis.pair import Pair, Values
from grader.diagnosis.scale import exp_limit, number
from grader.diagnosis.wording.causes import cause

# exp(-x) is 0 from about here on, subnormal numbers included; its log is -inf.
_LOG_ZERO_GAPS = {"float16": 16.6, "bfloat16": 92.5, "float32": 103.3, "float64": 745.1}


def not_finite(pair: Pair) -> Finding | None:
    """NaN or infinity where a finite number is expected: which input overflows, if one does."""
    mismatch = pair.mismatch
    if not pair.same_shape or not (mismatch.nan_actual or mismatch.inf_actual or mismatch.inf_expected):
        return None
    if _alike_infinities(pair):
        return cause("finite_entries")
    if np.isfinite(pair.a).all():
        return cause("infinity_expected") if mismatch.inf_expected else None
    large = _first_large(pair)
    gap = _log_of_zero(pair)
    if gap is not None and large is not None and pair.a.size == 1:
        return cause("overflow.log_softmax")
    if gap is not None and (large is None or not _whole_rows(pair)):
        return gap
    return large or cause("nonfinite")


def _alike_infinities(pair: Pair) -> bool:
    """Whether NaN and infinities stand where they belong: then the finite values are what is wrong."""
    wild = ~(np.isfinite(pair.a) & np.isfinite(pair.e))
    alike = (pair.a == pair.e) | (np.isnan(pair.a) & np.isnan(pair.e))
    return bool(alike[wild].all())


def _first_large(pair: Pair) -> Finding | None:
    for item in pair.inputs:
        dtype, limit = exp_limit(pair, item)
        with np.errstate(all="ignore"):
            large = np.isfinite(item.values) & (item.values > limit)
        if (item.dtype == "int" and item.values.ndim == 0) or not large.any() or not _shows_there(pair, large):
            continue  # a count is no logit
        index = [int(i) for i in np.unravel_index(int(np.argmax(large)), large.shape)]
        where = f"{item.name}{index}" if index else item.name
        value = item.values[tuple(index)]
        return cause("overflow.exp", dtype=dtype, limit=limit, where=where, number=number(value))
    return None


def _shows_there(pair: Pair, large: Values) -> bool:
    """Whether every row with a large input has come out as NaN or infinity; where rows are not the same, it may."""
    if pair.a.ndim == 0 or large.ndim == 0 or large.shape[0] != pair.a.shape[0]:
        return True
    bad = np.atleast_1d((~np.isfinite(pair.a)).reshape(pair.a.shape[0], -1).any(axis=1))
    return bool(bad[large.reshape(large.shape[0], -1).any(axis=1)].all())


def _log_of_zero(pair: Pair) -> Finding | None:
    if pair.mismatch.nan_actual or not pair.mismatch.inf_actual or pair.mismatch.inf_expected:
        return None
    for item in pair.inputs:
        x = item.values
        if x.ndim == 0 or x.size == 0 or x.dtype.kind != "f" or not np.isfinite(x).all():
            continue
        dtype, _ = exp_limit(pair, item)
        gap = float(np.ptp(x, axis=-1).max())
        if gap > _LOG_ZERO_GAPS[dtype]:
            return cause("overflow.log_zero", name=item.name, number=number(gap))
    return None


def _whole_rows(pair: Pair) -> bool:
    """Whether bad rows are bad throughout, as when exp itself overflows."""
    if pair.a.ndim == 0:
        return False
    bad = ~np.isfinite(pair.a)
    return bool((bad.all(axis=-1) == bad.any(axis=-1)).all())


def hidden(pair: Pair) -> Finding | None:
    """Zeros stand exactly where an input overflows: NaN was replaced."""
    return cause("overflow.hidden") if _zeros_among_right(pair) and _overflows_there(pair) else None


def some_zeros(pair: Pair) -> Finding | None:
    """Wrong elements are exactly 0, all others right."""
    return cause("zeros.some") if _zeros_among_right(pair) else None


def _zeros_among_right(pair: Pair) -> bool:
    if not pair.comparable or not pair.right.any() or pair.right.all() or pair.a[~pair.right].any():
        return False
    return pair.informative(pair.e[pair.right])


def _overflows_there(pair: Pair) -> bool:
    """Whether zeros stand in the very rows where an input overflows."""
    zero_rows = (~pair.right).reshape(pair.e.shape[0], -1).any(axis=1) if pair.e.ndim else np.array([True])
    for item in pair.inputs:
        x = item.values
        if x.ndim and x.shape[0] == zero_rows.shape[0]:
            large = (np.abs(x) > exp_limit(pair, item)[1]).reshape(x.shape[0], -1).any(axis=1)
            if large.any() and (large == zero_rows).all():
                return True
    return False


def near(pair: Pair) -> Finding | None:
    """Right but for precision: rounded to a narrower dtype, or within 100 times what is allowed."""
    if not pair.comparable:
        return None
    wanted = pair.mismatch.expected.dtype or "float64"
    for dtype, narrow in (("float16", np.float16), ("float32", np.float32)):
        if wanted in ("float16", "bfloat16", dtype) or (wanted == "float32" and dtype == "float32"):
            continue
        with np.errstate(all="ignore"):
            rounded, kept = pair.a.astype(narrow), pair.e.astype(narrow)
        eps = float(np.finfo(narrow).eps)
        close = (np.abs(pair.a - pair.e) <= 4 * eps * np.abs(pair.e).max()).all()
        if close and (rounded == pair.a).all() and (kept != pair.e).sum() >= 4 and pair.fits(pair.a, slack=1e4):
            return cause("precision.rounded", dtype=dtype)
    if pair.fits(pair.a, slack=100):
        allowed = np.maximum(pair.allowed(pair.e), 1e-300)
        return cause("precision.near", number=number(float((np.abs(pair.a - pair.e) / allowed).max())))
    return None
