"""A right solution of exercise03, written in another way than the reference: full score."""

import torch
from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    powers = (logits - logits.max(dim=dim, keepdim=True).values).exp()
    return powers / powers.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.max(dim=dim, keepdim=True).values
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    rows = torch.arange(len(targets), device=logits.device)
    return -log_softmax(logits, 1)[rows, targets].mean()
