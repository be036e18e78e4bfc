"""The rules of an exercise ("must not call torch.softmax"), checked on the syntax tree of what came in.

Names are followed through imports, assignments of a whole name, and attribute chains: `import torch.nn.functional as F;
F.softmax` and `from torch import softmax as s` are found. It is one half of the rules; the tripwire in the child
(`sandbox.tripwire`) is the other. What neither catches is in docs/design/rules.md: this teaches, it does not enforce.
"""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterator, Sequence

from grader.examination.evidence import Ended
from grader.records import Outcome, SourceFile, SourceLine

MAX_PARTS = 32  # of a dotted name that is followed


class Rules:
    """What an exercise forbids: patterns over dotted names, compiled once."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._forbidden = re.compile("|".join(map(fnmatch.translate, patterns))) if patterns else None

    def first_forbidden(self, files: Sequence[SourceFile]) -> Ended | None:
        """Return the first use of a forbidden name, with its line; None where there is none.

        A file that Python cannot parse is left to the child, whose error names the line.
        """
        if self._forbidden is None:
            return None
        for file in files:
            try:
                tree = ast.parse(file.text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            for name, node in _uses(tree):
                if self._forbidden.match(name):
                    return _found(file, name, node)
        return None


def _found(file: SourceFile, name: str, node: ast.expr | ast.stmt) -> Ended:
    lines = file.text.splitlines()
    line = SourceLine(
        file=file.name,
        line=node.lineno,
        function="",
        source=lines[node.lineno - 1] if node.lineno <= len(lines) else "",
        column=node.col_offset + 1,
    )
    return Ended(outcome=Outcome.FORBIDDEN, detail=name, traceback=(line,))


def _uses(tree: ast.Module) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """Yield every dotted name that the file imports or reads, in full."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    known[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for alias in names:
                    known[alias.asname or alias.name] = f"{module}.{alias.name}"
                    yield f"{module}.{alias.name}", node
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            aliased = _dotted(node.value, known)
            if aliased is not None and aliased.partition(".")[0] in known.values():
                known[node.targets[0].id] = aliased
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = _dotted(node, known)
            if name is not None:
                yield name, node


def _dotted(node: ast.expr, known: dict[str, str]) -> str | None:
    """Return the dotted name that an expression means; None where it is no chain from an imported name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        if len(parts) == MAX_PARTS:
            return None  # the inner nodes of such a chain are looked at, too, which takes quadratic time
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in known:
        return None
    return ".".join((known[node.id], *reversed(parts)))
