"""unsqueeze_ with the underscore changes the vector that you were given: its owner suddenly holds a matrix. Without the
underscore you get a view.

zh: 带下划线的 unsqueeze_ 会改变传入的向量本身：它的主人手里突然变成了矩阵。去掉下划线，得到的才是视图。
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
    return y.unsqueeze_(1)
