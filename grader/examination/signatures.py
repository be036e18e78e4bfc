"""The parameter names of an exercise's functions, read from the stub's syntax tree: it is there with or without the
solution, and reading it runs nothing."""

from __future__ import annotations

import ast
from pathlib import Path

from grader.records import Exercise


class Signatures:
    """What the stub declares: functions, and methods as "Class.method" without `self`."""

    def __init__(self, exercise: Exercise) -> None:
        self._parameters: dict[str, tuple[str, ...]] = {}
        self._texts: dict[str, str] = {}
        for name in exercise.files:
            text = (Path(exercise.folder) / name).read_text(encoding="utf-8", errors="replace")
            try:
                stub = ast.parse(text)
            except (SyntaxError, ValueError):  # in a clone students write into the stub: its exam tells them
                continue
            self._read(stub.body, prefix="")

    def _read(self, body: list[ast.stmt], *, prefix: str) -> None:
        for statement in body:
            if isinstance(statement, ast.FunctionDef):
                arguments = statement.args
                names = [parameter.arg for parameter in (*arguments.posonlyargs, *arguments.args)]
                names = names[1:] if prefix and names[:1] in (["self"], ["cls"]) else names
                self._parameters[prefix + statement.name] = tuple(names)
                self._texts[prefix + statement.name] = f"{statement.name}({_bare(arguments, names)})"
            elif isinstance(statement, ast.ClassDef):
                self._read(statement.body, prefix=f"{statement.name}.")

    def parameters(self, function: str, count: int) -> tuple[str, ...]:
        """Name `count` positional arguments; "argument 3" where the stub names none."""
        known = self._parameters.get(function, ())
        return tuple(known[at] if at < len(known) else f"argument {at + 1}" for at in range(count))

    def text(self, function: str) -> str:
        """Return the signature as the stub has it, without annotations: "softmax(logits, dim)"; "" if unknown."""
        return self._texts.get(function, "")


def _bare(arguments: ast.arguments, positional: list[str]) -> str:
    parts = list(positional)
    for at, default in enumerate(reversed(arguments.defaults), start=1):
        parts[-at] += f"={ast.unparse(default)}"
    if arguments.vararg:
        parts.append(f"*{arguments.vararg.arg}")
    elif arguments.kwonlyargs:
        parts.append("*")
    for parameter, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        parts.append(parameter.arg if value is None else f"{parameter.arg}={ast.unparse(value)}")
    if arguments.kwarg:
        parts.append(f"**{arguments.kwarg.arg}")
    return ", ".join(parts)
