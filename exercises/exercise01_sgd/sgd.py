"""Exercise 01: minibatch stochastic gradient descent, in three functions."""

from collections.abc import Iterable, Iterator

import torch


def minibatches(
    features: torch.Tensor, labels: torch.Tensor, batch_size: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield one epoch of shuffled (features, labels) batches, each taken by index when it is asked for.

    Shapes: features (N, ...), labels (N, ...) -> pairs (b, ...), (b, ...) with b == batch_size, but for a
            shorter last batch when batch_size does not divide N. Dtypes are kept.
    Order:  a new random order each time the function is called; a row always stays with its label, and comes
            exactly once an epoch.
    Inputs: features and labels are not changed.
    """
    raise NotImplementedError("minibatches is not written yet")


def squared_loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return half the squared difference of each prediction and its own target.

    Shapes: y_hat of any shape, y with as many elements in the same order -> the shape of y_hat.
            In particular (n, 1) against (n,) gives (n, 1), and (n,) against (n, 1) gives (n,).
    Graph:  the result can be differentiated.
    """
    raise NotImplementedError("squared_loss is not written yet")


def sgd_step(params: Iterable[torch.Tensor], lr: float, batch_size: int) -> None:
    """Move every parameter one step against its average gradient, in place.

    Shapes: each param of any shape, () included; param.grad has the same shape and holds the gradient *summed*
            over the batch, so the average is param.grad / batch_size.
    Memory: the tensors themselves change, in the memory they already have.
    Grads:  param.grad is only read: it is neither changed nor cleared. A param whose grad is None stays as it is.
    """
    raise NotImplementedError("sgd_step is not written yet")
