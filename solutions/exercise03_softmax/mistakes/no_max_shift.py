"""You take exp of the raw logits, and in float32 exp overflows above 88.7: inf / inf is NaN. Subtract the row's
largest logit first; the softmax does not change.

zh: 你直接对原始 logits 取 exp，而 float32 中超过 88.7 就会溢出，inf / inf 得到 NaN。先减去该行最大的 logit，结果不变。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = logits.exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    return logits - logits.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
