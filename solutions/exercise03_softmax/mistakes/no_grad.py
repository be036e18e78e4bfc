"""You switched gradient recording off inside your functions: the values are right, but nothing can be trained through
them. Remove torch.no_grad(); if only the maximum shall be a constant, detach that alone.

zh: 你在函数里关闭了梯度记录：数值是对的，但无法通过它训练。去掉 torch.no_grad()；若只想把最大值当常数，就只对它 detach。
"""

import torch
from torch import Tensor


@torch.no_grad()
def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


@torch.no_grad()
def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


@torch.no_grad()
def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
