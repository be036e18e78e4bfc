"""The shape is right but the pixels are scrambled: reshape only relabels the numbers in the order in which they lie.
To move an axis, permute.

zh: 形状对了，像素却乱了：reshape 只是按存放的次序给数重新编号。要移动轴，请用 permute。
"""

import math


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    B, C, H, W = x.shape
    return x.reshape(B, H, W, C)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
