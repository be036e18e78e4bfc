"""You add the rows' losses up, so loss and gradient grow with the batch. Take their mean.

zh: 你把各行的损失相加，损失和梯度会随批量变大。应当取平均。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).sum()
