"""Reference solution of exercise01."""

from collections.abc import Iterable, Iterator

import torch


def minibatches(
    features: torch.Tensor, labels: torch.Tensor, batch_size: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield one epoch of shuffled (features, labels) batches, each taken by index when it is asked for.

    Shapes: features (N, ...), labels (N, ...) -> pairs (b, ...), (b, ...) with b <= batch_size.
    """
    order = torch.randperm(len(features))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]  # a slice past the end is just shorter: that is the tail
        yield features[rows], labels[rows]


def squared_loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return half the squared difference of each prediction and its own target.

    Shapes: y_hat of any shape, y with as many elements -> the shape of y_hat.
    """
    # Without the reshape, (n, 1) - (n,) silently broadcasts to (n, n).
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params: Iterable[torch.Tensor], lr: float, batch_size: int) -> None:
    """Move every parameter one step against its average gradient, in place.

    Shapes: param.grad as param, summed over the batch. Gradients are only read; None means: not in the loss.
    """
    with torch.no_grad():  # autograd refuses to record an in-place change of a leaf
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
