"""What the self-test of a degree found: records that travel from the zygote over the base to whoever asks."""

from __future__ import annotations

from dataclasses import dataclass

from grader.records import Isolation, Text
from grader.sandbox.jail.layers import REMEDIES, RUN_AS_ROOT, RUNSC_NEEDS_ROOT, Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt of the proof, from inside the jail, and whether it was stopped."""

    what: str
    layer: Layer
    stopped: bool
    how: str = ""  # what stopped it, in the system's words


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a degree's self-test found on this machine."""

    isolation: Isolation
    tries: tuple[Try, ...] = ()
    missing: Layer | None = None  # the layer that is not there
    why: str = ""  # why it does not hold, in the system's words; "": nothing but the tries decides
    cgroups: str = ""  # which caps the kernel counts for the whole child: "memory, pids, cpu"; "": none
    cgroups_missing: Text | None = None  # why there is none, or not all
    cgroups_remedy: Text | None = None  # what would bring it

    @property
    def holds(self) -> bool:
        """Whether every layer of the degree is there, and every attempt was stopped."""
        return self.missing is None and not self.why and all(one.stopped for one in self.tries)

    @property
    def first_failed(self) -> Try | None:
        """The first attempt that nothing stopped."""
        return next((one for one in self.tries if not one.stopped), None)

    def problem(self) -> Text:
        """Return why the degree does not hold, for people."""
        failed = self.first_failed
        if self.missing is not None:
            layer = self.missing.value
            return Text(en=f"layer {layer} is missing ({self.why})", zh=f"缺少 {layer} 层（{self.why}）")
        if failed is not None:
            return Text(en=f"the self-test got through: {failed.what}", zh=f"自检未被拦住：{failed.what}")
        return Text(en=self.why, zh=self.why)

    def remedy(self) -> Text | None:
        """Return what would bring it; None where nobody knows."""
        failed = self.first_failed
        layer = self.missing or (failed.layer if failed else None)
        if self.why == RUNSC_NEEDS_ROOT:
            return RUN_AS_ROOT
        return None if layer is None else REMEDIES[layer]
