"""What an exercise's public names are, as the course has them: functions with their parameters, classes, values.

Parameter names decide which arguments a function may change, and kinds which operations a test asks for: of a function
a gradient is asked for as such, and no object that the student binds to the name has a say in that. (It is taken in the
child, whose word it is how: only its values are checked, see docs/design/proxy.md.) So both come from the reference
where it is at hand: in a clone of a course the stub is the student's own file. Without a reference there is only the
stub, and then only visible tests run.
"""

from __future__ import annotations

import ast
import inspect
import types
from enum import StrEnum

from grader.exercise.public import public_as_it_is
from grader.exercise.solution import has_solution, solution_file
from grader.records import Exercise
from grader.sandbox.student_module import kind_of_name
from grader.submission.apart import is_long

_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # the last two: nested too deeply to be parsed


def _stub_tree(text: str) -> ast.Module:
    if is_long(text):  # it is a student's by now, and may take the parser minutes
        raise ValueError
    return ast.parse(text)


class NameKind(StrEnum):
    """What a public name of the student's module stands for."""

    FUNCTION = "function"
    CLASS = "class"
    VALUE = "value"


class Signatures:
    """What the course declares: functions, and methods as "Class.method" without `self`.

    `reference` is the module, for functions that it makes without a `def` of their name; nothing of it is called.
    """

    def __init__(self, exercise: Exercise, reference: types.ModuleType | None = None) -> None:
        self._parameters: dict[str, tuple[str, ...]] = {}
        self._texts: dict[str, str] = {}
        self._kinds: dict[str, NameKind] = {}
        self._main = exercise.files[0]
        self._mutates = exercise.mutates
        self._is_by_stub = not has_solution(exercise)
        for name in exercise.files:
            try:
                self._read_file(name, _stub_tree(public_as_it_is(exercise, name).text))
            except _UNREADABLE:  # in a clone students write into the stub: its exam tells them
                continue
        if not self._is_by_stub:
            self._take_from_reference(exercise, reference)

    def _take_from_reference(self, exercise: Exercise, reference: types.ModuleType | None) -> None:
        for function in self._mutates:  # of these the stub has no say at all
            self._parameters.pop(function, None)
        self._kinds.clear()  # nor of kinds
        for name in exercise.files:
            self._read_file(name, ast.parse(solution_file(exercise, name).text))
        for function in self._mutates:
            if function not in self._parameters and reference is not None:
                self._parameters[function] = _positional(reference, function)
        if reference is not None:
            self._kinds |= _kinds_in(reference, self._kinds)

    def _read_file(self, name: str, tree: ast.Module) -> None:
        self._read(tree.body, prefix="")
        if name == self._main:
            self._kinds |= _kinds_written(tree.body)

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
        """Name `count` positional arguments; "argument 3" where the course names none."""
        known = self._parameters.get(function, ())
        return tuple(known[at] if at < len(known) else f"argument {at + 1}" for at in range(count))

    def mutable(self, function: str, places: tuple[str, ...]) -> frozenset[str]:
        """Return which of the arguments at these places, as `parameters` names them, the function may change.

        Where only a stub names them, and it does not have a name that the manifest has, a student has renamed it: which
        argument is meant cannot be told, so any may change.
        """
        wanted = frozenset(self._mutates.get(function, ()))
        known = self._parameters.get(function)
        if self._is_by_stub and known is not None and not wanted <= {*known}:
            return wanted | {*places}
        return wanted

    def kind(self, name: str) -> NameKind | None:
        """Return what a public name of the student's module is; None where the course does not say."""
        return self._kinds.get(name)

    def names_beside(self, name: str) -> frozenset[str]:
        """Return the course's names where `name` is one: a student who has another of them has not misspelt this one.

        Empty where the stub that is read lacks `name`: then it is the student's own file, and names in it are theirs.
        """
        return frozenset(self._kinds) - {name} if name in self._kinds else frozenset()

    def text(self, function: str) -> str:
        """Return the signature as the course has it, without annotations: "softmax(logits, dim)"; "" if unknown."""
        return self._texts.get(function, "")


def _kinds_written(body: list[ast.stmt]) -> dict[str, NameKind]:
    """Return what a file defines; not what it assigns: `rate = None` in a stub may stand for a function."""
    return {
        statement.name: NameKind.CLASS if isinstance(statement, ast.ClassDef) else NameKind.FUNCTION
        for statement in body
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def _kinds_in(reference: types.ModuleType, written: dict[str, NameKind]) -> dict[str, NameKind]:
    """Return what the names of the reference are; a callable object in place of what it has `written` is decorated."""
    found: dict[str, NameKind] = {}
    for name, value in vars(reference).items():
        kind = kind_of_name(value)
        if kind in ("function", "class"):
            found[name] = NameKind(kind)
        elif kind != "module":
            found[name] = written.get(name, NameKind.VALUE) if kind == "callable" else NameKind.VALUE
    return found


def _positional(module: types.ModuleType, function: str) -> tuple[str, ...]:
    """Return the parameters of a function or method by its dotted name; none where they cannot be told."""
    found: object = module
    for part in function.split("."):
        found = inspect.getattr_static(found, part, None)
    is_method = "." in function and isinstance(found, types.FunctionType)
    if isinstance(found, classmethod | staticmethod):
        is_method, found = isinstance(found, classmethod), found.__func__
    if not callable(found):
        return ()
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):  # written in C
        return ()
    names = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    return tuple(names[1:] if is_method else names)


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
