"""QTI: a quiz as a content package of QTI 2.1, and packages of QTI 2.0 to 3.0 read into a quiz.

Which version is written, and why, is in docs/design/quiz-exchange.md.
"""

from __future__ import annotations

from grader.quiz.exchange.losses import FittedBooklet
from grader.quiz.exchange.qti.fitting import fit
from grader.quiz.exchange.qti.package import package
from grader.quiz.exchange.qti.reading import read, recognises

__all__ = ["fit", "read", "recognises", "write"]


def write(fitted: FittedBooklet) -> bytes:
    """Return the package: the same bytes for the same booklet."""
    return package(fitted)
