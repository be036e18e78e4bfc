"""Your one-hot matrix has ten columns whatever the logits have. Read the number of classes from logits.shape[1], or
pick the target's entry without a one-hot matrix.

zh: 你的 one-hot 矩阵总是十列，与 logits 的列数无关。类别数要从 logits.shape[1] 读取，或者不用 one-hot，直接取目标元素。
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
    one_hot = torch.eye(10, dtype=logits.dtype, device=logits.device)[targets]
    return -(one_hot * log_softmax(logits, dim=1)).sum(dim=1).mean()
