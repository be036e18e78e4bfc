"""What `dlgrade verify` says of an exercise: proven, with its figures, or what keeps it from that."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from grader.authoring.confusion import Row
from grader.authoring.findings import Edit, Finding
from grader.errors import EXIT_FULL_SCORE, EXIT_GRADER_FAULT, EXIT_NOT_FULL, EXIT_USAGE
from grader.records import Severity, Text


class Verdict(StrEnum):
    """What became of one exercise; the worst of a course decides the exit code."""

    PROVEN = "proven"
    UNPROVEN = "unproven"  # a finding is an error
    BROKEN = "broken"  # it cannot be examined at all
    FAULT = "grader-fault"  # dlgrade itself failed: nothing is known of the exercise


EXIT_CODES = {
    Verdict.PROVEN: EXIT_FULL_SCORE,
    Verdict.UNPROVEN: EXIT_NOT_FULL,
    Verdict.BROKEN: EXIT_USAGE,
    Verdict.FAULT: EXIT_GRADER_FAULT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """What became of the mutants. The score is killed / (killed + survived)."""

    killed: int
    survived: int
    declared: int  # that survive with their author's reason; they do not count
    left_out: int  # that were not tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How much was proven."""

    seeds: int = 0
    devices: tuple[str, ...] = ()
    tests: int = 0
    points: float = 0.0
    mistakes: int = 0
    cheats: int = 0
    mutation: Mutation | None = None  # None: no mutant was tried
    margin: float | None = None  # the least tolerance, in errors of a right answer; None: no error was seen
    exams: int = 0
    exams_s: float = 0.0  # that they took together, one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One exercise's proof. `faults` are dlgrade's own, and say nothing of the exercise."""

    exercise: str  # the folder's name
    title: Text
    findings: tuple[Finding, ...] = ()
    is_broken: bool = False
    faults: tuple[Text, ...] = ()
    figures: Figures = field(default_factory=Figures)
    confusion: tuple[Row, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What is to be said of the exercise as a whole."""
        if self.faults:
            return Verdict.FAULT
        if self.is_broken:
            return Verdict.BROKEN
        errors = any(finding.severity is Severity.ERROR for finding in self.findings)
        return Verdict.UNPROVEN if errors else Verdict.PROVEN

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What `--fix` would write: for each file once."""
        return tuple({edit.file: edit for finding in self.findings for edit in finding.edits}.values())


def exit_code(proofs: tuple[Proof, ...]) -> int:
    """Return the exit status of the worst: a fault of our own, then a broken exercise, then an unproven one."""
    return max((EXIT_CODES[proof.verdict] for proof in proofs), default=EXIT_FULL_SCORE)
