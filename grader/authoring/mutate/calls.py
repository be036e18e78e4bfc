"""Mutants of calls: one that is lost, another function, and arguments that are lost or change places."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from grader.authoring.mutate.source import ATOM, Change, Source, called_name

# Calls that give back their tensor in another form: without them the code often runs all the same.
_LOST = frozenset(
    (
        "exp", "log", "log2", "log10", "log1p", "expm1", "sqrt", "rsqrt", "square", "abs", "absolute", "neg",
        "negative", "tanh", "sigmoid", "relu", "softplus", "detach", "clone", "copy", "contiguous", "item", "float",
        "double", "half", "long", "int", "to", "type", "astype", "cpu", "tolist", "t", "transpose", "permute",
        "swapaxes", "swapdims", "movedim", "moveaxis", "reshape", "view", "flatten", "ravel", "squeeze", "unsqueeze",
        "expand_dims", "clamp", "clip", "clamp_min", "clamp_max", "maximum", "minimum", "round", "floor", "ceil",
        "nan_to_num", "requires_grad_", "sort", "flip", "softmax", "log_softmax", "normalize", "dropout", "deepcopy",
        "enumerate", "reversed", "sorted",
    )
)  # fmt: skip
_PAIRS = (
    ("sum", "mean"), ("max", "min"), ("amax", "amin"), ("argmax", "argmin"), ("maximum", "minimum"),
    ("clamp_min", "clamp_max"), ("std", "var"), ("zeros", "ones"), ("zeros_like", "ones_like"), ("any", "all"),
    ("rand", "randn"), ("rand_like", "randn_like"), ("softmax", "log_softmax"), ("sigmoid", "tanh"),
    ("floor", "ceil"), ("cumsum", "cumprod"), ("triu", "tril"), ("sin", "cos"), ("hstack", "vstack"),
    ("add_", "sub_"), ("mul_", "div_"), ("train", "eval"), ("reshape", "view"), ("isnan", "isinf"),
)  # fmt: skip
_ONE_WAY = {
    "log": "log10", "exp": "expm1", "prod": "sum", "randperm": "arange", "square": "abs", "sqrt": "abs",
    "uniform": "normal", "empty": "ones",
}  # fmt: skip
_EXCHANGED = {**_ONE_WAY, **dict(_PAIRS), **{second: first for first, second in _PAIRS}}
_SYMMETRIC = frozenset(
    (
        "max", "min", "maximum", "minimum", "add", "mul", "multiply", "dot", "inner", "equal", "allclose", "isclose",
        "logical_and", "logical_or", "transpose", "swapaxes", "swapdims", "gcd", "hypot", "zip", "range", "ndindex",
        "isinstance", "getattr", "hasattr", "print",
    )
)  # fmt: skip
_ATTRIBUTES = ("T", "mT", "H", "mH", "data", "real")


def lost(node: ast.Call, source: Source) -> Iterator[Change]:
    """A call that is left out: `x.exp()` -> `x`, `np.exp(x)` -> `x`."""
    if called_name(node) not in _LOST or called_name(node) in source.local_functions:
        return
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        kept: ast.expr = node.func.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        kept = node.args[0]
    else:
        return
    if not (isinstance(kept, ast.Constant) and isinstance(kept.value, str)):  # float("inf")
        yield source.put("unwrap", node, source.wrapped(kept, ATOM))


def _is_module(node: ast.expr) -> bool:
    """Whether a name stands for a library: `np`, `torch.nn.functional`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "torch", "math", "F", "nn", "copy", "random")


def attribute(node: ast.Attribute, source: Source) -> Iterator[Change]:
    """`x.T` -> `x`."""
    is_a_tensors = node.attr in _ATTRIBUTES and node.attr not in source.own_attributes
    if is_a_tensors and isinstance(node.ctx, ast.Load):
        yield source.put("unwrap", node, source.wrapped(node.value, ATOM))


def exchanged(node: ast.Call, source: Source) -> Iterator[Change]:
    """Another function of the same kind: a mean for a sum."""
    other = _EXCHANGED.get(called_name(node))
    if other is None or called_name(node) in source.local_functions:
        return
    end = source.end(node.func)
    yield Change("exchange", end - len(called_name(node)), end, other)


def arguments(node: ast.Call, source: Source) -> Iterator[Change]:
    """Keywords that are left out, and neighbouring arguments that change places."""
    if called_name(node) not in source.local_functions:  # a function of the module's own may well need them
        yield from _left_out(node, source)
    if called_name(node) in _SYMMETRIC:
        return
    for first, second in itertools.pairwise(node.args):
        if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
            yield _swapped(first, second, source)


def _left_out(node: ast.Call, source: Source) -> Iterator[Change]:
    everything: list[ast.AST] = [*node.args, *node.keywords]
    for keyword in node.keywords:
        at = everything.index(keyword)
        if keyword.arg in (None, "strict"):  # `zip(a, b, strict=True)`: a check, of lengths that are equal anyway
            continue
        if at > 0:
            yield Change("argument", source.end(everything[at - 1]), source.end(keyword), "")
        elif len(everything) > 1:
            yield Change("argument", source.start(keyword), source.start(everything[1]), "")
        else:
            yield source.put("argument", keyword, "")


def swapped_values(node: ast.Return | ast.Yield, source: Source) -> Iterator[Change]:
    """The first two values of a tuple in each other's place."""
    if isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        first, second = node.value.elts[:2]
        yield _swapped(first, second, source)


def _swapped(first: ast.expr, second: ast.expr, source: Source) -> Change:
    between = source.text[source.end(first) : source.start(second)]
    text = source.text_of(second) + between + source.text_of(first)
    return Change("swap", source.start(first), source.end(second), text)
