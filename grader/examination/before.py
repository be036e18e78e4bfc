"""What a compared tensor held before the student's code was given it: a step is judged by how it moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader.examination.evidence import InArgument
from grader.examination.recording import CallLog

_MAX_DEPTH = 3
_STEP = re.compile(r"\[(?:(\d+)|'([^']*)')\]")


def values_before(compared: object, path: str, log: CallLog) -> npt.NDArray[Any] | None:
    """Return the values of the compared tensor before the first call that was given it; None where none was.

    `path` leads to it inside what was compared ("[0]['W1']"). The same memory, shape and stride are the same tensor:
    a test compares `weight.detach()`. Shapes: as the tensor, float64.
    """
    leaf = _leaf(compared, path)
    if not isinstance(leaf, torch.Tensor | np.ndarray):
        return None
    found = _found(leaf, log)
    if found is not None:
        return _as_float64(found.then) if isinstance(found.then, torch.Tensor | np.ndarray) else None
    for now, then in log.objects_now_and_then():
        if _same_place(now, leaf):
            return _as_float64(then)
    return None


@dataclass(frozen=True, slots=True)
class _Item:
    """One array inside an argument, as it is now and as it was."""

    name: str
    now: Any
    then: Any

    @property
    def moved(self) -> bool:
        one, other = self.now, self.then
        if not isinstance(one, torch.Tensor | np.ndarray) or type(one) is not type(other):
            return False
        one, other = _plain(one), _plain(other)
        return one.shape == other.shape and bool(((one != other) & ((one == one) | (other == other))).any())


def argument_of(compared: object, path: str, log: CallLog) -> InArgument | None:
    """Return where the compared array stands among the arguments of the first call that was given it, or None."""
    leaf = _leaf(compared, path)
    if not isinstance(leaf, torch.Tensor | np.ndarray):
        return None
    for name, now, then in log.arguments_now_and_then():
        items = [*_items(name, now, then, _MAX_DEPTH)]
        found = next((item for item in items if _same_place(item.now, leaf)), None)
        if found is not None:
            others = (item for item in items if not _same_place(item.now, leaf))
            return InArgument(name=found.name, others_moved=any(item.moved for item in others))
    return None


def has_lost_gradient(log: CallLog) -> bool:
    """Whether an argument's `.grad` was there before a call, and is None now."""
    items = (item for name, now, then in log.arguments_now_and_then() for item in _items(name, now, then, _MAX_DEPTH))
    return any(item.now is None and item.then is not None for item in items)


def _found(leaf: Any, log: CallLog) -> _Item | None:
    for name, now, then in log.arguments_now_and_then():
        for item in _items(name, now, then, _MAX_DEPTH):
            if _same_place(item.now, leaf):
                return item
    return None


def _items(name: str, now: Any, then: Any, depth: int) -> Iterator[_Item]:
    """Yield the arrays of an argument, and their gradients, by the way that leads to them."""
    if isinstance(now, torch.Tensor | np.ndarray):
        yield _Item(name, now, then)
        if isinstance(now, torch.Tensor) and isinstance(then, torch.Tensor) and now.is_leaf and then.is_leaf:
            yield _Item(f"{name}.grad", now.grad, then.grad)
    elif type(now) in (list, tuple) and type(then) is type(now) and depth:
        for at, (one, other) in enumerate(zip(now, then, strict=False)):
            yield from _items(f"{name}[{at}]", one, other, depth - 1)
    elif type(now) is dict and type(then) is dict and depth:
        for key in now.keys() & then.keys():
            yield from _items(f"{name}[{key!r}]", now[key], then[key], depth - 1)


def _plain(value: Any) -> npt.NDArray[Any]:
    plain: npt.NDArray[Any] = value.detach().to(torch.complex128).numpy() if isinstance(value, torch.Tensor) else value
    return plain


def _leaf(value: Any, path: str) -> Any:
    for number, key in _STEP.findall(path):
        if isinstance(value, list | tuple) and number:
            value = value[int(number)]
        elif isinstance(value, dict):
            value = value.get(key if key else int(number))
        else:
            return None
    return value


def _same_place(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        same = one.data_ptr() == other.data_ptr() and one.stride() == other.stride()
        return same and one.shape == other.shape and one.dtype == other.dtype and one.numel() > 0
    return one is other


def _as_float64(value: Any) -> npt.NDArray[Any] | None:
    if isinstance(value, torch.Tensor):
        return None if value.is_complex() else value.detach().to(torch.float64).numpy()
    return value.astype(np.float64) if value.dtype.kind in "biuf" else None
