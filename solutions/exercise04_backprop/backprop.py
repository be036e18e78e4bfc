"""Reference of exercise04: a two-layer network's loss with its gradients by hand, and a numerical gradient."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Central differences err by step^2 * f''' / 6, and rounding adds 1e-16 * |f| / step: both stay below 1e-9 here.
STEP = 1e-5


def two_layer_loss(params: dict[str, Array], x: Array, y: npt.NDArray[np.int64]) -> tuple[float, dict[str, Array]]:
    """Return the loss of a two-layer ReLU network, and the loss's gradient for every parameter.

    The network is x -> x @ W1 + b1 -> ReLU -> @ W2 + b2 = scores; the loss is the softmax cross-entropy of the
    scores, averaged over the rows.

    Shapes: x (N, D), y (N,) class indices in [0, C);
            params W1 (D, H), b1 (H,), W2 (H, C), b2 (C,) -> a float, and gradients with the same keys and shapes.
    Range:  finite for scores of several thousand, also when rows lie far apart.
    Source: Goodfellow et al., Deep Learning, 2016, sec. 6.5.
    """
    hidden = np.maximum(x @ params["W1"] + params["b1"], 0.0)  # (N, H)
    scores = hidden @ params["W2"] + params["b2"]  # (N, C)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    loss = -log_probabilities[rows, y].mean()

    d_scores = np.exp(log_probabilities)
    d_scores[rows, y] -= 1.0
    d_scores /= len(y)
    d_hidden = (d_scores @ params["W2"].T) * (hidden > 0.0)  # (N, H)
    grads = {
        "W1": x.T @ d_hidden,
        "b1": d_hidden.sum(axis=0),
        "W2": hidden.T @ d_scores,
        "b2": d_scores.sum(axis=0),
    }
    return float(loss), grads


def numerical_gradient(f: Callable[[Array], float], x: Array) -> Array:
    """Estimate the gradient of `f` at `x` by central differences, one element at a time.

    `f` takes an array of x's shape and returns a number; it is called twice for each element, or one or two times more.
    When the call is over, `x` holds exactly the values that it held before, to the last bit.

    Shapes: x of any shape, float64, contiguous or not -> the same shape, float64.
    Error:  at most 1e-6 for smooth functions with values and slopes up to about 100.
    """
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        probe = x.copy()  # x itself is never written, so there is nothing to restore
        probe[index] = x[index] + STEP
        above = f(probe)
        probe[index] = x[index] - STEP
        gradient[index] = (above - f(probe)) / (2 * STEP)
    return gradient
