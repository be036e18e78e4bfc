"""A plausible mistake in exercise03: the sum runs over all elements, not along `dim`."""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    powers = (logits - logits.max()).exp()
    return powers / powers.sum()


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    return softmax(logits, dim).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return -log_softmax(logits, 1)[range(len(targets)), targets].mean()
