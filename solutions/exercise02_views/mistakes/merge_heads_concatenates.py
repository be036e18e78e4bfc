"""torch.cat puts the heads side by side correctly but always copies, even where they already lie that way. transpose
and reshape find that out by themselves.

zh: torch.cat 能正确地把各个头并排放好，但总是拷贝，哪怕它们本来就是这样放的。transpose 加 reshape 会自己判断。
"""

import math

import torch


def flatten_batch(x):
    return x.reshape(x.shape[0], math.prod(x.shape[1:]))


def to_channels_last(x):
    return x.permute(0, 2, 3, 1)


def merge_heads(x):
    return torch.cat([x[:, h] for h in range(x.shape[1])], dim=-1)


def as_column(y):
    return y.unsqueeze(1)
