"""Which functions and classes an exercise asks for: those that its stub defines."""

from __future__ import annotations

import ast
from pathlib import Path

from grader.records import Exercise

_KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def names_in_stub(exercise: Exercise, file: str) -> tuple[str, ...]:
    """Return the public functions and classes of one stub. Raises: OSError, SyntaxError, ValueError."""
    body = ast.parse((Path(exercise.folder) / file).read_bytes()).body
    return tuple(node.name for node in body if isinstance(node, _KINDS) and not node.name.startswith("_"))
