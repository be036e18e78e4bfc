"""What each statement of a cell gives a name to, and which names it needs: how code is taken out of a notebook whole.

Nothing is run. Names are told apart by Python's own symbol tables, so that a function's local `x` is not mistaken for
the notebook's. A statement is taken with its lines, and lines that are not taken stay as empty ones: so every line
keeps its number in its cell.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

_FUTURE = "__future__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement at the top of a cell; several that share a line count as one. Lines count from 1."""

    first: int
    last: int
    binds: frozenset[str]
    needs: frozenset[str]
    changes: frozenset[str] = frozenset()  # whose attribute or item it sets: `Net.forward = f`, `table["x"] = 1`
    modules: frozenset[str] = frozenset()  # that it imports: "torch.optim"
    star: tuple[str, ...] = ()  # modules of which it takes every name
    is_import: bool = False
    is_future: bool = False


def statements_of(text: str) -> tuple[Statement, ...]:
    """Return the statements of a cell, in order. Raises: SyntaxError, or what Python's parser gives up with."""
    lines = text.split("\n")
    return tuple(_statement(group, lines) for group in _groups(ast.parse(text).body))


def only(text: str, kept: Collection[Statement]) -> str:
    """Return a cell of which only these statements are left, each on its own lines, ending with a newline."""
    lines = text.split("\n")
    wanted = {number for statement in kept for number in range(statement.first, statement.last + 1)}
    shown = [line if number in wanted else "" for number, line in enumerate(lines, 1)]
    return "\n".join(shown[: max(wanted, default=0)]) + "\n"


def _groups(body: Iterable[ast.stmt]) -> Iterator[list[ast.stmt]]:
    group: list[ast.stmt] = []
    for node in body:
        if group and _first(node) > (group[-1].end_lineno or 0):
            yield group
            group = []
        group.append(node)
    if group:
        yield group


def _first(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(int(decorator.lineno) for decorator in decorators)])


def _statement(group: list[ast.stmt], lines: list[str]) -> Statement:
    first, last = _first(group[0]), group[-1].end_lineno or group[-1].lineno
    binds, needs = _names("\n".join(lines[first - 1 : last]), group)
    imports = [node for statement in group for node in ast.walk(statement) if isinstance(node, ast.Import)]
    froms = [node for statement in group for node in ast.walk(statement) if isinstance(node, ast.ImportFrom)]
    star = tuple(node.module for node in froms if node.module and any(alias.name == "*" for alias in node.names))
    return Statement(
        first=first,
        last=last,
        binds=frozenset(binds),
        needs=frozenset(needs),
        changes=frozenset(_changed(group)),
        modules=frozenset(alias.name for node in imports for alias in node.names)
        | frozenset(node.module for node in froms if node.module),
        star=star,
        is_import=all(isinstance(node, ast.Import | ast.ImportFrom) for node in group),
        is_future=all(isinstance(node, ast.ImportFrom) and node.module == _FUTURE for node in group),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    binds: set[str]
    needs: set[str]

    def __iter__(self) -> Iterator[set[str]]:
        return iter((self.binds, self.needs))


def _names(source: str, group: list[ast.stmt]) -> _Names:
    """Return the names that statements bind at the module's level, and those that they look up there."""
    try:
        top = symtable.symtable(source, "cell", "exec")
    except (
        SyntaxError,
        ValueError,
        RecursionError,
        MemoryError,
    ):  # it parses, and would not compile: so every name counts
        names = [node for statement in group for node in ast.walk(statement) if isinstance(node, ast.Name)]
        stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        stored |= {getattr(node, "name", "") for node in group} - {""}
        return _Names(stored, {node.id for node in names} - stored)
    symbols = top.get_symbols()
    found = _Names(
        {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()},
        {symbol.get_name() for symbol in symbols if symbol.is_referenced()},
    )
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_global():
                found.needs.add(symbol.get_name())
    return found


def _changed(group: list[ast.stmt]) -> Iterator[str]:
    for node in group:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            root: ast.expr = target
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if root is not target and isinstance(root, ast.Name):
                yield root.id
