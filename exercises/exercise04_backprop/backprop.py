"""A two-layer network's loss with its gradients by hand, and a numerical gradient to check them."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def two_layer_loss(params: dict[str, Array], x: Array, y: npt.NDArray[np.int64]) -> tuple[float, dict[str, Array]]:
    """Return the loss of a two-layer ReLU network, and the loss's gradient for every parameter.

    The network is x -> x @ W1 + b1 -> ReLU -> @ W2 + b2 = scores; the loss is the softmax cross-entropy of the
    scores, averaged over the rows.

    Shapes: x (N, D), y (N,) class indices in [0, C);
            params W1 (D, H), b1 (H,), W2 (H, C), b2 (C,) -> a float, and gradients with the same keys and shapes.
    Range:  finite for scores of several thousand, also when rows lie far apart.
    """
    raise NotImplementedError("two_layer_loss is not written yet")


def numerical_gradient(f: Callable[[Array], float], x: Array) -> Array:
    """Estimate the gradient of `f` at `x` by central differences, one element at a time.

    `f` takes an array of x's shape and returns a number; it is called twice for each element, or one or two times more.
    When the call is over, `x` holds exactly the values that it held before, to the last bit.

    Shapes: x of any shape, float64, contiguous or not -> the same shape, float64.
    Error:  at most 1e-6 for smooth functions with values and slopes up to about 100.
    """
    raise NotImplementedError("numerical_gradient is not written yet")
