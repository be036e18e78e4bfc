"""permute had already given you the view; contiguous() then copied every pixel. Writing into the result no longer
reaches the image.

zh: permute 已经给出了视图，之后的 contiguous() 又把每个像素拷贝了一遍。写入结果就不再影响原图像了。
"""

import math


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1).contiguous()


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
