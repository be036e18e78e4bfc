"""Your sum loses the axis that it runs over, so broadcasting lines it up with the wrong axis: a square batch divides by
the other rows' totals, any other shape fails. Keep the reduced axis with keepdim=True.

zh: 你的 sum 丢掉了求和的那根轴，广播便对错了轴：方阵会除以别的行的和，其他形状直接报错。用 keepdim=True 保留它。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
