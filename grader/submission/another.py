"""Which exercise a submission seems to be of, where it is not the one that it was handed in for.

Told by the names that a module defines at its top: those of the stub are the ones that an exercise asks for. The code
is parsed, never run.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from pathlib import Path

from grader.errors import GraderError
from grader.records import Exercise, Submission
from grader.submission import apart
from grader.submission.asked import names_in_stub
from grader.submission.collect import collect
from grader.submission.names import wanted_names


def other_of_files(path: Path, others: Sequence[Exercise]) -> Exercise | None:
    """Return the one exercise whose files lie at `path`, by their names; None: of none, or of several."""
    return _only([other for other in others if _is_taken(path, other)])


def other_of_names(submission: Submission, others: Sequence[Exercise]) -> Exercise | None:
    """Return the one exercise all of whose names the submission defines; None: of none, or of several."""
    defined = _defined(submission)
    return _only([other for other in others if (asked := names_asked(other)) and asked <= (defined or frozenset())])


def defines_nothing_of(submission: Submission, exercise: Exercise) -> bool:
    """Whether the submission can be parsed, and defines none of the names that the exercise asks for.

    Raises: SubmissionError for what takes Python too long.
    """
    defined = _defined(submission)
    asked = names_asked(exercise)
    return defined is not None and bool(asked) and not asked & defined


def names_asked(exercise: Exercise) -> frozenset[str]:
    """Return the functions and classes that an exercise's stubs define; none where a stub cannot be read."""
    try:
        return frozenset(name for file in exercise.files for name in names_in_stub(exercise, file))
    except (OSError, SyntaxError, ValueError):
        return frozenset()  # `collect` and `verify` say what is wrong with a stub; here nothing can be told by it


def _is_taken(path: Path, exercise: Exercise) -> bool:
    if path.is_file() and path.suffix in (".py", ".ipynb"):
        return path.name in wanted_names(exercise)
    try:
        collect(exercise, path)
    except GraderError:
        return False
    return True


def _defined(submission: Submission) -> frozenset[str] | None:
    """Return the public functions, classes and assigned names at the top of a module; None: it cannot be parsed."""
    text = "\n".join(file.text for file in submission.files)
    if apart.is_long(text):
        shown = ", ".join(file.name for file in submission.files)
        names = apart.ask("grader.submission.another:defined_here", text, shown=shown)
    else:
        names = defined_here(text)
    return None if names is None else frozenset(names)


def defined_here(text: str) -> list[str] | None:
    """Return the same of a text that is known to be short, or in a process that may be ended."""
    try:
        with warnings.catch_warnings(action="ignore"):
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign):
            names |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in statement.names}
    return sorted(name for name in names if not name.startswith("_"))


def _only(exercises: list[Exercise]) -> Exercise | None:
    return exercises[0] if len(exercises) == 1 else None
