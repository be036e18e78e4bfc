"""You subtract one maximum, that of the whole tensor, from every row: in a row that lies far below it all exponentials
round to 0, and 0 / 0 is NaN. Every row needs its own maximum.

zh: 你让所有行都减去整个张量的最大值；远低于它的行里 exp 全部舍入为 0，0 / 0 得到 NaN。每一行要减去自己的最大值。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.max()).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.max()
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
