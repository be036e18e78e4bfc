"""Mutants of literals: numbers, switches, axes, and the bounds of slices and ranges."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.authoring.mutate.source import Change, Source, called_name, number_of

AXIS_NAMES = frozenset({"dim", "axis", "dims", "axes", "dim0", "dim1", "start_dim", "end_dim"})
# Methods whose whole numbers are axes: `x.sum(1)`; as functions they take the tensor first: `torch.sum(x, 1)`.
_OVER_AXES = frozenset(
    (
        "sum", "mean", "max", "min", "amax", "amin", "argmax", "argmin", "prod", "std", "var", "norm", "softmax",
        "log_softmax", "logsumexp", "cumsum", "cumprod", "any", "all", "unsqueeze", "squeeze", "transpose",
        "permute", "swapaxes", "swapdims", "movedim", "moveaxis", "flatten", "unflatten", "select", "gather",
        "narrow", "index_select", "index_add", "scatter", "scatter_add", "cat", "stack", "concatenate",
        "expand_dims", "flip", "roll", "chunk", "split", "sort", "argsort", "topk", "median", "take_along_axis",
    )
)  # fmt: skip
SMALL = 1e-3  # below it, a float is a step or an epsilon: it matters by its order of magnitude


def number(node: ast.expr, source: Source) -> Iterator[Change]:
    """Another number: the next one, nothing, twice as much; another axis where it is an axis."""
    value = number_of(node)
    parent = source.parents.get(node)
    if value is None or (isinstance(parent, ast.UnaryOp) and number_of(parent) is not None):
        return  # the sign's node stands for the number
    if isinstance(value, int) and is_axis(node, source):
        yield from (source.put("axis", node, str(other)) for other in _other_axes(value))
        return
    binds = isinstance(parent, ast.Attribute) or (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow))
    for other in _other_numbers(value):
        text = repr(other)
        yield source.put("constant", node, f"({text})" if binds else text)


def _other_axes(axis: int) -> tuple[int, ...]:
    if axis == -1:
        return (0, -2)
    return (axis + 1,) if axis in (0, -2) else (axis - 1,) if axis == 1 else (axis - 1, 0)


def _other_numbers(value: int | float) -> tuple[int | float, ...]:
    if isinstance(value, int):
        return (1,) if value == 0 else (value + 1, value - 1) if abs(value) <= 2 else (value + 1,)
    if value == 0.0:
        return (1.0,)
    if abs(value) <= SMALL:
        return (value * 1000, 0.0)
    return (0.0, 2.0) if value == 1.0 else (value * 2, -value)


def is_axis(node: ast.AST, source: Source) -> bool:
    """Whether an argument says which axis: by its name, or by its place in a call that takes axes."""
    parent = source.parents.get(node)
    while isinstance(parent, ast.Tuple | ast.List):
        node, parent = parent, source.parents.get(parent)
    if isinstance(parent, ast.keyword):
        return parent.arg in AXIS_NAMES
    return isinstance(parent, ast.Call) and node in parent.args and called_name(parent) in _OVER_AXES


def axis_name(node: ast.keyword, source: Source) -> Iterator[Change]:
    """A fixed axis where the caller chooses one: `dim=dim` -> `dim=-1`, `dim=0`."""
    if node.arg in ("dim", "axis") and isinstance(node.value, ast.Name):
        yield source.put("axis", node.value, "-1")
        yield source.put("axis", node.value, "0")


def switch(node: ast.Constant, source: Source) -> Iterator[Change]:
    """True for False, and a mean for a sum where a word says which."""
    words = {"mean": "sum", "sum": "mean"}
    parent = source.parents[node]
    if isinstance(node.value, bool):
        if not (isinstance(parent, ast.keyword) and parent.arg == "strict"):
            yield source.put("constant", node, repr(not node.value))
    elif isinstance(node.value, str) and node.value in words and isinstance(parent, ast.keyword):
        yield source.put("exchange", node, f'"{words[node.value]}"')


def index(node: ast.Subscript, source: Source) -> Iterator[Change]:
    """A slice without one of its bounds, and `x[:, None]` without its new axis."""
    for part in ast.walk(node.slice):
        if isinstance(part, ast.Slice):
            yield from _slice(part, source)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    plain = all(
        (isinstance(part, ast.Constant) and (part.value is None or part.value is ...))
        or (isinstance(part, ast.Slice) and part.lower is part.upper is part.step is None)
        for part in parts
    )
    if plain and isinstance(node.ctx, ast.Load):
        yield source.instead("unwrap", node, node.value)


def _slice(node: ast.Slice, source: Source) -> Iterator[Change]:
    texts = [source.text_of(part) if part is not None else "" for part in (node.lower, node.upper, node.step)]
    for at, name in enumerate(texts):
        if name:
            lower, upper, step = (text if other != at else "" for other, text in enumerate(texts))
            yield source.put("bound", node, f"{lower}:{upper}" + (f":{step}" if step else ""))


def bounds(node: ast.Call, source: Source) -> Iterator[Change]:
    """A range that ends one early, or begins one late."""
    if called_name(node) not in ("range", "ndindex") or not isinstance(node.func, ast.Name) or node.keywords:
        return
    if not node.args or any(isinstance(argument, ast.Starred) for argument in node.args):
        return
    stop = node.args[0] if len(node.args) == 1 else node.args[1]
    if number_of(stop) is None:
        yield source.put("bound", stop, f"{source.wrapped(stop, 9)} - 1")
    if len(node.args) == 1:
        yield source.put("bound", node, f"range(1, {source.text_of(stop)})")
    elif number_of(node.args[0]) is None:
        yield source.put("bound", node.args[0], f"{source.wrapped(node.args[0], 9)} + 1")
