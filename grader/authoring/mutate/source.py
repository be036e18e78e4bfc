"""A module's text beside its syntax tree: where each node stands, so that a change is an edit of the text."""

from __future__ import annotations

import ast
import bisect
import io
import tokenize
from dataclasses import dataclass

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Change:
    """One edit of the text: what stands in [start, end) becomes `text`."""

    operator: str  # a key of `OPERATORS`
    start: int
    end: int
    text: str


class Source:
    """The text of one module and its tree. Raises SyntaxError for what is no Python."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.local_functions = {node.name for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS)}
        self._places = [
            (self.line_start(self.start(min([node, *node.decorator_list], key=self.start))), self.end(node), node)
            for node in ast.walk(self.tree)
            if isinstance(node, (*FUNCTIONS, ast.ClassDef))
        ]
        self.own_attributes = {
            node.attr for node in ast.walk(self.tree) if isinstance(node, ast.Attribute) and _is_stored(node)
        }
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        self._tokens = [
            (self._offset(*token.start), token.string) for token in tokens if token.type in (tokenize.OP, tokenize.NAME)
        ]

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def _place(self, line: int, byte_column: int) -> int:
        """Return the offset of a node's edge; trees count columns in bytes of UTF-8, texts in characters."""
        before = self._lines[line - 1].encode()[:byte_column]
        return self._starts[line - 1] + len(before.decode())

    def start(self, node: ast.AST) -> int:
        return self._place(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        return self._place(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def text_of(self, node: ast.AST) -> str:
        return self.text[self.start(node) : self.end(node)]

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self._starts[bisect.bisect_right(self._starts, offset) - 1]

    def operator_between(self, left: ast.AST, right: ast.AST, symbol: str) -> int:
        """Return where an operator stands between two operands; brackets and comments may stand there, too."""
        at = bisect.bisect_left(self._tokens, (self.end(left), ""))
        limit = self.start(right)
        while at < len(self._tokens) and self._tokens[at][0] < limit:
            offset, text = self._tokens[at]
            if text == symbol:
                return offset
            at += 1
        raise AssertionError(f"no {symbol!r} between the operands")

    def wrapped(self, node: ast.expr, least: int) -> str:
        """Return a node's text, in brackets where it binds less tightly than `least`."""
        text = self.text_of(node)
        return f"({text})" if precedence(node) < least else text

    def put(self, operator: str, node: ast.AST, text: str) -> Change:
        """Return the change that puts a text in a node's place."""
        return Change(operator, self.start(node), self.end(node), text)

    def instead(self, operator: str, node: ast.expr, by: ast.expr) -> Change:
        """Return the change that puts one of a node's parts in the node's place."""
        return self.put(operator, node, self.wrapped(by, precedence(node)))

    def function_of(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """Return the innermost function that a node stands in."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, FUNCTIONS):
                return node
        return None

    def place_of(self, offset: int) -> str:
        """Return the dotted name of the function or class that an offset lies in; "module" outside of any."""
        around = [node for start, end, node in self._places if start <= offset <= end]
        names: list[str] = []
        inner: ast.AST | None = around[-1] if around else None  # outer ones come first
        while inner is not None:
            if isinstance(inner, (*FUNCTIONS, ast.ClassDef)):
                names.append(inner.name)
            inner = self.parents.get(inner)
        return ".".join(reversed(names)) or "module"


def _is_stored(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


ATOM = 14
_BINARY: dict[type[ast.operator], int] = {
    ast.BitOr: 5, ast.BitXor: 6, ast.BitAnd: 7, ast.LShift: 8, ast.RShift: 8, ast.Add: 9, ast.Sub: 9,
    ast.Mult: 10, ast.Div: 10, ast.MatMult: 10, ast.FloorDiv: 10, ast.Mod: 10, ast.Pow: 12,
}  # fmt: skip
SYMBOLS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.BitOr: "|", ast.BitXor: "^", ast.BitAnd: "&", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip


def precedence(node: ast.expr) -> int:
    """Return how tightly an expression binds: a larger number needs no brackets inside a smaller one."""
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)]
    if isinstance(node, ast.BoolOp):
        return 2 if isinstance(node.op, ast.And) else 1
    if isinstance(node, ast.UnaryOp):
        return 3 if isinstance(node.op, ast.Not) else 11
    if isinstance(node, ast.Compare):
        return 4
    loose = (ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Starred)
    return 0 if isinstance(node, loose) else ATOM


def number_of(node: ast.AST) -> int | float | None:
    """Return the number that a literal is, with its sign; None for all else, bools too."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number_of(node.operand)
        return -inner if inner is not None and isinstance(node.operand, ast.Constant) else None
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]  # narrowed by the line above
    return None


def called_name(node: ast.Call) -> str:
    """Return the last name of what is called: "sum" of `x.sum()` and `torch.sum(x)`; "" for anything else."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
