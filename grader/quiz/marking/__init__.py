"""Marking: what a person would accept is accepted, and what is merely near is not.

`Marker` marks any question; `read` says first how an answer is understood. The rules are in
docs/design/quiz-marking.md. Loading this package loads neither torch nor NumPy nor sympy.
"""

from grader.quiz.marking.algebra import Algebra
from grader.quiz.marking.checking import Unfair, check, collisions
from grader.quiz.marking.mark import Mark, Reading, Unreadable, Verdict
from grader.quiz.marking.marker import Marker, Response, made, read

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
