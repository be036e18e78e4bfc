"""Heads still come before positions when you merge, so each row mixes positions of one head. Bring T in front of H
first, then merge H and D.

zh: 合并时“头”还排在“位置”之前，于是每一行混入了同一个头的不同位置。请先把 T 移到 H 前面，再合并 H 和 D。
"""

import math


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
