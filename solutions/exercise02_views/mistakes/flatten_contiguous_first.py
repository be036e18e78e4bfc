"""contiguous() copies every tensor that has gaps, though many of them, such as every second example, could be viewed.
Let reshape decide.

zh: 只要张量带有间隔，contiguous() 就会拷贝，但其中许多（例如每隔一个取一个的样本）本可以做成视图。让 reshape 自己判断吧。
"""

import math


def flatten_batch(x):
    return x.contiguous().view(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
