"""-1 is worked out from the number of elements, and an empty batch has none, so torch cannot tell how many features
there are. Multiply the other axes yourself.

zh: -1 是根据元素个数推算的，而空批次没有元素，torch 无法得知有多少个特征。请自己把其余各轴的长度乘起来。
"""


def flatten_batch(x):
    return x.reshape(x.shape[0], -1)


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
