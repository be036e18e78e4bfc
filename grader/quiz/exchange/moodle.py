"""Moodle XML: what Moodle exports and imports as questions. A quiz is a category there, and so is each group in it.

Which parts of it are written, what that loses and what comes back is in docs/design/quiz-exchange.md.
"""

from __future__ import annotations

from grader.quiz.exchange.losses import FittedBooklet
from grader.quiz.exchange.moodle_fit import fit as fit
from grader.quiz.exchange.moodle_read import read as read
from grader.quiz.exchange.moodle_write import write as write

__all__ = ["FittedBooklet", "fit", "read", "recognises", "write"]


def recognises(content: bytes) -> bool:
    """Return whether a file begins as Moodle XML does."""
    return b"<quiz" in content[:4096].replace(b"\0", b"")
