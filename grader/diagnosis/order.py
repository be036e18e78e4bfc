"""Signatures of right values in the wrong place: transposed, permuted, `view` for `permute`, flipped, shifted."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from grader.diagnosis.finding import Finding
from grader.diagnosis.pair import Pair
from grader.diagnosis.wording.causes import cause
from grader.diagnosis.wording.kinds import kind

_MAX_RANK = 4
_MAX_SIZE = 1 << 18
_MIN_SCRAMBLED = 6  # elements: five values have 120 orders, too few to speak of a pattern


def permuted(pair: Pair) -> Finding | None:
    """The axes are in another order; the shape may be the same."""
    if not _usable(pair) or pair.a.ndim != pair.e.ndim or not 2 <= pair.a.ndim <= _MAX_RANK:
        return None
    for order in list(permutations(range(pair.a.ndim)))[1:]:
        moved = pair.a.transpose(order)
        if moved.shape != pair.e.shape or not pair.fits(moved):
            continue
        swapped = [axis for axis, source in enumerate(order) if axis != source]
        if len(swapped) == 2:
            return cause("order.transposed", first=swapped[0], second=swapped[1])
        return cause("order.permuted", order=str(order))
    return None


def viewed(pair: Pair) -> Finding | None:
    """The memory of a permuted array, divided into the asked shape: `view` where `permute` was meant."""
    if not _usable(pair) or not pair.same_shape or not 2 <= pair.a.ndim <= _MAX_RANK:
        return None
    for order in list(permutations(range(pair.a.ndim)))[1:]:
        if pair.fits(pair.a.ravel(), pair.e.transpose(order).ravel()):
            return cause("order.view")
    return None


def flipped(pair: Pair) -> Finding | None:
    """One axis runs backwards."""
    if not _usable(pair) or not pair.same_shape:
        return None
    for axis in range(pair.a.ndim):
        if pair.a.shape[axis] > 1 and pair.fits(np.flip(pair.a, axis)):
            return cause("order.flipped", axis=axis)
    return None


def shifted(pair: Pair) -> Finding | None:
    """The values come one step late or early along the first axis."""
    if not _usable(pair) or not pair.same_shape or pair.a.ndim == 0 or pair.a.shape[0] < 4:
        return None
    if pair.fits(pair.a[1:], pair.e[:-1]):
        return cause("order.late")
    return cause("order.early") if pair.fits(pair.a[:-1], pair.e[1:]) else None


def scrambled(pair: Pair) -> Finding | None:
    """The same values, each as often, in an order without a name."""
    if not _usable(pair) or not pair.same_shape or not pair.e.size >= _MIN_SCRAMBLED:
        return None
    return cause("order.scrambled") if pair.fits(np.sort(pair.a.ravel()), np.sort(pair.e.ravel())) else None


def shape_permuted(pair: Pair) -> Finding | None:
    """The shape is a permutation of the asked one, whatever the values are."""
    a, e = pair.a.shape, pair.e.shape
    if len(a) < 2 or sorted(a) != sorted(e) or a == e:
        return None
    return kind("shape.transposed" if a == e[::-1] else "shape.permuted")


def _usable(pair: Pair) -> bool:
    return pair.real and pair.finite and 4 <= pair.e.size <= _MAX_SIZE and pair.a.size == pair.e.size
