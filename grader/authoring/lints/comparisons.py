"""Lints over how tests compare: what broadcasts, what asks for the last bit, what the student's own code answers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.authoring.lints.files import TestFile, dotted, name_of
from grader.authoring.lints.table import Hit
from grader.records import Text

_BROADCASTING = ("allclose", "isclose", "assert_allclose", "assert_almost_equal", "assert_array_almost_equal")
_REDUCED = ("max", "sum", "mean", "norm", "all", "amax", "item", "float", "abs", "sqrt")
_OVER_ALL = ("max", "sum", "mean", "norm", "amax")
_EXACT = ("equal", "array_equal")
_NUMERICAL = ("gradcheck", "gradgradcheck", "numeric", "finite_diff", "central_diff", "approx_grad")


def comparison_hits(file: TestFile) -> Iterator[Hit]:
    """Yield every comparison of a test or helper that forgives too much, or too little."""
    for test in (*file.tests, *file.helpers.values()):
        for node in ast.walk(test):
            lint = _lint_of(node, test)
            if lint:
                code = ast.unparse(node)
                shown = code if len(code) <= 80 else code[:79] + "…"
                what = Text(en=f"{test.name} compares by `{shown}`.", zh=f"{test.name} 用 `{shown}` 做比较。")
                yield Hit(lint=lint, subject=test.name, file=file.name, line=getattr(node, "lineno", 0), what=what)


def _lint_of(node: ast.AST, test: ast.FunctionDef) -> str:
    if isinstance(node, ast.Call):
        if name_of(node.func) in _BROADCASTING:
            return "broadcast-comparison"
        if _all_equal(node):
            return "broadcast-comparison"
        if _asks_the_student(node, test):
            return "own-forward"
    if isinstance(node, ast.Compare) and _small_difference(node):
        return "broadcast-comparison"
    if isinstance(node, ast.Assert) and _exact(node.test, test):
        return "float-equality"
    if isinstance(node, ast.BinOp) and _difference_quotient(node):
        return "own-forward"
    return ""


def _all_equal(node: ast.Call) -> bool:
    """`(a == b).all()`, `torch.all(a == b)`: both sides may have any shapes that broadcast."""
    if name_of(node.func) != "all" or isinstance(node.func, ast.Name):
        return False
    inner = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
    if not (isinstance(inner, ast.Compare) and len(inner.ops) == 1 and isinstance(inner.ops[0], ast.Eq)):
        return False
    return not any(isinstance(side, ast.Constant) for side in (inner.left, inner.comparators[0]))


def _small_difference(node: ast.Compare) -> bool:
    """`(a - b).abs().max() < 1e-6`: the subtraction broadcasts."""
    if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Lt | ast.LtE):
        return False
    inner: ast.expr = node.left
    names: set[str] = set()
    while isinstance(inner, ast.Call):
        name = name_of(inner.func)
        if name not in _REDUCED and name != "absolute":
            return False
        names.add(name)
        is_method = isinstance(inner.func, ast.Attribute) and not dotted(inner.func).startswith(_LIBRARIES)
        if is_method and isinstance(inner.func, ast.Attribute):
            inner = inner.func.value
        elif inner.args:
            inner = inner.args[0]
        else:
            return False
    return isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub) and not names.isdisjoint(_OVER_ALL)


_LIBRARIES = ("torch.", "np.", "numpy.", "math.")


def _exact(node: ast.expr, test: ast.FunctionDef) -> bool:
    """`assert loss == 0.25`, and `assert torch.equal(student.f(x), y)`."""
    if isinstance(node, ast.Compare) and any(isinstance(operator, ast.Eq) for operator in node.ops):
        sides = (node.left, *node.comparators)
        if any(_is_approx(side) for side in sides):
            return False
        return any(isinstance(side, ast.Constant) and type(side.value) is float and side.value for side in sides)
    if isinstance(node, ast.Call) and name_of(node.func) in _EXACT:
        return any(_calls_student(argument, test) for argument in node.args)
    return False


def _is_approx(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) == "approx"


def _calls_student(node: ast.AST, test: ast.FunctionDef) -> bool:
    """Whether an expression calls the student's code, itself or through a function of the test's own."""
    own = {inner.name: inner for inner in ast.walk(test) if isinstance(inner, ast.FunctionDef) and inner is not test}
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "student":
            return True
        if isinstance(part, ast.Name) and part.id in own and _calls_student(own.pop(part.id), test):
            return True
    return False


def _asks_the_student(node: ast.Call, test: ast.FunctionDef) -> bool:
    """A numerical gradient, made by the test, of a function that calls the student's."""
    name = name_of(node.func).lower()
    if not any(word in name for word in _NUMERICAL) or dotted(node.func).startswith("student."):
        return False
    return any(_calls_student(argument, test) for argument in node.args)


def _difference_quotient(node: ast.BinOp) -> bool:
    """`(student.f(x + h) - student.f(x - h)) / (2 * h)`."""
    above = node.left
    if not isinstance(node.op, ast.Div) or not isinstance(above, ast.BinOp) or not isinstance(above.op, ast.Sub):
        return False
    return bool(_student_calls(above.left) & _student_calls(above.right))


def _student_calls(node: ast.AST) -> set[str]:
    names = {dotted(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    return {name for name in names if name.startswith("student.")}
