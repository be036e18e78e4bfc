"""What other tools say of an exercise's files: markers out of step, lints of the tests, a solution that leaks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.authoring.findings import Finding
from grader.authoring.leaks import leaks
from grader.authoring.leftovers import leftover_findings
from grader.authoring.lints import lint
from grader.authoring.markers import stub_findings
from grader.authoring.verify.context import Context
from grader.authoring.verify.exams import LINTED_SEEDS
from grader.exercise.public import public_file
from grader.exercise.solution import CHEATS, MISTAKES, solution_files
from grader.records import Exercise


def is_all_python(exercise: Exercise) -> bool:
    """Whether stub, mistakes and cheats can be parsed; one that cannot fails its exam, and is told of that."""
    hidden = (file for folder in ("", MISTAKES, CHEATS) for file in solution_files(exercise, folder))
    try:
        for file in (*hidden, *(public_file(exercise, name) for name in exercise.files)):
            ast.parse(file.text)
    except (SyntaxError, ValueError):
        return False
    return True


def check_markers(context: Context) -> Iterator[Finding]:
    """Yield where the stub is not what the markers of the reference make, and what is left of `new`'s sample."""
    yield from stub_findings(context.exercise, context.root)
    yield from leftover_findings(context.exercise, context.root)


def check_leaks(context: Context) -> Iterator[Finding]:
    """Yield what students would see of the hidden half."""
    yield from leaks(context.exercise, context.root)


def check_lints(context: Context) -> Iterator[Finding]:
    """Yield the holes that are known from tests of others."""
    exams = [examination.calls for examination in context.exams.references()[:LINTED_SEEDS] if examination.calls]
    sound = exams if context.exams.is_sound() else ()
    yield from lint(context.exercise, sound, ignored=context.expected.ignore, root=context.root)
