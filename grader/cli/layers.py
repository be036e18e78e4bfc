"""What `doctor` tells of each layer of the jail, from the proofs of the degrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import both, joined
from grader.records import Text
from grader.sandbox.jail.layers import NEEDED, REMEDIES, STOPS, Layer
from grader.sandbox.jail.proofs import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerState:
    """Whether a layer is there; None: it was not come to. `detail`: what is missing, and what would bring it."""

    layer: Layer
    held: bool | None
    detail: Text

    @property
    def stops(self) -> Text:
        return STOPS[self.layer]


def layer_states(proofs: Sequence[Proof]) -> tuple[LayerState, ...]:
    """Return the state of every layer, from the proofs of the degrees."""
    return tuple(_state(layer, proofs) for layer in Layer) if any(proof.tries for proof in proofs) else ()


def _state(layer: Layer, proofs: Sequence[Proof]) -> LayerState:
    if layer is Layer.CGROUPS:
        return _state_of_cgroups(proofs)
    using = [proof for proof in proofs if layer in NEEDED[proof.isolation]]
    if any(proof.holds for proof in using):
        return LayerState(layer=layer, held=True, detail=both(""))
    for proof in using:
        failed = proof.missing is layer or any(one.layer is layer and not one.stopped for one in proof.tries)
        if failed:
            return LayerState(layer=layer, held=False, detail=joined((both(f"{proof.problem().en}."), REMEDIES[layer])))
    return LayerState(layer=layer, held=None, detail=Text(en="not reached by the self-test", zh="自检未到达此层"))


def _state_of_cgroups(proofs: Sequence[Proof]) -> LayerState:
    found = next((proof for proof in proofs if proof.cgroups or proof.cgroups_missing), None)
    missing = None if found is None else found.cgroups_missing
    if found is not None and missing is None:
        return LayerState(layer=Layer.CGROUPS, held=True, detail=both(found.cgroups))
    return LayerState(layer=Layer.CGROUPS, held=False, detail=missing or REMEDIES[Layer.CGROUPS])
