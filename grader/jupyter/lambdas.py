"""Finds the source of a lambda that was written into a call: `check("exercise03", softmax=lambda x, dim: ...)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from types import CodeType

from grader.jupyter.kernel import Executed
from grader.submission.statements import Statement, statements_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Lambda:
    """A lambda's code, in brackets, and its statement: which lines it stands on, which names it needs."""

    code: str
    statement: Statement


def lambda_source(cell: Executed, code: CodeType, dropped_lines: int) -> Lambda | None:
    """Return the lambda of a cell that `code` was compiled from; None where that is not sure.

    `dropped_lines`: how many blank lines IPython dropped from the cell's beginning.
    """
    starts = {(line + dropped_lines, column) for line, _, column, _ in code.co_positions() if line is not None}
    found = [
        node
        for node in ast.walk(ast.parse(cell.text))
        if isinstance(node, ast.Lambda)
        and node.lineno == code.co_firstlineno + dropped_lines
        and (node.body.lineno, node.body.col_offset) in starts
    ]
    if len(found) != 1:
        return None
    text = ast.get_source_segment(cell.text, found[0]) or ""
    needs = next(iter(statements_of(f"({text})"))).needs
    statement = Statement(
        first=found[0].lineno, last=found[0].end_lineno or found[0].lineno, binds=frozenset(), needs=needs
    )
    return Lambda(code=f"({text})", statement=statement)
