"""What lint says of one quiz, and the exit code of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import EXIT_GRADER_FAULT
from grader.quiz.linting.findings import Finding
from grader.records import Severity

EXIT_CLEAN, EXIT_FOUND = 0, 2
FAILED = "lint.failed"  # what dlgrade could not look at: its own fault


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizReport:
    """The findings of one quiz, the gravest first, and how much was looked at."""

    quiz: str  # its id; of one that cannot be read, its folder's name
    folder: str
    questions: int = 0
    parametrised: int = 0
    seeds: int = 0
    variants: int = 0  # drawn of them all
    findings: tuple[Finding, ...] = ()

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.findings)


def exit_code(reports: Sequence[QuizReport], *, strict: bool = False) -> int:
    """Return 3 where dlgrade itself failed, 2 where there is an error (`strict`: or a warning), else 0."""
    if any(finding.check == FAILED for report in reports for finding in report.findings):
        return EXIT_GRADER_FAULT
    grave = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    found = any(finding.severity in grave for report in reports for finding in report.findings)
    return EXIT_FOUND if found else EXIT_CLEAN
