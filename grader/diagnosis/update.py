"""Signatures of an argument that was to be changed in place: how it moved, beside how it should have moved."""

from __future__ import annotations

from grader.diagnosis import scale
from grader.diagnosis.finding import Finding
from grader.diagnosis.pair import Pair
from grader.diagnosis.wording.causes import cause

_WORDED = {"factor.sign": "update.sign", "factor.size": "update.size", "factor.per_size": "update.per_size"}


def moved(pair: Pair) -> Finding | None:
    """A step that was not taken, went the other way, or was longer or shorter by a size."""
    before = pair.compared.before
    if before is None or not pair.comparable or before.shape != pair.e.shape:
        return None
    step = Pair(pair.compared, pair.a - before, pair.e - before)
    if not step.a.any():
        return _unmoved(pair) if step.e.any() else None
    if not step.e.any() and pair.informative(before):
        is_gradient = pair.compared.argument is not None and pair.compared.argument.name.endswith(".grad")
        return cause("update.gradient" if is_gradient else "update.kept")
    named = scale.named_factors(step)
    best = next((factor for factor in named if factor.cause_id in _WORDED), None)
    if best is None:
        return None
    size = best.value if best.value > 1 else 1 / best.value
    return cause(_WORDED[best.cause_id], words=best.words, number=scale.number(size))


def _unmoved(pair: Pair) -> Finding:
    """Say what an argument that did not change suggests: by what else did, and by how one writes into it."""
    argument = pair.compared.argument
    if argument is not None and argument.others_moved:
        return cause("update.some")
    if argument is not None and argument.name.endswith("']"):
        return cause("update.none_key")
    return cause("update.none_array" if pair.mismatch.actual.type_name == "ndarray" else "update.none")
