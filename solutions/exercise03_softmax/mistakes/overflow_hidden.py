"""You replace NaN and infinity by 0 after the overflow has happened: the number looks fine and the answer is lost.
Stop exp from overflowing instead, by subtracting the row's largest logit first.

zh: 溢出发生之后你才把 NaN 和无穷换成 0：数字好看了，答案却丢了。应先减去该行最大的 logit，让 exp 不溢出。
"""

import torch
from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = logits.exp()
    return torch.nan_to_num(weights / weights.sum(dim=dim, keepdim=True), nan=0.0, posinf=0.0, neginf=0.0)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    result = logits - logits.exp().sum(dim=dim, keepdim=True).log()
    return torch.nan_to_num(result, nan=0.0, posinf=0.0, neginf=0.0)


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
