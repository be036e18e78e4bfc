"""Values as Python source that makes them again, exactly: for code that a student can paste and run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from grader.examination.evidence import Named

MAX_ELEMENTS = 64  # of all tensors and arrays of one snippet
_MAX_ITEMS = 32
_MAX_TEXT = 200
_MAX_VALUES = 1_000  # in all, of any kind: more than the lines of a snippet have room for
_MAX_DEPTH = 4
_ALIKE = 6  # elements from which on equal ones are written once
_PLAIN = {torch.float32, torch.int64, torch.bool, torch.complex64}  # what torch makes of a list of such numbers


class Unwritable(Exception):
    """The value cannot be written, or not briefly."""


class Writer:
    """Writes the values of one snippet, and remembers what it needs: the imports, and the memory that it has written.

    `objects` names the variables that stand for objects of the student's process, by their numbers.
    """

    def __init__(self, objects: Mapping[int, str]) -> None:
        self._objects = objects
        self._room = MAX_ELEMENTS
        self._values = _MAX_VALUES
        self._memory: set[int] = set()
        self.uses_torch = False
        self.uses_numpy = False

    def write(self, value: Any, depth: int = 0) -> str:
        """Return the source of a value. Raises Unwritable."""
        self._values -= 1
        if self._values < 0:
            raise Unwritable
        kind = type(value)
        if isinstance(value, Named):
            return self._object(value)
        if kind is torch.Tensor:
            return self._tensor(value)
        if kind is np.ndarray:
            return self._array(value)
        if kind in (list, tuple, dict, torch.Size):
            return self._container(value, depth)
        if kind is float:
            return number(value, 'float("{}")')
        if value is None or value is Ellipsis or kind in (bool, int, complex, str, bytes, range):
            text = "..." if value is Ellipsis else repr(value)
            if len(text) > _MAX_TEXT or ("nan" in text and kind is complex) or ("inf" in text and kind is complex):
                raise Unwritable
            return text
        if kind is slice:
            return f"slice({', '.join(self.write(part, depth + 1) for part in (value.start, value.stop, value.step))})"
        if kind in (torch.dtype, torch.device):
            self.uses_torch = True
            return str(value) if kind is torch.dtype else f'torch.device("{value}")'
        raise Unwritable

    def _object(self, named: Named) -> str:
        if named.number is None or named.number not in self._objects:
            raise Unwritable
        return self._objects[named.number]

    def _container(self, value: Any, depth: int) -> str:
        if depth == _MAX_DEPTH or len(value) > _MAX_ITEMS:
            raise Unwritable
        if type(value) is dict:
            pairs = (f"{self.write(key, depth + 1)}: {self.write(item, depth + 1)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        items = [self.write(item, depth + 1) for item in value]
        inner = ", ".join(items)
        if type(value) is list:
            return f"[{inner}]"
        plain = f"({inner}{',' if len(items) == 1 else ''})"
        if type(value) is torch.Size:
            self.uses_torch = True
            return f"torch.Size({plain})"
        return plain

    # -- tensors and arrays

    def _take(self, count: int, memory: int) -> None:
        """Count the elements; refuse memory that another value lies in: written twice, it would not be shared."""
        self._room -= count
        if self._room < 0 or (count and memory in self._memory):
            raise Unwritable
        self._memory.add(memory)

    def _tensor(self, value: torch.Tensor) -> str:
        self.uses_torch = True
        if value.device.type != "cpu" or value.layout is not torch.strided or not value.is_leaf:
            raise Unwritable
        plain = value.detach()
        needs_grad = value.requires_grad
        if plain.is_contiguous():
            self._take(plain.numel(), value.untyped_storage().data_ptr())
            return _tensor_source(plain, ", requires_grad=True" if needs_grad else "")
        span, view = _view_of(plain)
        self._take(span.numel(), value.untyped_storage().data_ptr())
        return _tensor_source(span, "") + view + (".requires_grad_()" if needs_grad else "")

    def _array(self, value: np.ndarray[Any, Any]) -> str:
        self.uses_numpy = True
        if value.dtype.kind not in "biufc" or not value.dtype.isnative:
            raise Unwritable
        owner = value
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        self._take(value.size, owner.__array_interface__["data"][0])
        if value.flags.c_contiguous:
            return _array_source(value)
        if value.T.flags.c_contiguous:
            return f"{_array_source(value.T)}.T"
        every_second = value.strides[-1] == 2 * value.itemsize
        if every_second and value.ndim:
            self._room -= value.size
            wide = np.repeat(value, 2, axis=-1)
            if wide.strides[:-1] == value.strides[:-1] and self._room >= 0:
                return f"{_array_source(wide)}[..., ::2]"
        raise Unwritable


def _view_of(value: torch.Tensor) -> tuple[torch.Tensor, str]:
    """Return a contiguous tensor, and what makes the view of it that `value` is."""
    order = sorted(range(value.ndim), key=lambda axis: (-value.stride()[axis], axis))
    dense = value.permute(order)
    if dense.stride() == torch.empty(dense.shape).stride():  # only its axes have changed places
        if value.ndim == 2:
            return dense, ".T"
        return dense, f".permute({', '.join(str(order.index(axis)) for axis in range(value.ndim))})"
    last = sum((side - 1) * stride for side, stride in zip(value.shape, value.stride(), strict=True))
    if value.numel() == 0 or last >= 2 * MAX_ELEMENTS:
        raise Unwritable
    span = value.as_strided((last + 1,), (1,))
    return span, f".as_strided({tuple(value.shape)}, {tuple(value.stride())})"


def _tensor_source(value: torch.Tensor, more: str) -> str:
    dtype = value.dtype
    wide = value.to(torch.float64) if dtype in (torch.float16, torch.bfloat16, torch.float32) else value
    if dtype not in _PLAIN or (value.numel() == 0 and dtype is not torch.float32):
        more = f", dtype={dtype}{more}"
    shape = tuple(value.shape)
    if (alike := _alike(wide.reshape(-1).tolist(), shape)) is not None:
        if alike in (0.0, 1.0) and dtype is torch.float32:
            return f"torch.{'ones' if alike else 'zeros'}({shape}{more})"
        written = _element(alike, lambda number: torch.tensor(number, dtype=dtype).item(), "torch.{}")
        return f"torch.full({shape}, {written}{more})"
    nested = _nested(wide.tolist(), lambda number: torch.tensor(number, dtype=dtype).item(), "torch.{}")
    if not value.numel():
        return f"torch.zeros({shape}{more})"
    return f"torch.tensor({nested}{more})"


def _array_source(value: np.ndarray[Any, Any]) -> str:
    shape, dtype = tuple(value.shape), value.dtype
    usual = {"f": np.dtype(np.float64), "i": np.dtype(np.int64), "b": np.dtype(np.bool_), "c": np.dtype(np.complex128)}
    more = "" if usual.get(dtype.kind) == dtype else f", dtype=np.{dtype.name}"
    again = dtype.type
    if not value.size:
        return f"np.zeros({shape}{more or (', dtype=np.' + dtype.name if dtype.kind != 'f' else '')})"
    if (alike := _alike(value.reshape(-1).tolist(), shape)) is not None:
        if alike in (0.0, 1.0) and dtype == np.float64:
            return f"np.{'ones' if alike else 'zeros'}({shape})"
        return f"np.full({shape}, {_element(alike, lambda number: again(number).item(), 'np.{}')}{more})"
    return f"np.array({_nested(value.tolist(), lambda number: again(number).item(), 'np.{}')}{more})"


def _alike(flat: list[Any], shape: tuple[int, ...]) -> Any:
    """Return the element that all are, where writing it once is shorter; else None."""
    if len(flat) < _ALIKE or not shape:
        return None
    first = flat[0]
    is_same = all(other == first and math.copysign(1.0, other) == math.copysign(1.0, first) for other in flat[1:]) \
        if not isinstance(first, complex) else False  # fmt: skip
    return first if is_same else None


def _nested(value: Any, again: Callable[[Any], Any], special: str) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_nested(item, again, special) for item in value)}]"
    return _element(value, again, special)


def _element(value: Any, again: Callable[[Any], Any], special: str) -> str:
    """Return the shortest number that is this element when its dtype has rounded it."""
    if not isinstance(value, float):
        if isinstance(value, complex) and not (math.isfinite(value.real) and math.isfinite(value.imag)):
            raise Unwritable
        return repr(value)
    if math.isfinite(value):
        for digits in range(1, 17):
            short = float(f"{value:.{digits}g}")
            if again(short) == value:
                return repr(math.copysign(short, value))
    return number(value, special)


def number(value: float, special: str) -> str:
    """Return the source of a float; `special` makes that of "nan" and "inf"."""
    if math.isfinite(value):
        return repr(value)
    sign = "-" if value < 0 else ""
    return sign + special.format("nan" if math.isnan(value) else "inf")
