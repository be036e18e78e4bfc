"""Which exercise a submission seems to be of, where it is not the one that it was handed in for.

Told by the names that a module defines at its top: those of the stub are the ones that an exercise asks for. The code
is parsed, never run.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import GraderError
from grader.records import Exercise, Submission
from grader.submission import apart
from grader.submission.asked import names_in_stub
from grader.submission.collect import collect
from grader.submission.names import wanted_names
from grader.submission.seen import one_listing, seen_of

_DEFINED = re.compile(r"^(?:async +def|def|class) +(\w+)", re.MULTILINE)


def other_of_files(path: Path, others: Sequence[Exercise]) -> Exercise | None:
    """Return the one exercise whose files lie at `path`, by their names; None: of none, or of several."""
    with one_listing():  # an archive is unpacked once, not once an exercise
        return _only([other for other in others if is_taken(path, other)])


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


def names_written(text: str, *, shown: str) -> frozenset[str]:
    """Return the names that a text defines at its top, and does not import; if it is no Python, those it seems to.

    Raises: SubmissionError for what takes Python too long.
    """
    if apart.is_long(text):
        names = apart.ask("grader.submission.another:written_here", text, shown=shown)
    else:
        names = written_here(text)
    return frozenset(_DEFINED.findall(text) if names is None else names)


def is_taken(path: Path, exercise: Exercise) -> bool:
    """Return whether an exercise's files lie at `path`, by their names."""
    if path.is_file() and path.suffix in (".py", ".ipynb"):
        return path.name in wanted_names(exercise)
    try:
        if path.is_file() and not path.is_symlink():
            return seen_of(path).has_all(exercise, path)
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
    body = _body(text)
    if body is None:
        return None
    imported = {
        alias.asname or alias.name
        for statement in body
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for alias in statement.names
    }
    return sorted(name for name in {*_written(body), *imported} if not name.startswith("_"))


def written_here(text: str) -> list[str] | None:
    """Return the same without what is imported."""
    body = _body(text)
    return None if body is None else sorted(set(_written(body)))


def _body(text: str) -> list[ast.stmt] | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _written(body: Sequence[ast.stmt]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def _only(exercises: list[Exercise]) -> Exercise | None:
    return exercises[0] if len(exercises) == 1 else None
