"""What the examiner may ask of an object in the child: call it, read it, iterate it, differentiate through it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from grader.sandbox.graph import Unsendable

NOTHING = object()  # an iterator's end
_differentiate = torch.autograd.grad  # looked up before an exercise's rules can forbid it to its students


class Exhausted(Exception):
    """The iterator has no more items; unlike StopIteration, nothing that student code raises."""


def perform(op: str, target: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Do one operation. Raises whatever the student's code raises; Exhausted; Unsendable for "grad"."""
    return _OPERATIONS[op](target, *args, **kwargs)


def _set(target: Any, name: str, value: Any) -> None:
    setattr(target, name, value)


def _set_item(target: Any, key: Any, value: Any) -> None:
    target[key] = value


def _next(target: Any) -> Any:
    item = next(target, NOTHING)
    if item is NOTHING:
        raise Exhausted
    return item


def _gradient(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[torch.Tensor | None, ...]:
    """Return the gradient of sum(result * upstream) for each positional argument; None where there is none.

    The last positional argument is the upstream gradient; None stands for ones. Inputs become fresh leaves first.
    """
    *inputs, upstream = args
    leaves = [_leaf(value) for value in inputs]
    returned = function(*leaves, **kwargs)
    if not issubclass(type(returned), torch.Tensor):  # an object may claim to be one by its `__class__`
        raise Unsendable("not-in-graph", returned)
    result = _plain(returned)
    if not result.requires_grad:
        raise Unsendable("not-in-graph", returned)
    if upstream is None:
        upstream = torch.ones_like(result)
    if upstream.shape != result.shape:
        raise Unsendable("gradient-shape", result, shape=tuple(result.shape))
    wanted = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor) and leaf.requires_grad]
    # The scalar product, not grad_outputs=: that would import sympy on its first use, a quarter of a second.
    found = iter(_differentiate((result * upstream.conj()).sum().real, wanted, allow_unused=True))
    return tuple(next(found) if isinstance(leaf, torch.Tensor) and leaf.requires_grad else None for leaf in leaves)


def _plain(tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor as an exact one, in the same graph: a subclass has operators and attributes of its own."""
    with torch._C.DisableTorchFunctionSubclass():
        return tensor if type(tensor) is torch.Tensor else torch.Tensor.as_subclass(tensor, torch.Tensor)


def _leaf(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex()):
        return value.detach().requires_grad_()
    return value


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "call": lambda target, *args, **kwargs: target(*args, **kwargs),
    "get": lambda target: target,
    "fetch": lambda target: target,
    "set": _set,
    "item": lambda target, key: target[key],
    "setitem": _set_item,
    "len": len,
    "iter": iter,
    "next": _next,
    "grad": _gradient,
    "enter": lambda target: target.__enter__(),
    "exit": lambda target: target.__exit__(None, None, None),
}


def import_path(path: list[str]) -> Any:
    """Return what a dotted path such as torch.nn.Linear means, importing modules as needed."""
    found: Any = importlib.import_module(path[0])
    for depth, name in enumerate(path[1:], start=1):
        try:
            found = getattr(found, name)
        except AttributeError:
            found = importlib.import_module(".".join(path[: depth + 1]))
    return found


def is_plain(value: object) -> bool:
    """Whether a result of `remote` is sent by value although results stay: numbers, text, shapes, dtypes."""
    if type(value) in (tuple, torch.Size):
        return all(is_plain(item) for item in value)  # type: ignore[attr-defined]
    return value is None or isinstance(value, _PLAIN)


_PLAIN = (bool, int, float, complex, str, bytes, torch.dtype, torch.device, np.generic)
