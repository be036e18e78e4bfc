"""The mutants: how many small faults in the reference the tests notice."""

from __future__ import annotations

from collections.abc import Iterator

from grader.authoring.expected import EXPECTED
from grader.authoring.findings import Finding
from grader.authoring.mutate import KillScore, Tried, Where, kill_score, mutant_findings
from grader.authoring.verify.context import Context
from grader.authoring.verify.exams import Kind
from grader.records import Examination, Outcome


def check_mutants(context: Context) -> Iterator[Finding]:
    """Yield the mutants that survive, a score that is too low, and declarations that do not hold."""
    exams = context.exams
    if not exams.mutants.chosen:
        return
    where = Where(
        exercise=context.exercise.name,
        folder=context.hidden(""),
        declarations=context.hidden(EXPECTED),
    )
    yield from mutant_findings(tried(context), context.expected.survive, exams.all_mutants, where)


def score_of(context: Context) -> KillScore | None:
    """Return the kill score; None where no mutant was tried."""
    found = tried(context)
    return kill_score(found, context.expected.survive, left_out=context.exams.mutants.left_out) if found else None


def tried(context: Context) -> list[Tried]:
    """Return each mutant whose exam was held, with what killed it."""
    held = context.exams.held(Kind.MUTANT)
    return [
        Tried(mutant=mutant, killed_by=_killed_by(held[str(number)]))
        for number, mutant in enumerate(context.exams.mutants.chosen)
        if str(number) in held
    ]


def _killed_by(examination: Examination) -> str:
    missed = (test.name for test in examination.tests if test.outcome is not Outcome.PASSED)
    return next(missed, "")
