"""An exercise's test files and functions, read as text and tree: nothing of them runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import AuthorError
from grader.exercise.manifest import HIDDEN_TESTS, VISIBLE_TESTS
from grader.exercise.paths import is_file, show_path
from grader.exercise.public import public_file
from grader.exercise.solution import has_solution, solution_file
from grader.records import Exercise, Text

VISIBLE, HIDDEN = VISIBLE_TESTS, HIDDEN_TESTS


@dataclass(frozen=True, slots=True)
class TestFile:
    """One of the two files of tests."""

    __test__ = False

    name: str
    text: str
    tree: ast.Module

    @property
    def tests(self) -> Iterator[ast.FunctionDef]:
        """The test functions, those of classes too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                yield node

    @property
    def helpers(self) -> dict[str, ast.FunctionDef]:
        """The other functions of the file, by name."""
        return {
            node.name: node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("test")
        }


@dataclass(frozen=True, slots=True)
class Function:
    """A public function that students write, as the stub has it; methods as "Class.method"."""

    name: str
    defaults: dict[str, float | None]  # parameters that have one; None for what is no number
    constructor: tuple[str, ...] = ()  # a class's positional parameters


def test_files(exercise: Exercise) -> tuple[TestFile, ...]:
    """Return the files of tests, the visible one first. Raises AuthorError for what cannot be read or is no Python."""
    found = []
    visible = Path(exercise.folder) / VISIBLE
    if is_file(visible):
        found.append(_parsed(VISIBLE, public_file(exercise, VISIBLE).text, shown=show_path(visible)))
    if has_solution(exercise):
        shown = show_path(Path(exercise.solution_folder) / HIDDEN)
        found.append(_parsed(HIDDEN, solution_file(exercise, HIDDEN).text, shown=shown))
    return tuple(found)


def _parsed(name: str, text: str, *, shown: str) -> TestFile:
    try:
        return TestFile(name, text, ast.parse(text))
    except SyntaxError as error:
        place = f"{shown}:{error.lineno}"
        raise AuthorError(
            Text(en=f"{place}: this is no Python: {error.msg}.", zh=f"{place}：不是合法的 Python：{error.msg}。")
        ) from None


def functions(exercise: Exercise) -> tuple[Function, ...]:
    """Return the public functions and classes of the stub, in order, with their public methods."""
    found: list[Function] = []
    for name in exercise.files:
        found += _functions(ast.parse(public_file(exercise, name).text).body, prefix="")
    return tuple(found)


def _functions(body: list[ast.stmt], *, prefix: str) -> Iterator[Function]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef) and not statement.name.startswith("_"):
            yield Function(prefix + statement.name, _defaults(statement.args))
        elif isinstance(statement, ast.ClassDef) and not statement.name.startswith("_"):
            made = next((one for one in statement.body if getattr(one, "name", "") == "__init__"), None)
            parameters = made.args.args[1:] if isinstance(made, ast.FunctionDef) else []
            yield Function(statement.name, {}, tuple(parameter.arg for parameter in parameters))
            yield from _functions(statement.body, prefix=f"{statement.name}.")


def _defaults(arguments: ast.arguments) -> dict[str, float | None]:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True))
    pairs += [(one, value) for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value]
    return {argument.arg: _number(value) for argument, value in pairs}


def _number(node: ast.expr) -> float | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return float(value) if isinstance(value, int | float) else None


def name_of(node: ast.expr) -> str:
    """Return the last name of an expression: "close" of `close` and of `grader.examination.close`; "" for others."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    """Return a dotted name as text: "np.random.rand"; "" for what is none."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""
