"""Mutants of what a function hands back: right numbers, yet off the graph, in float32 always, or copied."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.authoring.mutate.source import ATOM, Change, Source, called_name

_VIEWS = frozenset(
    (
        "view", "reshape", "flatten", "ravel", "t", "transpose", "permute", "squeeze", "unsqueeze", "expand",
        "swapaxes", "swapdims", "movedim", "narrow", "select", "view_as", "unfold", "diagonal",
    )
)  # fmt: skip


def returned(node: ast.Return, source: Source) -> Iterator[Change]:
    """A tensor that is off the graph, or float32 whatever came in; a copy of one that was a view."""
    function = source.function_of(node)
    if node.value is None or function is None or not _gives_a_tensor(function):
        return
    value = source.wrapped(node.value, ATOM)
    yield source.put("graph", node.value, f"{value}.detach()")
    yield source.put("precision", node.value, f"{value}.float()")
    call = node.value
    if isinstance(call, ast.Call) and called_name(call) in _VIEWS:
        yield source.put("copy", node.value, f"{value}.clone()")


def _gives_a_tensor(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the signature says that it is one tensor: on a number, `.detach()` would only raise."""
    returns = function.returns
    if isinstance(returns, ast.Constant):
        return str(returns.value).endswith("Tensor")
    return (isinstance(returns, ast.Attribute) and returns.attr == "Tensor") or (
        isinstance(returns, ast.Name) and returns.id == "Tensor"
    )
