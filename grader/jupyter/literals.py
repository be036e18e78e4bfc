"""Writes plain values as Python code that makes them again: so a notebook's constants go with its functions."""

from __future__ import annotations

import math
import sys
from types import ModuleType
from typing import Any

MAX_ELEMENTS = 256  # of one tensor or array
MAX_CHARACTERS = 64 * 1024  # of one value's code
_MAX_DEPTH = 20
_EXACT = (bool, int, str, bytes, type(None), type(Ellipsis), range)


class NoLiteral(Exception):
    """The value is nothing that a few words of Python could make again."""


def literal_of(value: object) -> str:
    """Return an expression that equals `value`; `torch` and `numpy` in it are those modules.

    Only exact types count: what a subclass adds would be lost. Raises: NoLiteral.
    """
    code = _literal(value, 0)
    if len(code) > MAX_CHARACTERS:
        raise NoLiteral
    return code


def is_tensor(value: object) -> bool:
    """Return whether this is torch's tensor or numpy's array, of whatever subclass. Imports neither."""
    torch, numpy = _loaded("torch"), _loaded("numpy")
    return bool((torch and isinstance(value, torch.Tensor)) or (numpy and isinstance(value, numpy.ndarray)))


def _loaded(name: str) -> Any:
    """Return a module that the notebook has imported; whoever holds a value of its types has."""
    module = sys.modules.get(name)
    return module if isinstance(module, ModuleType) else None


def _literal(value: Any, depth: int) -> str:
    kind = type(value)
    if depth > _MAX_DEPTH:
        raise NoLiteral  # perhaps it holds itself
    if kind in _EXACT:
        if len(value) > MAX_CHARACTERS if kind in (str, bytes) else kind is int and value.bit_length() > 4096:
            raise NoLiteral  # before it is written out
        return repr(value)
    if kind is float:
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if kind is complex:
        return f"complex({_literal(value.real, depth)}, {_literal(value.imag, depth)})"
    if kind is slice:
        return f"slice({', '.join(_literal(part, depth + 1) for part in (value.start, value.stop, value.step))})"
    if kind in (list, tuple, set, frozenset, dict):
        return _container(value, depth)
    return _array(value)


def _container(value: Any, depth: int) -> str:
    if len(value) > MAX_CHARACTERS // 3:
        raise NoLiteral
    if isinstance(value, dict):
        pairs = (f"{_literal(key, depth + 1)}: {_literal(item, depth + 1)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, set | frozenset):
        inner = ", ".join(sorted(_literal(item, depth + 1) for item in value))
        return f"{type(value).__name__}([{inner}])"
    inner = ", ".join(_literal(item, depth + 1) for item in value)
    if isinstance(value, list):
        return f"[{inner}]"
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _array(value: Any) -> str:
    torch, numpy = _loaded("torch"), _loaded("numpy")
    if torch is not None:
        if type(value) is torch.Tensor:
            return _tensor(value)
        if type(value) is torch.dtype:
            return str(value)
        if type(value) is torch.device:
            return f'torch.device("{value}")'
        if type(value) is torch.Size:
            return f"torch.Size({list(value)})"
    if numpy is not None:
        if type(value) is numpy.ndarray and value.size <= MAX_ELEMENTS and value.dtype.kind in "biufc":
            return f"numpy.array({_literal(value.tolist(), 0)}, dtype={value.dtype.str!r}).reshape({value.shape})"
        if isinstance(value, numpy.generic) and value.dtype.kind in "biufc":
            return f"numpy.dtype({value.dtype.str!r}).type({_literal(value.item(), 0)})"
        if isinstance(value, numpy.dtype) and value.kind in "biufc":
            return f"numpy.dtype({value.str!r})"
    raise NoLiteral


def _tensor(value: Any) -> str:
    """Write a small tensor's numbers; its place in a graph, and another device, are left behind."""
    if value.numel() > MAX_ELEMENTS or value.is_sparse or value.is_quantized or value.is_meta:
        raise NoLiteral
    if value.dtype.itemsize < 2 and value.dtype.is_floating_point:
        raise NoLiteral  # the kinds of 8 bits cannot be made of numbers everywhere
    grad = ", requires_grad=True" if value.requires_grad else ""
    numbers = _literal(value.detach().cpu().reshape(-1).tolist(), 0)
    return f"torch.tensor({numbers}, dtype={value.dtype}).reshape({tuple(value.shape)})" + (
        ".requires_grad_()" if grad else ""
    )
