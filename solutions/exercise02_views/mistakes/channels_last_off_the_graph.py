"""detach cuts the result out of the autograd graph, so no gradient reaches the images. A view stays in the graph by
itself.

zh: detach 把结果从自动求导的计算图中切了出来，梯度传不到图像。视图本来就留在计算图里。
"""

import math


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.detach().permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
