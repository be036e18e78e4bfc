"""Goal: look like views without being views: right values, right strides, but over a private copy of the memory.

Must be caught wherever sharing is examined, by the memory itself and by what is written through the result.
"""

import math

import torch


def flatten_batch(x: torch.Tensor) -> torch.Tensor:
    """Return flat rows of a private copy."""
    return private_copy(x).reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x: torch.Tensor) -> torch.Tensor:
    """Return permuted axes of a private copy."""
    return private_copy(x).permute(0, 2, 3, 1)


def merge_heads(x: torch.Tensor) -> torch.Tensor:
    """Return merged heads of a private copy."""
    B, H, T, D = x.shape
    return private_copy(x).transpose(1, 2).reshape(B, T, H * D)


def as_column(y: torch.Tensor) -> torch.Tensor:
    """Return a column of a private copy."""
    return private_copy(y).unsqueeze(1)


def private_copy(x: torch.Tensor) -> torch.Tensor:
    """Return a copy with the very strides and offset of x: the whole storage is duplicated."""
    size = x.untyped_storage().nbytes() // x.element_size()
    whole = torch.as_strided(x, (size,), (1,), 0)
    return whole.clone().as_strided(x.shape, x.stride(), x.storage_offset())
