"""After transpose the heads of one position no longer lie side by side, and view cannot merge them. Use reshape, which
copies only if it must.

zh: transpose 之后，同一位置的各个头在内存中不再相邻，view 无法合并它们。请用 reshape，它只在必要时才拷贝。
"""

import math


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).view(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
