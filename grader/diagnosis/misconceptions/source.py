"""One solution's source taken apart: what it binds at its top, what each binding uses, and modules made of it.

Annotations, docstrings and comments change nothing that a test sees, so two definitions that differ only there are the
same. Anything at the top of a file that binds no name (an `if`, a call) may change everything.
"""

from __future__ import annotations
import __future__

import ast
import functools
import types
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

_FLAGS = __future__.annotations.compiler_flag


@dataclass(frozen=True, slots=True)
class Binding:
    """What binds one name: its statements, in order. `text` is what it says, `uses` the names that it reads."""

    statements: tuple[ast.stmt, ...]
    text: str
    uses: frozenset[str]
    imports: bool

    def tree(self) -> ast.Module:
        """Return the statements as a file of their own."""
        return ast.fix_missing_locations(ast.Module(body=list(self.statements), type_ignores=[]))


@dataclass(frozen=True)
class Source:
    """A file of the hidden half, parsed. Raises SyntaxError when it is made of what is no Python."""

    name: str  # without ".py"
    text: str
    docstring: str = field(init=False)
    bindings: Mapping[str, Binding] = field(init=False)
    loose: str = field(init=False)  # what stands at its top and binds nothing

    _behind: dict[frozenset[str], Hashable] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        tree = ast.parse(self.text)
        object.__setattr__(self, "docstring", ast.get_docstring(tree) or "")
        body = _Bare().visit(tree).body
        object.__setattr__(self, "bindings", _bindings(body))
        loose = [ast.dump(statement) for statement in body if not _bound(statement) and not _does_nothing(statement)]
        object.__setattr__(self, "loose", "\n".join(loose))

    @functools.cached_property
    def _code(self) -> types.CodeType:
        return compile(self.text, f"{self.name}.py", "exec", dont_inherit=True)

    def compile(self) -> None:
        """Compile it now, and not when the first module is made."""
        _ = self._code

    def module(self) -> types.ModuleType:
        """Return a fresh module of this file. Raises whatever the file raises."""
        return module_of(self.name, [self._code])

    def changed(self, reference: Source) -> frozenset[str]:
        """Return the names that are bound otherwise than in the reference; with "" where something loose differs."""
        if self.loose != reference.loose:
            return frozenset(self.bindings) | {""}
        return frozenset(
            name
            for name, binding in self.bindings.items()
            if name not in reference.bindings or reference.bindings[name].text != binding.text
        )

    def behind(self, names: frozenset[str]) -> Hashable:
        """Return what decides how these names behave: where two files have the same, they behave alike."""
        found = self._behind.get(names)
        if found is None:
            texts = frozenset((name, self.bindings[name].text) for name in self.reach(names))
            found = self._behind[names] = (self.loose, texts)
        return found

    def reach(self, names: Iterable[str]) -> frozenset[str]:
        """Return the bindings that these names use, themselves included, however far."""
        found: set[str] = set()
        waiting = [name for name in names if name in self.bindings]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(used for used in self.bindings[name].uses if used in self.bindings)
        return frozenset(found)


def module_of(name: str, parts: Iterable[types.CodeType]) -> types.ModuleType:
    """Return a fresh module in which these parts have run. Raises whatever they raise."""
    module = types.ModuleType(name)
    module.__file__ = f"{name}.py"
    for part in parts:
        exec(part, module.__dict__)  # noqa: S102  the author's own file, as trusted as the tests
    return module


def compiled(definition: str | ast.Module, name: str) -> types.CodeType:
    """Compile one definition by itself, to be run among others. Raises SyntaxError."""
    code: types.CodeType = compile(definition, f"{name}.py", "exec", flags=_FLAGS, dont_inherit=True)
    return code


def _bindings(body: list[ast.stmt]) -> dict[str, Binding]:
    statements: dict[str, list[ast.stmt]] = {}
    for statement in body:
        for name in _bound(statement):
            statements.setdefault(name, []).append(statement)
    return {name: _binding(found) for name, found in statements.items()}


def _binding(statements: list[ast.stmt]) -> Binding:
    uses = {node.id for one in statements for node in ast.walk(one) if isinstance(node, ast.Name)}
    text = "\n".join(ast.dump(one) for one in statements)
    imports = all(isinstance(one, ast.Import | ast.ImportFrom) for one in statements)
    return Binding(tuple(statements), text, frozenset(uses), imports)


def _bound(statement: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a file binds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom) and not _is_future(statement):
        return [(alias.asname or alias.name).partition(".")[0] for alias in statement.names]
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
        targets = [statement.target]
    return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]


def _does_nothing(statement: ast.stmt) -> bool:
    """Whether a statement at the top of a file is without effect: a text in place of a comment, a future import."""
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_text or isinstance(statement, ast.Pass) or _is_future(statement)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


class _Bare(ast.NodeTransformer):
    """Takes docstrings and annotations away."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._bare(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._bare(node)

    def _bare(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        node.body = _without_docstring(node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        node.body = _without_docstring(node.body)
        return node

    def visit_Module(self, node: ast.Module) -> ast.AST:
        self.generic_visit(node)
        node.body = _without_docstring(node.body) if ast.get_docstring(node) is not None else node.body
        return node


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        body = body[1:]
    return body or [ast.Pass()]
