"""You move x by += h, -= 2h and += h, and floating-point sums do not return exactly: x is left changed in its last
digits. Keep the old value and write it back.

zh: 你用 += h、-= 2h、+= h 来移动 x，而浮点加减不会精确还原：x 的末几位变了。应先保存旧值，再写回去。
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
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += STEP
        above = f(x)
        x[index] -= 2 * STEP
        below = f(x)
        x[index] += STEP
        gradient[index] = (above - below) / (2 * STEP)
    return gradient
