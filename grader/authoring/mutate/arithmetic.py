"""Mutants of operators and of the terms that they join."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.authoring.mutate.source import SYMBOLS, Change, Source, called_name, number_of, precedence

_OTHER = {
    "+": "-", "-": "+", "*": "/", "/": "*", "//": "/", "%": "//", "**": "*", "@": "*",
    "|": "&", "&": "|", "^": "|", "<<": ">>", ">>": "<<",
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">=")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<=")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
}
_FIRST_ONLY = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)  # the second operand alone is no term left out
_ORDERED = (ast.Sub, ast.Div, ast.MatMult, ast.Pow)


def binary(node: ast.BinOp, source: Source) -> Iterator[Change]:
    """Another operator, a term left out, and operands that changed places."""
    if _is_sequence(node.left) or _is_sequence(node.right):
        return
    symbol = SYMBOLS[type(node.op)]
    at = source.operator_between(node.left, node.right, symbol)
    if _rebinds(node, _OTHER[symbol]):
        yield Change("arithmetic", at, at + len(symbol), _OTHER[symbol])
    if not isinstance(node.op, ast.MatMult):  # one factor of a product of matrices rarely has the right shape
        yield source.instead("term", node, node.left)
        if not isinstance(node.op, _FIRST_ONLY):
            yield source.instead("term", node, node.right)
    if isinstance(node.op, _ORDERED):
        least = precedence(node)
        swapped = f"{source.wrapped(node.right, least + 1)} {symbol} {source.wrapped(node.left, least + 1)}"
        yield source.put("swap", node, swapped)


def _rebinds(node: ast.BinOp, symbol: str) -> bool:
    """Whether both operands stay operands when only the operator's text changes."""
    other = next(kind for kind, text in SYMBOLS.items() if text == symbol)
    return precedence(ast.BinOp(left=node.left, op=other(), right=node.right)) <= precedence(node)


def _is_sequence(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bytes)
    return isinstance(node, ast.List | ast.Tuple | ast.JoinedStr | ast.ListComp)


def unary(node: ast.UnaryOp, source: Source) -> Iterator[Change]:
    """A sign, `not` or `~` that is lost."""
    if number_of(node) is None and not isinstance(node.op, ast.UAdd):
        yield source.instead("sign", node, node.operand)


def augmented(node: ast.AugAssign, source: Source) -> Iterator[Change]:
    """Another operator, and a value that is overwritten instead of added to."""
    symbol = SYMBOLS[type(node.op)] + "="
    at = source.operator_between(node.target, node.value, symbol)
    other = _OTHER[symbol[:-1]]
    yield Change("augmented", at, at + len(symbol), other + "=")
    yield Change("augmented", at, at + len(symbol), "=")


def comparison(node: ast.Compare, source: Source) -> Iterator[Change]:
    """A bound that moves by one, and a comparison the other way round."""
    left = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if type(operator) in _COMPARISONS:
            symbol, others = _COMPARISONS[type(operator)]
            others = others[1:] if _is_drawn(left) or _is_drawn(right) else others
            at = source.operator_between(left, right, symbol)
            yield from (Change("comparison", at, at + len(symbol), other) for other in others)
        elif len(node.ops) == 1:
            yield from _membership(node, operator, source)
        left = right


def _is_drawn(node: ast.expr) -> bool:
    """Whether a value is random: then `>` and `>=` are the same, but once in many years."""
    return any(isinstance(part, ast.Call) and called_name(part) in _DRAWS for part in ast.walk(node))


_DRAWS = ("rand", "rand_like", "random", "uniform", "uniform_", "random_sample", "randn", "normal", "bernoulli")


def _membership(node: ast.Compare, operator: ast.cmpop, source: Source) -> Iterator[Change]:
    words = {ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in"}
    left = source.wrapped(node.left, precedence(node) + 1)
    right = source.wrapped(node.comparators[0], precedence(node) + 1)
    yield source.put("comparison", node, f"{left} {words[type(operator)]} {right}")


def boolean(node: ast.BoolOp, source: Source) -> Iterator[Change]:
    """`and` for `or`, and a condition left out."""
    symbol, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    if len(node.values) == 2:
        least = 2 if other == "and" else 1
        left, right = (source.wrapped(value, least + 1) for value in node.values)
        text = f"{left} {other} {right}"
        yield source.put("boolean", node, f"({text})" if other == "or" else text)
    for left_out in range(len(node.values)):
        kept = [value for at, value in enumerate(node.values) if at != left_out]
        yield source.put("boolean", node, f" {symbol} ".join(source.wrapped(v, precedence(node)) for v in kept))
