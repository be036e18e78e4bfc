"""Code as a row of tokens that spacing, line breaks, brackets, quotes and trailing commas do not change.

So `softmax( x,dim = -1, )` in a statement is found as `softmax(x, dim=-1)` in a reference. Prose gives tokens too.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

BARRIER = "\0"  # no run of tokens goes across it
_LAYOUT = frozenset("()[]{},;\"'`\\")
_TOKEN = re.compile(
    r"(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>[*/]{2}=?|[-+*/@%<>=!|&^]=|->|[^\w\s])"
)
_MOST_WORDS = 4  # of a text in code that counts as code: a key, an equation, a mode


@dataclass(frozen=True, slots=True)
class Token:
    """One token, and the line that it stands on, from 1."""

    text: str
    line: int


def text_tokens(text: str) -> list[Token]:
    """Return the tokens of any text: a statement, a cell, a table, code with its comments."""
    return list(tokens_in(text))


def tokens_in(text: str) -> Iterator[Token]:
    """Yield what `text_tokens` returns, one after the other: a table may have millions."""
    for row, line in enumerate(text.split("\n"), 1):
        yield from _line_tokens(line, row)


def code_tokens(source: str, *, live_only: bool = False) -> list[Token]:
    """Return the tokens of Python without comments, imports, docstrings and other sentences.

    `live_only`: without what stands behind a `raise` or `return` of its block either. What is no Python counts as text.
    """
    try:
        tree = ast.parse(source)
        found = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, ValueError, tokenize.TokenError, RecursionError, MemoryError):  # too deep to be parsed
        return text_tokens(source)
    left_out = set(_left_out(tree, live_only=live_only))
    tokens: list[Token] = []
    for one in found:
        row = one.start[0]
        if row in left_out or (one.type == tokenize.STRING and len(one.string.split()) > _MOST_WORDS):
            tokens.append(Token(BARRIER, row))
        elif one.type in (tokenize.NAME, tokenize.NUMBER, tokenize.OP, tokenize.STRING):
            tokens += _line_tokens(one.string, row)
    return tokens


def _line_tokens(line: str, row: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(line):
        text = match[0]
        if text in _LAYOUT:
            continue
        yield Token(_number(text) if match["number"] else text, row)


def _number(text: str) -> str:
    """Return one spelling for each number: `1.`, `1.0` and `1e0` are one."""
    try:
        return repr(float(text.replace("_", "")))
    except ValueError:
        return text


def _left_out(tree: ast.Module, *, live_only: bool) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_text(node):
            yield from _rows(node)
        for decorator in getattr(node, "decorator_list", ()):
            if not ast.unparse(decorator).startswith("pytest.mark.parametrize"):
                yield from _rows(decorator)
        if live_only:
            for statement in _dead(node):
                yield from _rows(statement)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _dead(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield what stands behind a `raise` or `return` of the same block."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if not isinstance(block, list):  # a lambda's body is no block
            continue
        ends = [at for at, one in enumerate(block) if isinstance(one, ast.Raise | ast.Return)]
        yield from block[ends[0] + 1 :] if ends else ()


def _rows(node: ast.AST) -> range:
    first: int = getattr(node, "lineno", 1)
    return range(first, (getattr(node, "end_lineno", None) or first) + 1)


def statement_runs(source: str) -> Iterator[list[Token]]:
    """Yield the tokens of each simple statement of some Python, as `code_tokens` gives them; nothing for other text."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    by_row: dict[int, list[Token]] = {}
    for token in code_tokens(source):
        by_row.setdefault(token.line, []).append(token)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield [token for row in _rows(node) for token in by_row.get(row, ())]
