"""Mutants of a reference: small faults, one at a time, that an exercise's tests should notice."""

from grader.authoring.mutate.generate import Sample, mutants, sample
from grader.authoring.mutate.mutant import OPERATORS, Mutant
from grader.authoring.mutate.score import KillScore, Tried, Where, kill_score, mutant_findings

__all__ = [
    "OPERATORS",
    "KillScore",
    "Mutant",
    "Sample",
    "Tried",
    "Where",
    "kill_score",
    "mutant_findings",
    "mutants",
    "sample",
]
