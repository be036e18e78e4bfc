"""You added the new axis in front, which makes a row (1, n). A column has its new axis at the end.

zh: 你把新轴加在了前面，得到的是行 (1, n)。列的新轴应加在末尾。
"""

import math


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(0)
