"""Your loss is a mean over the rows, but your gradient is that of their sum: it is N times too large. Divide by N
once, at the scores.

zh: 你的损失对各行取了平均，梯度却是求和的梯度，大了 N 倍。在 scores 处除以一次 N 即可。
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
        probe = x.copy()
        probe[index] = x[index] + STEP
        above = f(probe)
        probe[index] = x[index] - STEP
        gradient[index] = (above - f(probe)) / (2 * STEP)
    return gradient
