"""Goal: pass for a generator while holding the whole epoch in memory from the first batch on.

Must be caught by test_batch_is_read_only_when_it_is_its_turn; everything else in it is right.
"""

from collections.abc import Iterable, Iterator

import torch


def minibatches(
    features: torch.Tensor, labels: torch.Tensor, batch_size: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Copy the shuffled data set, then yield pieces of the copy."""
    order = torch.randperm(len(features))
    features, labels = features[order], labels[order]
    for start in range(0, len(order), batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]


def squared_loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return half the squared difference, element by element."""
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params: Iterable[torch.Tensor], lr: float, batch_size: int) -> None:
    """Move every parameter against its average gradient, in place."""
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
