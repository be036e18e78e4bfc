"""Your logarithm has base 10, so everything is 0.4343 times too small. Use the natural logarithm: a model that knows
nothing should have a loss of ln C.

zh: 你用了以 10 为底的对数，结果只有应有的 0.4343 倍。请用自然对数：什么都没学到的模型，损失应为 ln C。
"""

import math

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted * math.log10(math.e) - shifted.exp().sum(dim=dim, keepdim=True).log10()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
