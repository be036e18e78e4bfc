"""You write to a flattened x and expect x to change. For an array that is not contiguous, such as a transpose,
flattening makes a copy: f sees the same x both times and the slope is 0.

zh: 你写入展平后的 x，以为 x 会跟着变。对不连续的数组（如转置），展平会产生副本：f 两次看到同样的 x，斜率为 0。
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
        "b1": d_hidden.sum(axis=0),
        "W2": hidden.T @ d_scores,
        "b2": d_scores.sum(axis=0),
    }
    return float(loss), grads


def numerical_gradient(f, x):
    gradient = np.zeros(x.size)
    flat = x.reshape(-1)
    for position in range(x.size):
        kept = flat[position]
        flat[position] = kept + STEP
        above = f(x)
        flat[position] = kept - STEP
        below = f(x)
        flat[position] = kept
        gradient[position] = (above - below) / (2 * STEP)
    return gradient.reshape(x.shape)
