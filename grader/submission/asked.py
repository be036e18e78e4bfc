"""Which functions and classes an exercise asks for: those that its stub defines."""

from __future__ import annotations

import ast
from pathlib import Path

from grader.records import Exercise
from grader.submission.apart import CHARACTERS

_KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def names_in_stub(exercise: Exercise, file: str) -> tuple[str, ...]:
    """Return the public functions and classes of one stub. Raises: OSError, SyntaxError, ValueError.

    In a clone the stub is the student's file: one that is too long to be parsed without a limit is a ValueError.
    """
    content = (Path(exercise.folder) / file).read_bytes()
    if len(content) > CHARACTERS:
        raise ValueError(f"{len(content):,} bytes, at most {CHARACTERS:,} are read")
    body = ast.parse(content).body
    return tuple(node.name for node in body if isinstance(node, _KINDS) and not node.name.startswith("_"))
