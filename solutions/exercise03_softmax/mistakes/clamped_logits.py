"""You clip the logits to a range where exp is safe, so all logits beyond it become equal and their order is lost.
Shift them instead of clipping: subtract the row's largest logit.

zh: 你把 logits 截断到 exp 安全的范围，超出的 logit 全变成一样大，次序就没了。不要截断，而要平移：减去该行最大的 logit。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = logits.clamp(-80.0, 80.0).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    clamped = logits.clamp(-80.0, 80.0)
    return clamped - clamped.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
