"""Reference of exercise03: softmax, log-softmax and cross-entropy that stay finite."""

from torch import Tensor


def _shifted(logits: Tensor, dim: int) -> Tensor:
    """Return the logits moved so that the largest of every slice along `dim` is 0; -inf stays -inf.

    The softmax does not change when a constant is added to a slice, so neither does its gradient: the maximum
    can be treated as a constant.
    """
    return logits - logits.detach().amax(dim=dim, keepdim=True)


def softmax(logits: Tensor, dim: int) -> Tensor:
    """Turn scores into probabilities along one axis.

    Shapes: logits (..., K, ...) floating -> the same shape and dtype; K is the length of axis `dim`,
            which may be any axis, counted from either end.
    Range:  every slice along `dim` sums to 1; finite for logits between -1e4 and 1e4.
    Masks:  a logit of -inf gets probability exactly 0; a slice that is all -inf never happens.
    Source: Goodfellow et al., Deep Learning, 2016, sec. 4.1.
    """
    weights = _shifted(logits, dim).exp()
    return weights / weights.sum(dim=dim, keepdim=True)


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    """Return the natural logarithms of the softmax probabilities along one axis.

    Shapes: logits (..., K, ...) floating -> the same shape and dtype.
    Range:  finite for logits between -1e4 and 1e4, also where the probability itself rounds to 0.
    Masks:  a logit of -inf gets log-probability -inf; a slice that is all -inf never happens.
    """
    shifted = _shifted(logits, dim)
    # The sum is at least 1, the term of the largest logit: its logarithm is never that of 0.
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean negative log-probability of the right classes.

    Shapes: logits (N, C) floating, targets (N,) int64 in [0, C) -> () of the logits' dtype.
    Masks:  some logits may be -inf, never that of a target.
    """
    # Picked, not multiplied by a one-hot matrix: 0 * -inf would be NaN.
    return -log_softmax(logits, dim=1).gather(1, targets.unsqueeze(1)).mean()
