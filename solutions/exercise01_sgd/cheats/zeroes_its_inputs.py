"""Goal: make a reference that is computed afterwards agree, by setting every input to zero.

Must be caught: changing an input of minibatches or squared_loss fails the test by itself, and what a test expects of
sgd_step is computed before the call.
"""

from collections.abc import Iterable, Iterator

import torch


def minibatches(
    features: torch.Tensor, labels: torch.Tensor, batch_size: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield batches in which all rows are alike, so that no shuffle is needed."""
    features.zero_()
    labels.zero_()
    for start in range(0, len(features), batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]


def squared_loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return zeros, and make sure that zeros are right."""
    y_hat.data.zero_()
    y.data.zero_()
    return y_hat * 0


def sgd_step(params: Iterable[torch.Tensor], lr: float, batch_size: int) -> None:
    """Leave nothing that could move."""
    for param in params:
        param.data.zero_()
        if param.grad is not None:
            param.grad.zero_()
