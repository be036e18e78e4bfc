"""You divide by the sum of the whole tensor, so all rows together sum to 1 instead of each one. Sum along `dim` only.

zh: 你除以了整个张量的总和，于是所有行加起来才等于 1，而不是每行各等于 1。只沿 dim 求和。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum()


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum().log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
