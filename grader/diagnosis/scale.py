"""Signatures of the right form at the wrong scale: zeros, constants, factors, offsets, another function of it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.diagnosis.finding import Finding
from grader.diagnosis.inputs import Input
from grader.diagnosis.pair import Pair, Values
from grader.diagnosis.wording import added, fill, same
from grader.diagnosis.wording.causes import ALSO, AND, cause
from grader.records import Text

# exp(x) is inf above: ln of the largest finite number of the dtype.
EXP_LIMITS = {"float16": 11.09, "bfloat16": 88.72, "float32": 88.72, "float64": 709.78}
_FIXED = (
    (-1.0, "factor.sign"),
    (2.0, "factor.two"),
    (0.5, "factor.half"),
    (1 / math.log(10), "factor.log10"),
    (1 / math.log(2), "factor.log2"),
    (math.log(10), "factor.ln"),
    (math.log(2), "factor.ln"),
    (100.0, "factor.percent"),
    (0.01, "factor.percent"),
)
_SPREAD_NAMES = ("var", "std", "norm", "standard", "cov", "corr", "moment", "whiten")  # of functions
_MIN_SPREAD = 3  # numbers that are off by n/(n - 1)
_MIN_DISTINCT = 3  # expected values, where all of mine are one
_MOST_NAMES = 3  # of one number, beside the first
_NO_WORDS = same("")
_NEAR = 0.05  # a factor further off than this is not tried: bfloat16 rounds to 0.4 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A number that the result may be too large by, and what to say then."""

    value: float
    cause_id: str
    words: Text = _NO_WORDS
    name: str = ""


def zeros(pair: Pair) -> Finding | None:
    """Everything is 0 where something else is expected."""
    if not pair.comparable or pair.a.any():
        return None
    # One 0 proves nothing, nor do some where 0 is expected too; three that should be other numbers do.
    telling = pair.e.size >= 3 and _count_distinct(pair.e) >= 2 and pair.e.all()
    if not telling and not pair.informative(pair.e):
        return None
    return cause("zeros.large" if is_beyond_exp(pair) else "zeros")


def _count_distinct(values: Values) -> int:
    """Return how many different numbers these are; all NaN are one. `np.unique` would import numpy.ma, 6 ms an exam."""
    ordered = np.sort(values, axis=None)
    different = np.count_nonzero(ordered[1:] != ordered[:-1]) + min(1, ordered.size)
    return int(different) - max(0, int(np.isnan(ordered).sum()) - 1)


def is_beyond_exp(pair: Pair) -> bool:
    """Whether `exp` of an input overflows."""
    return any(
        item.values.ndim and bool((item.values[np.isfinite(item.values)] > exp_limit(pair, item)[1]).any())
        for item in pair.inputs
    )


def exp_limit(pair: Pair, item: Input) -> tuple[str, float]:
    """Return the dtype that an input is computed in, and where `exp` overflows in it."""
    for dtype in (item.dtype, pair.mismatch.expected.dtype or ""):
        if dtype in EXP_LIMITS:
            return dtype, EXP_LIMITS[dtype]
    return "float64", EXP_LIMITS["float64"]


def constant(pair: Pair) -> Finding | None:
    """The result does not depend on where one looks."""
    if not pair.comparable or pair.e.size < 4 or np.ptp(pair.a) > 0 or not pair.informative(pair.e):
        return None
    if _count_distinct(pair.e) < _MIN_DISTINCT:
        return None  # saturated values: 0 everywhere, where some are 1
    return cause("constant", number=number(pair.a.flat[0]))


def factor(pair: Pair) -> Finding | None:
    """Every value is the same multiple of the expected one; named where the number has a name."""
    ratio = _ratio(pair)
    if ratio is None:
        return None
    named = named_factors(pair)
    if named:
        return _named(named)
    if abs(ratio - 1) > 1e-3 and pair.fits(pair.a / ratio, fitted=1):
        return cause("factor", number=number(ratio))
    return None


def named_factors(pair: Pair) -> list[Factor]:
    """Return the numbers with a name that the result is too large by, the most likely first."""
    ratio = _ratio(pair)
    if ratio is None:
        return []
    return [f for f in _factors(pair) if abs(ratio / f.value - 1) < _NEAR and pair.fits(pair.a / f.value)]


def _ratio(pair: Pair) -> float | None:
    """Return how many times the expected value the largest one is; None where that is no real number."""
    if not (pair.same_shape and pair.finite and pair.e.size):
        return None
    top = int(np.argmax(np.abs(pair.e)))
    if pair.e.flat[top] == 0 or pair.a.flat[top] == 0:
        return None
    ratio = complex(pair.a.flat[top] / pair.e.flat[top])
    return None if abs(ratio.imag) > 1e-3 * abs(ratio.real) else ratio.real


def _named(factors: list[Factor]) -> Finding:
    """Word the first; a number that is known by a second name as well is said to be, for either may be the reason."""
    best = factors[0]
    if best.cause_id == "factor.argument":
        found = cause(best.cause_id, name=best.name, formula=best.words, number=number(best.value))
    else:
        size = best.value if best.value > 1 else 1 / best.value
        shown = size**2 if best.cause_id == "factor.root_size" else size
        found = cause(best.cause_id, words=best.words, number=number(shown))
    of_n = ("factor.bessel", "factor.root_size")  # their words name n, and not the factor itself
    alike = [f for f in factors[1:] if f.cause_id == best.cause_id or not {f.cause_id, best.cause_id} & {*of_n}]
    others = [f for f in alike if f.words.en and f.words != best.words]
    if not others:
        return found
    words = list(dict.fromkeys(f.words for f in others))[:_MOST_NAMES]
    return added(found, fill(ALSO, words=functools.reduce(lambda one, more: fill(AND, first=one, second=more), words)))


def _factors(pair: Pair) -> Iterator[Factor]:
    for value, cause_id in _FIXED:
        yield Factor(value=value, cause_id=cause_id)
    for size in pair.sizes:
        n = float(size.number)
        yield Factor(value=n, cause_id="factor.size", words=size.words)
        yield Factor(value=1 / n, cause_id="factor.per_size", words=size.words)
    for size in pair.sizes:
        n = float(size.number)
        for value in (n / (n - 1), (n - 1) / n) if _may_be_spread(pair, n) else ():
            yield Factor(value=value, cause_id="factor.bessel", words=size.words)
            yield Factor(value=math.sqrt(value), cause_id="factor.bessel", words=size.words)
        yield Factor(value=math.sqrt(n), cause_id="factor.root_size", words=size.words)
        yield Factor(value=1 / math.sqrt(n), cause_id="factor.root_size", words=size.words)
    for item in pair.inputs:
        if item.values.shape == () and item.values.dtype.kind == "f" and item.dtype != "int":
            yield from _argument_factors(item.name, float(item.values))


def _may_be_spread(pair: Pair, n: float) -> bool:
    """Whether n/(n - 1) may be the divisor of a variance, and is not just the ratio of two counts, such as 3/2.

    The function's name says so, or several numbers come where an axis of n was reduced.
    """
    function = pair.compared.call.function.lower() if pair.compared.call is not None else ""
    if any(name in function for name in _SPREAD_NAMES):
        return True
    shapes = [item.values.shape for item in pair.inputs]
    reduced = any(
        shape[:axis] + shape[axis + 1 :] == pair.e.shape
        for shape in shapes
        for axis, size in enumerate(shape)
        if size == n
    )
    return reduced and _count_distinct(pair.e) >= _MIN_SPREAD


def _argument_factors(name: str, v: float) -> Iterator[Factor]:
    if not math.isfinite(v) or v in (0.0, 1.0) or not 1e-12 < abs(v) < 1e12:
        return
    formulas = {name: v, f"1/{name}": 1 / v, f"1 - {name}": 1 - v, f"1/(1 - {name})": 1 / (1 - v)}
    formulas |= {f"(1 - {name})/{name}": (1 - v) / v, f"{name}/(1 - {name})": v / (1 - v), f"-{name}": -v}
    for formula, value in formulas.items():
        if abs(value - 1) > 1e-6:
            yield Factor(value=value, cause_id="factor.argument", words=same(f"`{formula}`"), name=name)


def offset(pair: Pair) -> Finding | None:
    """Every value is off by the same amount."""
    if not pair.comparable:
        return None
    gap = float((pair.a - pair.e).mean())
    return cause("offset", number=number(gap)) if gap and pair.fits(pair.a - gap, fitted=1) else None


def residual(pair: Pair) -> Finding | None:
    """The error is a multiple of an argument: a regulariser or step that is missing or counted twice."""
    if not pair.comparable:
        return None
    error = pair.a - pair.e
    for item in pair.inputs:
        x = item.values
        if x.shape != error.shape or x.dtype.kind != "f" or not np.isfinite(x).all() or not x.any():
            continue
        share = float((error * x).sum() / (x * x).sum())
        # The argument must explain the error itself, not merely leave the expected values in place.
        if share and pair.fits(share * x, error, fitted=1) and pair.fits(pair.a - share * x, fitted=1):
            return cause("residual.argument", name=item.name, number=number(share))
    return None


# ---------------------------------------------------------------------------------------------- another function

_TRANSFORMS: tuple[tuple[str, Callable[[Values], Any], Callable[[Values], Any]], ...] = (
    ("transform.abs", np.abs, lambda e: bool((e < 0).any())),
    ("transform.square", np.square, np.any),
    ("transform.sqrt", np.sqrt, lambda e: bool((e >= 0).all())),
    ("transform.log", np.log, lambda e: bool((e > 0).all())),
    ("transform.exp", np.exp, lambda e: float(e.max()) < 80),
    ("transform.reciprocal", np.reciprocal, lambda e: bool((e != 0).all())),
    ("transform.complement", lambda e: 1 - e, np.any),
)


def transformed(pair: Pair) -> Finding | None:
    """Every value is the same familiar function of the expected one."""
    if not pair.comparable or not pair.informative(pair.e):
        return None
    for cause_id, function, applies in _TRANSFORMS:
        if applies(pair.e) and pair.fits(pair.a, function(pair.e)):
            return cause(cause_id)
    return None


def clipped(pair: Pair) -> Finding | None:
    """Right in a range, cut off beyond it; or a mask that is missing."""
    if not pair.comparable:
        return None
    right, a, e = pair.right, pair.a, pair.e
    wrong = ~right
    if not (right.any() and pair.informative(e[right])):
        return None
    if (e[wrong] == 0).all() and e.any() and wrong.sum() > 1:
        return cause("transform.relu_missing")
    if (e[wrong] < 0).all() and (a[wrong] == 0).all() and (e[right] >= 0).all():
        return cause("transform.clipped_zero")
    low, high = float(a.min()), float(a.max())
    over, under = wrong & (e > high), wrong & (e < low)
    if (over | under)[wrong].all() and (a[over] == high).all() and (a[under] == low).all() and wrong.sum() >= 3:
        return cause("transform.clipped", low=number(low), high=number(high))
    return None


def number(value: Any) -> str:
    """Write a number for a sentence: four digits are enough."""
    return f"{float(value.real if isinstance(value, complex) else value):.4g}"
