"""A tree's meaning as text, so far as it shows at once: mutants that compute the same thing are one, or none."""

from __future__ import annotations

import ast

from grader.authoring.mutate.source import called_name, number_of


def folded(tree: ast.AST) -> str:
    """Return a key that is equal for trees that trivially mean the same: `x * 1` and `x`. The tree is used up."""
    return ast.dump(_Folding().visit(tree))


_EVEN = frozenset(("abs", "absolute", "square", "norm", "cos", "cosh"))  # functions that lose their argument's sign


def _without_a_sign(node: ast.expr) -> ast.expr:
    """Return one of `x` and `-x`, the same for both: `a - b` and `b - a` are equal in a square."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        left, right = sorted((node.left, node.right), key=ast.dump)
        return ast.BinOp(left=left, op=ast.Sub(), right=right)
    return node


class _Folding(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        left, right = number_of(node.left), number_of(node.right)
        if isinstance(node.op, ast.Add | ast.Mult) and left == (0 if isinstance(node.op, ast.Add) else 1):
            return node.right
        neutral = 0 if isinstance(node.op, ast.Add | ast.Sub) else 1
        if isinstance(node.op, ast.Pow) and type(right) is int and right % 2 == 0:
            node.left = _without_a_sign(node.left)
        if right == neutral and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Pow) and type(right) is int:
            return node.left
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        inner = node.operand
        if isinstance(inner, ast.UnaryOp) and type(inner.op) is type(node.op) and isinstance(inner.op, ast.USub):
            return inner.operand
        if number_of(node) == 0:
            return ast.Constant(value=0)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if called_name(node) in _EVEN:
            if isinstance(node.func, ast.Attribute) and not node.args:
                node.func.value = _without_a_sign(node.func.value)
            elif len(node.args) == 1:
                node.args = [_without_a_sign(node.args[0])]
        is_range = isinstance(node.func, ast.Name) and node.func.id == "range"
        if is_range and len(node.args) == 2 and number_of(node.args[0]) == 0:
            node.args = node.args[1:]
        if is_range and len(node.args) == 3 and number_of(node.args[2]) == 1:
            node.args = node.args[:2]
        return node

    def visit_Slice(self, node: ast.Slice) -> ast.AST:
        self.generic_visit(node)
        if node.lower is not None and number_of(node.lower) == 0:
            node.lower = None
        if node.step is not None and number_of(node.step) == 1:
            node.step = None
        return node
