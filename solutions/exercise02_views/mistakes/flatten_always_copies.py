"""clone moves every number to new memory. Flattening a contiguous batch needs no copy: return a view of it.

zh: clone 会把每个数都搬到新内存里。展平连续的批次无须拷贝：返回它的视图即可。
"""

import math


def flatten_batch(x):
    return x.clone().reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
