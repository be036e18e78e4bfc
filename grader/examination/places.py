"""Where the elements of a tensor lie: whether it is a view of another one, and which cells of memory it shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

Array = torch.Tensor | np.ndarray[Any, Any]


def is_view_of(value: Array, base: Array) -> bool:
    """Return whether `value` lies in the memory that `base` lies in; of no elements it cannot be told, so yes."""
    if 0 in (*value.shape, *base.shape):
        return True
    if isinstance(value, torch.Tensor) and isinstance(base, torch.Tensor):
        return value.untyped_storage().data_ptr() == base.untyped_storage().data_ptr()
    if isinstance(value, np.ndarray) and isinstance(base, np.ndarray):
        return np.may_share_memory(value, base)  # by its bounds: views of one array may lie between each other
    return False


def cells_of(value: torch.Tensor, count: int) -> npt.NDArray[np.int64]:
    """Return, for the first `count` elements in the order of the axes, their cell of the storage.

    Shapes: (min(count, value.numel()),).
    """
    shown = min(count, value.numel())
    cells = np.full(shown, value.storage_offset(), dtype=np.int64)
    if value.ndim and shown:
        places = np.unravel_index(np.arange(shown), tuple(value.shape))
        for place, step in zip(places, value.stride(), strict=True):
            cells += place * step
    return cells
