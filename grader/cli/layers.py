"""What `doctor` tells of each layer of the jail, from the proofs of the degrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import both, joined
from grader.records import Text
from grader.sandbox.jail.layers import NEEDED, REMEDIES, STOPS, Layer
from grader.sandbox.jail.proofs import Proof

_NOTHING = both("")
_NOT_REACHED = Text(en="not reached by the self-test", zh="自检未到达此层")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerState:
    """Whether a layer is there; None: it was not come to."""

    layer: Layer
    held: bool | None
    problem: Text = _NOTHING  # what is missing; of one that is there, what it does
    remedy: Text | None = None  # what would bring it

    @property
    def detail(self) -> Text:
        return self.problem if self.remedy is None else joined((self.problem, self.remedy))

    @property
    def stops(self) -> Text:
        return STOPS[self.layer]


def layer_states(proofs: Sequence[Proof]) -> tuple[LayerState, ...]:
    """Return the state of every layer, from the proofs of the degrees."""
    return tuple(_state(layer, proofs) for layer in Layer)


def _state(layer: Layer, proofs: Sequence[Proof]) -> LayerState:
    if layer is Layer.CGROUPS:
        return _state_of_cgroups(proofs)
    using = [proof for proof in proofs if layer in NEEDED[proof.isolation]]
    if any(proof.holds for proof in using):
        return LayerState(layer=layer, held=True)
    for proof in using:
        failed = proof.missing is layer or any(one.layer is layer and not one.stopped for one in proof.tries)
        if failed:
            return LayerState(layer=layer, held=False, problem=_sentence(proof.problem()), remedy=proof.remedy())
    return LayerState(layer=layer, held=None, problem=_NOT_REACHED)


def _state_of_cgroups(proofs: Sequence[Proof]) -> LayerState:
    found = next((proof for proof in proofs if proof.cgroups or proof.cgroups_missing), None)
    missing = None if found is None else found.cgroups_missing
    if found is not None and missing is None:
        return LayerState(layer=Layer.CGROUPS, held=True, problem=both(found.cgroups))
    if found is None or missing is None:
        return LayerState(layer=Layer.CGROUPS, held=None, problem=_NOT_REACHED)
    remedy = found.cgroups_remedy or REMEDIES[Layer.CGROUPS]
    return LayerState(layer=Layer.CGROUPS, held=False, problem=_sentence(missing), remedy=remedy)


def _sentence(text: Text) -> Text:
    return Text(en=f"{text.en}.", zh=f"{text.zh}。")
