"""Lints of an exercise's tests: holes through which a wrong answer is known to slip.

    for finding in lint(exercise, exams, ignored=...): ...

`exams` are the calls that exams of the reference recorded (`ExamRequest.record_calls`), one exam for each of two seeds
or more: those lints judge what the functions really got. The others read the sources of the tests.

A finding that the author has reason for is silenced by a comment in its line, or the line before,

    # dlgrade: ignore[square-shapes] a covariance is square

or in the table `[lints.ignore]` of the exercise's `expected.toml`, by the lint's name, alone or with its subject:

    [lints.ignore]
    "constant-size classify.image" = "MNIST images have 784 pixels."
"""

from grader.authoring.lints.run import lint
from grader.authoring.lints.table import LINTS, Lint

__all__ = ["LINTS", "Lint", "lint"]
