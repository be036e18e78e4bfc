"""What an exercise's manifest means where it is silent: dlgrade's own defaults, or those of its course."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from grader.records import Device, Language, Limits, Reveal


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a manifest inherits. `languages` is what the exercise must be complete in, and no manifest changes it."""

    devices: tuple[Device, ...] = (Device.CPU,)
    limits: Limits = field(default_factory=Limits)
    reveal_hidden: Reveal = Reveal.HINT
    languages: tuple[Language, ...] = tuple(Language)

    def with_table(self, table: Mapping[str, Any]) -> Self:
        """Return these defaults, changed by what a valid manifest, or a course's `[defaults]`, says."""
        changes: dict[str, Any] = {}
        if "devices" in table:
            changes["devices"] = tuple(Device(name) for name in table["devices"])
        if "hidden" in table.get("reveal", {}):
            changes["reveal_hidden"] = Reveal(table["reveal"]["hidden"])
        return replace(self, limits=_limits(table.get("limits", {}), self.limits), **changes)

    def fingerprint(self) -> bytes:
        """Return what decides a grade of these, as bytes that are the same wherever they come from."""
        decisive = {"devices": self.devices, "limits": asdict(self.limits), "reveal": self.reveal_hidden}
        return json.dumps(decisive, sort_keys=True).encode()


STANDARD = Defaults()  # of every course that says nothing else


def _limits(given: Mapping[str, Any], inherited: Limits) -> Limits:
    kinds = {"call_s": float, "exam_s": float, "memory_mib": int, "gpu_memory_mib": int}
    known = {one.name: getattr(inherited, one.name) for one in fields(Limits)}
    limits = known | {name: kinds[name](value) for name, value in given.items()}
    # Where only one of the two is given, the inherited other one yields: a call never outlasts its exam.
    if "call_s" not in given:
        limits["call_s"] = min(limits["call_s"], limits["exam_s"])
    if "exam_s" not in given:
        limits["exam_s"] = max(limits["call_s"], limits["exam_s"])
    return Limits(**limits)
