"""Top-k accuracy."""

from torch import Tensor


def topk_accuracy(scores: Tensor, labels: Tensor, k: int) -> float:
    """Return the share of rows in which the right class is among the k largest scores.

    Shapes: scores (N, C), labels (N,) int64.
    Range:  0.0 to 1.0.
    """
    raise NotImplementedError("topk_accuracy is not written yet")
