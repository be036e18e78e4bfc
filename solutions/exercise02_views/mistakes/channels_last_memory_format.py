"""torch.channels_last changes how the numbers lie in memory, not the order of the axes: the shape is still
(B, C, H, W). Here the axes have to move.

zh: torch.channels_last 改变的是数在内存中的排列，而不是轴的次序：形状仍是 (B, C, H, W)。这里要移动的是轴。
"""

import math

import torch


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.to(memory_format=torch.channels_last)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
