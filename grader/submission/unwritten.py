"""Whether a file is still the stub that the student was given.

In a clone the stub *is* the student's file, so comparing the two says nothing there. What tells then is the code: a
function of a stub does nothing but raise NotImplementedError.
"""

from __future__ import annotations

import ast

from grader.submission import apart


def is_unwritten(text: str, *, wholly: bool, shown: str) -> bool:
    """Return whether functions and methods of a module only raise NotImplementedError: all of them, or any.

    False where there is none, and for what is not Python. Raises: SubmissionError for what takes Python too long.
    """
    if apart.is_long(text):
        return bool(apart.ask("grader.submission.unwritten:unwritten_here", text, wholly, shown=shown))
    return unwritten_here(text, wholly)


def unwritten_here(text: str, wholly: bool) -> bool:  # by place: `apart` asks it, with values of JSON
    """Return the same of a text that is known to be short, or in a process that may be ended."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a nesting that Python's parser gives up on
        return False
    found = [_only_raises(function) for function in _functions(module.body)]
    return bool(found) and (all(found) if wholly else any(found))


def _functions(body: list[ast.stmt]) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    found: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(statement)
        elif isinstance(statement, ast.ClassDef):
            found += _functions(statement.body)
    return found


def _only_raises(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if len(body) != 1 or not isinstance(body[0], ast.Raise):
        return False
    raised = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
