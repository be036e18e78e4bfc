"""You always normalise the last axis and never read `dim`. Pass `dim` on to the maximum and to the sum.

zh: 你总是沿最后一根轴归一化，没有用到 dim。求最大值和求和时都要传入 dim。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
