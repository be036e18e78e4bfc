"""You build a new tensor out of Python numbers: that copies the values, forgets the dtype and leaves the graph. Add an
axis to the tensor that you have.

zh: 你用 Python 数字重新造了一个张量：这样会拷贝数值、丢掉 dtype，还会脱离计算图。在已有的张量上加一个轴即可。
"""

import math

import torch


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return torch.tensor([[value] for value in y.tolist()]).reshape(-1, 1)
