"""Softmax, log-softmax and cross-entropy that stay finite."""

from torch import Tensor


def softmax(logits: Tensor, dim: int) -> Tensor:
    """Turn scores into probabilities along one axis.

    Shapes: logits (..., K, ...) floating -> the same shape and dtype; K is the length of axis `dim`,
            which may be any axis, counted from either end.
    Range:  every slice along `dim` sums to 1; finite for logits between -1e4 and 1e4.
    Masks:  a logit of -inf gets probability exactly 0; a slice that is all -inf never happens.
    """
    raise NotImplementedError("softmax is not written yet")


def log_softmax(logits: Tensor, dim: int) -> Tensor:
    """Return the natural logarithms of the softmax probabilities along one axis.

    Shapes: logits (..., K, ...) floating -> the same shape and dtype.
    Range:  finite for logits between -1e4 and 1e4, also where the probability itself rounds to 0.
    Masks:  a logit of -inf gets log-probability -inf; a slice that is all -inf never happens.
    """
    raise NotImplementedError("log_softmax is not written yet")


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean negative log-probability of the right classes.

    Shapes: logits (N, C) floating, targets (N,) int64 in [0, C) -> () of the logits' dtype.
    Masks:  some logits may be -inf, never that of a target.
    """
    raise NotImplementedError("cross_entropy is not written yet")
