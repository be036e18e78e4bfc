"""The generic signatures over a `Compared`, best first: which familiar mistake makes exactly this difference.

Each detector is a pure function of the two arrays and the call behind them, returning a `Finding` or None; it claims
nothing that chance could have produced (see `pair`). What none of them explains is honestly "unknown".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.diagnosis import axes, finite, history, order, scale, update
from grader.diagnosis.attributes import by_attribute
from grader.diagnosis.finding import Finding
from grader.diagnosis.pair import Pair
from grader.diagnosis.wording.causes import cause
from grader.examination.evidence import Compared, MismatchKind

Detector = Callable[[Pair], Finding | None]

# Rank: what must hold for every element first, then what holds for some.
DETECTORS: tuple[Detector, ...] = (
    finite.not_finite,
    update.moved,
    history.first_only,
    history.returned_input,
    history.stale,
    scale.zeros,
    scale.constant,
    axes.normalised,
    scale.factor,
    scale.transformed,
    order.permuted,
    order.viewed,
    order.flipped,
    order.shifted,
    axes.centred,
    axes.broadcast_loss,
    scale.residual,
    scale.offset,
    finite.near,
    scale.clipped,
    order.scrambled,
    finite.hidden,
    axes.rows,
    finite.some_zeros,
)

MAX_ELEMENTS = 1 << 22  # beyond it, looking for reasons would take seconds


def pair_of(compared: Compared) -> Pair | None:
    """Return the two arrays of a comparison, or None where a side has none or is too large to look into."""
    a, e = compared.mismatch.actual_values, compared.mismatch.expected_values
    if a is None or e is None or max(a.size, e.size) > MAX_ELEMENTS:
        return None
    return Pair(compared, a, e)


def find(compared: Compared) -> tuple[Finding, ...]:
    """Return what the difference could come from, best first; never empty: the last resort is "unknown"."""
    pair = pair_of(compared)
    attribute = by_attribute(compared.mismatch, pair, is_result=compared.direct and not compared.mismatch.path)
    if attribute is not None:
        return (attribute,)
    if pair is not None:
        with np.errstate(all="ignore"):
            for detect in DETECTORS:
                found = detect(pair)
                if found is not None:
                    return (found,)
    if compared.mismatch.kind is MismatchKind.FINITENESS:
        return (cause("nonfinite" if compared.mismatch.nan_actual or compared.mismatch.inf_actual else "unknown"),)
    return (cause("unknown"),)
