"""view refuses when the axes do not lie one after the other in memory, as after permute. reshape gives a view where it
can and copies where it must.

zh: 当各轴在内存中不是依次相邻时（例如 permute 之后），view 会拒绝执行。reshape 能给视图就给视图，必要时才拷贝。
"""

import math


def flatten_batch(x):
    return x.view(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
