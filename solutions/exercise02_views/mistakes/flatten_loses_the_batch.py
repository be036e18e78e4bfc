"""You flattened everything, the batch axis as well, so the examples run into each other. The first axis has to stay.

zh: 你把批次轴也一起展平了，各个样本因此连成一片。第一个轴必须保留。
"""


def flatten_batch(x):
    return x.reshape(-1)


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
