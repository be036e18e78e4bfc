"""Reference solution of exercise02."""

import math

import torch


def flatten_batch(x: torch.Tensor) -> torch.Tensor:
    """Return one row of features per example.

    Shapes: (B, ...) -> (B, F), F the product of the other axes; a view whenever the layout allows one.
    """
    # -1 cannot be worked out for an empty batch, so the features are counted.
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x: torch.Tensor) -> torch.Tensor:
    """Return a view of the same images with the channels on the last axis.

    Shapes: (B, C, H, W) -> (B, H, W, C).
    """
    return x.permute(0, 2, 3, 1)


def merge_heads(x: torch.Tensor) -> torch.Tensor:
    """Return, for each position, the outputs of all heads side by side.

    Shapes: (B, H, T, D) -> (B, T, H * D); a view where the layout allows one.
    """
    B, H, T, D = x.shape  # batch, heads, positions, numbers per head
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y: torch.Tensor) -> torch.Tensor:
    """Return a view of the vector as a matrix of one column.

    Shapes: (n,) -> (n, 1).
    """
    return y.unsqueeze(1)
