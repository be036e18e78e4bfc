"""Your -= writes into the caller's logits: after the call they are no longer what they were. Write
`shifted = logits - ...`, which makes a new tensor.

zh: 你用 -= 直接改写了调用者的 logits，调用之后它们就变了。应写成 shifted = logits - ...，得到一个新的张量。
"""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    logits -= logits.amax(dim=dim, keepdim=True)
    weights = logits.exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    logits -= logits.amax(dim=dim, keepdim=True)
    return logits - logits.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
