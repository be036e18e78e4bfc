"""The signs of the terminal page, in Unicode and in ASCII; a sign always stands beside a word or a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.records import Outcome


@dataclass(frozen=True, slots=True)
class Sign:
    """One character, and its style. It is one column wide, and the usual monospaced fonts have it (no U+23F1)."""

    glyph: str
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """One set of signs."""

    outcomes: Mapping[Outcome, Sign]
    failed: Sign
    waiting: Sign
    full_block: str
    empty_block: str
    gutter: str
    separator: str
    ellipsis: str

    def outcome(self, outcome: Outcome) -> Sign:
        """Return the sign of `outcome`."""
        return self.outcomes[outcome]


_FAILED = Sign("✗", "red")
_WAITING = Sign("◦", "dim")
UNICODE = Signs(
    outcomes={
        Outcome.PASSED: Sign("✓", "green"),
        Outcome.FAILED: _FAILED,
        Outcome.BLOCKED: _WAITING,
        Outcome.TIMEOUT: Sign("◷", "yellow"),
        Outcome.MEMORY: Sign("⊞", "yellow"),
        Outcome.CRASHED: Sign("↯", "red"),
        Outcome.FORBIDDEN: Sign("⊘", "red"),
        Outcome.GRADER_FAULT: Sign("?", "magenta"),
    },
    failed=_FAILED,
    waiting=_WAITING,
    full_block="█",
    empty_block="░",
    gutter="│",
    separator=" · ",
    ellipsis="…",
)

_FAILED_ASCII = Sign("x", "red")
_WAITING_ASCII = Sign("-", "dim")
ASCII = Signs(
    outcomes={
        Outcome.PASSED: Sign("+", "green"),
        Outcome.FAILED: _FAILED_ASCII,
        Outcome.BLOCKED: _WAITING_ASCII,
        Outcome.TIMEOUT: Sign("T", "yellow"),
        Outcome.MEMORY: Sign("M", "yellow"),
        Outcome.CRASHED: Sign("!", "red"),
        Outcome.FORBIDDEN: Sign("#", "red"),
        Outcome.GRADER_FAULT: Sign("?", "magenta"),
    },
    failed=_FAILED_ASCII,
    waiting=_WAITING_ASCII,
    full_block="#",
    empty_block=".",
    gutter="|",
    separator=" - ",
    ellipsis="...",
)
