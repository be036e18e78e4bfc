"""permute asks, for each new axis, which old axis goes there. You gave the answer of the way back, from channels last
to channels first.

zh: permute 要的是：每个新轴由哪个旧轴填入。你给出的是反方向的答案，即从通道在后变回通道在前。
"""

import math


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 3, 1, 2)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
