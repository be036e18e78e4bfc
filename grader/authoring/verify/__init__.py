"""Proving exercises: everything that `dlgrade verify` checks, one module a subject."""

from grader.authoring.verify.exams import Settings
from grader.authoring.verify.proof import Figures, Proof, Verdict, exit_code
from grader.authoring.verify.run import Progress, verify

__all__ = ["Figures", "Progress", "Proof", "Settings", "Verdict", "exit_code", "verify"]
