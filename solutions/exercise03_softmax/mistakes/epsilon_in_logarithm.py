"""The small number inside your logarithm hides log(0) instead of avoiding it: no log-probability can fall below
log(epsilon), so hopeless and masked classes all look alike. Compute the logarithm without the probability.

zh: 你在对数里加了一个小常数，只是掩盖了 log(0)：对数概率再也不会低于 log(epsilon)。应当绕过概率，直接算对数概率。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    return (softmax(logits, dim) + 1e-12).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
