"""A diagnosis: the result is one-hot at the largest element of each row, where a soft choice was asked for."""

from __future__ import annotations

import numpy as np

from grader.diagnosis import Finding
from grader.diagnosis.plugged import Failure
from grader.records import Text

api = 1
ENOUGH_BITS = 8.0  # a row of K classes is right by chance once in K times


def diagnose(failure: Failure) -> Finding | None:
    """Return the cause when every row is one-hot at the expected largest element."""
    pair = failure.pair
    if pair is None or not pair.comparable or pair.e.ndim != 2:
        return None
    rows, classes = pair.e.shape
    hard = (pair.e == pair.e.max(axis=-1, keepdims=True)).astype(pair.a.dtype)
    if rows * np.log2(classes) < ENOUGH_BITS or not np.array_equal(pair.a, hard):
        return None
    return Finding(
        cause_id="one-hot",
        hint=Text(
            en="Each row is 1 at its largest element and 0 elsewhere: that is argmax, not a soft choice.",
            zh="每一行只在最大元素处为 1，其余为 0：这是 argmax，而不是软选择。",
        ),
        next_step=Text(
            en="Give the other classes their share: exponentiate, then divide by the row's sum.",
            zh="让其他类别也分到份额：先取指数，再除以该行之和。",
        ),
    )
