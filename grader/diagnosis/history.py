"""Signatures that need the other calls of the test, or the arguments themselves: state, caching, nothing done."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.finding import Finding
from grader.diagnosis.inputs import inputs_of
from grader.diagnosis.pair import Pair
from grader.diagnosis.wording.causes import cause
from grader.examination.compare import compare
from grader.examination.evidence import Call

_MAX_CALLS = 50


def returned_input(pair: Pair) -> Finding | None:
    """The result is one of the arguments."""
    if not (pair.compared.direct and pair.same_shape and pair.real and pair.e.size):
        return None
    for item in pair.inputs:
        alike = item.values.shape == pair.a.shape and np.array_equal(item.values, pair.a)
        if alike and pair.a.size >= 2 and pair.informative(item.values):
            return cause("input.returned", name=item.name)
    return None


def first_only(pair: Pair) -> Finding | None:
    """The same call gave the right result earlier in the test."""
    call = pair.compared.call
    if call is None or not pair.compared.direct or pair.mismatch.path:
        return None
    for earlier in _earlier(pair, call):
        if _same_arguments(earlier, call) and _is_right(pair, earlier):
            return cause("history.first_only")
    return None


def stale(pair: Pair) -> Finding | None:
    """The result is that of an earlier call with other arguments."""
    call = pair.compared.call
    if call is None or not pair.compared.direct or not pair.comparable or pair.mismatch.path:
        return None
    if not pair.informative(pair.a):
        return None
    for earlier in _earlier(pair, call):
        if not _same_arguments(earlier, call) and _equal(earlier.result, call.result):
            return cause("history.stale")
    return None


def _earlier(pair: Pair, call: Call) -> list[Call]:
    before: list[Call] = []
    for other in pair.compared.calls[-_MAX_CALLS:]:
        if other is call:
            break
        if other.function == call.function:
            before.append(other)
    return before


def _same_arguments(one: Call, other: Call) -> bool:
    return _equal(one.args, other.args) and _equal(one.kwargs, other.kwargs)


def _equal(one: object, other: object) -> bool:
    try:
        return compare(one, other, rtol=0.0, atol=0.0) is None
    except TypeError:
        return one is other  # a handle or a callback: only itself


def _is_right(pair: Pair, earlier: Call) -> bool:
    """Whether the earlier result is what is now expected; its values may have been changed in place since."""
    as_input = Call(function="", args=(earlier.result,), kwargs={}, result=None, text="", text_full="")
    found = inputs_of(as_input)
    if len(found) != 1 or found[0].values.shape != pair.e.shape:
        return False
    return bool((np.abs(found[0].values - pair.e) <= pair.allowed(pair.e)).all())
