"""Swapping channels with width leaves the image transposed: (B, W, H, C). On square images only the shape hides it.
All of H and W move up by one place; use permute.

zh: 只把通道与宽度对调，图像就被转置了：得到的是 (B, W, H, C)，遇到正方形图像时光看形状还发现不了。H 和 W 都要前移一位，请用 permute。
"""

import math


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.transpose(1, 3)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
