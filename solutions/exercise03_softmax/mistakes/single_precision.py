"""You convert the logits to float32, so float64 callers get half their digits back. Leave the dtype as it came.

zh: 你把 logits 转成了 float32，使用 float64 的人会丢掉一半的有效数字。请保持原来的 dtype。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    logits = logits.float()
    weights = (logits - logits.amax(dim=dim, keepdim=True)).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    logits = logits.float()
    shifted = logits - logits.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
