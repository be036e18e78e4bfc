"""You multiply log-probabilities by a one-hot matrix, and for a masked class that is 0 times -inf, which is NaN. Pick
the target's entry by its index instead of multiplying the others away.

zh: 你用 one-hot 矩阵去乘对数概率，遇到被屏蔽的类别就是 0 乘 -inf，得到 NaN。应按下标取出目标元素，而不是把其余的乘成 0。
"""

import torch
from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    one_hot = torch.eye(logits.shape[1], dtype=logits.dtype, device=logits.device)[targets]
    return -(one_hot * log_softmax(logits, dim=1)).sum(dim=1).mean()
