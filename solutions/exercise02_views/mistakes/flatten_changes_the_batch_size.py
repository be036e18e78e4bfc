"""You fix the number of features and leave the number of rows to -1, so the batch size changes without an error when
the count is off. Fix x.shape[0] instead.

zh: 你固定了特征数，却用 -1 去推算行数；特征数一旦算错，批大小就会悄悄改变而不报错。应当固定的是 x.shape[0]。
"""


def flatten_batch(x):
    if x.dim() == 1:
        return x.reshape(-1, 1)
    features = x.shape[1] * (x.shape[2] if x.dim() > 2 else 1)
    return x.reshape(-1, features)


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).reshape(B, T, H * D)


def as_column(y):
    return y.unsqueeze(1)
