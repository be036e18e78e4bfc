"""You put the number axis before the head axis, so the heads' numbers alternate within a row. Each head's numbers
belong together: the order is T, H, D.

zh: 你把 D 轴放在了 H 轴之前，于是同一行里各头的数交错出现。每个头的数应当挨在一起：次序是 T、H、D。
"""

import math


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.permute(0, 2, 3, 1).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
