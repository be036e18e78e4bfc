"""Your bias gradients have shape (1, H) and (1, C), the biases (H,) and (C,): you kept the axis that you summed over.
Leave keepdims out here.

zh: 你的偏置梯度形状是 (1, H) 和 (1, C)，而偏置是 (H,) 和 (C,)：求和时保留了那根轴。这里不要 keepdims。
"""

import numpy as np

STEP = 1e-5


def two_layer_loss(params, x, y):
    hidden = np.maximum(x @ params["W1"] + params["b1"], 0.0)
    scores = hidden @ params["W2"] + params["b2"]
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    loss = -log_probabilities[rows, y].mean()

    d_scores = np.exp(log_probabilities)
    d_scores[rows, y] -= 1.0
    d_scores /= len(y)
    d_hidden = (d_scores @ params["W2"].T) * (hidden > 0.0)
    grads = {
        "W1": x.T @ d_hidden,
        "b1": d_hidden.sum(axis=0, keepdims=True),
        "W2": hidden.T @ d_scores,
        "b2": d_scores.sum(axis=0, keepdims=True),
    }
    return float(loss), grads


def numerical_gradient(f, x):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        probe = x.copy()
        probe[index] = x[index] + STEP
        above = f(probe)
        probe[index] = x[index] - STEP
        gradient[index] = (above - f(probe)) / (2 * STEP)
    return gradient
