"""A finding: one likely cause, in words for each level of disclosure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.records import Explanation, Reveal, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why a result is wrong, and what to do next.

    `hint` and `next_step` hold no input, no expected value, and nothing that the student's code could have chosen
    freely, for they are shown for hidden tests. `shape` may name sizes, `full` and `problem` also values; an absent
    level falls back to the one before it.
    """

    cause_id: str
    hint: Text
    next_step: Text | None  # None: the cause says what to do, too
    shape: Text | None = None
    full: Text | None = None
    problem: Text | None = None  # a better problem line than the measurement, at FULL only

    def cause(self, reveal: Reveal) -> Text:
        """Return the cause in as much detail as `reveal` allows."""
        if reveal is Reveal.FULL and self.full is not None:
            return self.full
        if reveal in (Reveal.SHAPE, Reveal.FULL) and self.shape is not None:
            return self.shape
        return self.hint


def with_cause(made: Explanation, found: Finding, reveal: Reveal) -> Explanation:
    """Return an explanation with another cause; where nothing may be shown, as it is."""
    if reveal is Reveal.NONE:
        return made
    return replace(made, cause_id=found.cause_id, cause=found.cause(reveal), next_step=found.next_step)
