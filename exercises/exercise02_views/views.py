"""Exercise 02: four rearrangements of a tensor that copy nothing they need not copy."""

import torch


def flatten_batch(x: torch.Tensor) -> torch.Tensor:
    """Return one row of features per example.

    Shapes: (B, ...) -> (B, F), F the product of the other axes; (B,) -> (B, 1); (0, 3, 4) -> (0, 12).
    Memory: a view of x whenever its layout allows one (always when x is contiguous), a copy only where it does not.
    """
    raise NotImplementedError("flatten_batch is not written yet")


def to_channels_last(x: torch.Tensor) -> torch.Tensor:
    """Return the same images with the channels on the last axis.

    Shapes: (B, C, H, W) -> (B, H, W, C); element [b, h, w, c] is x[b, c, h, w].
    Memory: always a view of x, whatever its strides.
    """
    raise NotImplementedError("to_channels_last is not written yet")


def merge_heads(x: torch.Tensor) -> torch.Tensor:
    """Return, for each position, the outputs of all attention heads side by side.

    Shapes: (B, H, T, D) -> (B, T, H * D); element [b, t, h * D + d] is x[b, h, t, d].
    Memory: a view of x where its layout allows one (heads that were split from one packed tensor), otherwise a copy.
    """
    raise NotImplementedError("merge_heads is not written yet")


def as_column(y: torch.Tensor) -> torch.Tensor:
    """Return the vector as a matrix of one column.

    Shapes: (n,) -> (n, 1), n = 0 included.
    Memory: always a view of y, whatever its strides; y itself keeps its shape.
    """
    raise NotImplementedError("as_column is not written yet")
