"""Marking: what a person would accept is accepted, and what is merely near is not.

`Marker` marks any question; `read` says first how an answer is understood. The rules are in
docs/design/quiz-marking.md. Loading this package loads neither torch nor NumPy nor sympy, and of itself only what is
asked for: a student's first question is shown without anything that marks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.quiz.marking.algebra import Algebra
    from grader.quiz.marking.checking import Unfair, check, collisions
    from grader.quiz.marking.mark import Mark, Reading, Unreadable, Verdict, made
    from grader.quiz.marking.marker import Marker
    from grader.quiz.marking.reader import read
    from grader.quiz.marking.responses import Response

__all__ = [
    "Algebra",
    "Mark",
    "Marker",
    "Reading",
    "Response",
    "Unfair",
    "Unreadable",
    "Verdict",
    "check",
    "collisions",
    "made",
    "read",
]

_MODULES = {
    "Algebra": "algebra",
    **dict.fromkeys(("Unfair", "check", "collisions"), "checking"),
    **dict.fromkeys(("Mark", "Reading", "Unreadable", "Verdict", "made"), "mark"),
    "Marker": "marker",
    "read": "reader",
    "Response": "responses",
}


def __getattr__(name: str) -> object:
    """Load what is offered on first use."""
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
