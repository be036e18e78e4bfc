"""You apply softmax twice: the loss expects logits and you hand it probabilities. Those lie within 1 of each other, so
the loss can never come near 0. Give log_softmax the logits.

zh: 你做了两次 softmax：损失需要 logits，你却传入了概率。概率彼此最多相差 1，损失永远接近不了 0。应把 logits 传给 log_softmax。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    probabilities = softmax(logits, dim=1)
    return -log_softmax(probabilities, dim=1).gather(1, targets.unsqueeze(1)).mean()
