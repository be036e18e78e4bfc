"""What a compared tensor held before the student's code was given it: a step is judged by how it moved."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader.examination.recording import CallLog

_STEP = re.compile(r"\[(?:(\d+)|'([^']*)')\]")


def values_before(compared: object, path: str, log: CallLog) -> npt.NDArray[Any] | None:
    """Return the values of the compared tensor before the first call that was given it; None where none was.

    `path` leads to it inside what was compared ("[0]['W1']"). The same memory, shape and stride are the same tensor:
    a test compares `weight.detach()`. Shapes: as the tensor, float64.
    """
    leaf = _leaf(compared, path)
    if not isinstance(leaf, torch.Tensor | np.ndarray):
        return None
    for now, then in log.objects_now_and_then():
        if _same_place(now, leaf):
            return _as_float64(then)
    return None


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
