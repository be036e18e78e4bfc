"""Goal: pass every test that looks at the rows of a batch by having no row in it.

Must be caught by every test that looks at a batch; everything else in it is right.
"""

from collections.abc import Iterable, Iterator

import torch


def minibatches(
    features: torch.Tensor, labels: torch.Tensor, batch_size: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield a batch without a row."""
    yield features[:0], labels[:0]


def squared_loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return half the squared difference, element by element."""
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd_step(params: Iterable[torch.Tensor], lr: float, batch_size: int) -> None:
    """Move every parameter against its average gradient, in place."""
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad / batch_size
