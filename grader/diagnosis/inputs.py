"""What a call was given, as named arrays, sizes and numbers: what a factor or a shape may come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader.diagnosis.wording import t
from grader.examination.evidence import Call
from grader.records import Text

Values = npt.NDArray[Any]

_MAX_INPUTS = 64
_MAX_ELEMENTS = 1 << 20
_NAME = re.compile(r"[A-Za-z_]\w{0,30}(\[\d{1,3}\]|\['\w{1,20}'\]){0,3}(\.grad)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One array or number among a call's arguments; `dtype` is "" for a Python number."""

    name: str
    values: Values  # float64 or complex128
    dtype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A size that a factor may be, and what it is the size of."""

    number: int
    words: Text


def safe_name(name: str) -> str:
    """Return a parameter's name if it is one, for it is shown for hidden tests too."""
    return name if _NAME.fullmatch(name) else "…"


def inputs_of(call: Call | None) -> tuple[Input, ...]:
    """Return the arrays and numbers of a call's arguments; objects of unknown class are not touched."""
    if call is None:
        return ()
    found: list[Input] = []
    named = [(call.names[i] if i < len(call.names) else f"argument_{i + 1}", a) for i, a in enumerate(call.args)]
    for name, value in (*named, *call.kwargs.items()):
        for item in _flatten(safe_name(name), value, depth=3):
            if len(found) == _MAX_INPUTS:
                return tuple(found)
            found.append(item)
    return tuple(found)


def _flatten(name: str, value: Any, *, depth: int) -> Iterator[Input]:
    kind = type(value)
    if kind in (int, float):
        if abs(value) < 1e300:
            yield Input(name=name, values=np.asarray(float(value)), dtype="int" if kind is int else "")
    elif issubclass(kind, torch.Tensor):
        if value.layout is torch.strided and value.numel() <= _MAX_ELEMENTS:
            dtype = str(value.dtype).removeprefix("torch.")
            wide = value.detach().cpu().to(torch.complex128 if value.is_complex() else torch.float64)
            yield Input(name=name, values=wide.resolve_conj().numpy(), dtype=dtype)
    elif issubclass(kind, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind in "biuf" and array.size <= _MAX_ELEMENTS:
            yield Input(name=name, values=array.astype(np.float64), dtype=array.dtype.name)
    elif kind in (list, tuple) and depth:
        if len(value) > 1 and all(type(x) in (int, float) for x in value[:1000]) and len(value) <= 1000:
            yield Input(name=name, values=np.array([float(x) for x in value]), dtype="")
        else:
            for index, item in enumerate(value[:_MAX_INPUTS]):
                yield from _flatten(f"{name}[{index}]", item, depth=depth - 1)
    elif kind is dict and depth:
        for key, item in list(value.items())[:_MAX_INPUTS]:
            yield from _flatten(f"{name}[{key!r}]" if type(key) in (str, int) else name, item, depth=depth - 1)


def sizes_of(inputs: tuple[Input, ...]) -> tuple[Size, ...]:
    """Return every size above 1 of the inputs, the first axes first: the batch is what a mean usually divides by."""
    sizes: list[Size] = []
    for item in inputs:
        shape, name = item.values.shape, item.name
        if len(shape) == 1:
            sizes.append(Size(number=shape[0], words=t(f"the length of `{name}`", f" `{name}` 的长度")))
        elif shape:
            sizes.append(Size(number=shape[0], words=t(f"the number of rows of `{name}`", f" `{name}` 的行数")))
    for item in inputs:
        shape, name = item.values.shape, item.name
        if not shape and item.dtype == "int":
            sizes.append(Size(number=int(item.values), words=t(f"`{name}`", f" `{name}` ")))
        for axis, number in tuple(enumerate(shape))[1:]:
            words = t(f"the size of axis {axis} of `{name}`", f" `{name}` 的轴 {axis} 的大小")
            sizes.append(Size(number=number, words=words))
        if len(shape) > 1:
            words = t(f"the number of elements of `{name}`", f" `{name}` 的元素个数")
            sizes.append(Size(number=int(item.values.size), words=words))
    return tuple(size for size in sizes if size.number > 1)
