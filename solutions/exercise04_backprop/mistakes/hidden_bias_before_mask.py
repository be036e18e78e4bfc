"""The gradient of b1 is taken before the ReLU's mask, as if the bias were added after the ReLU. It is added before:
use the same masked gradient as for W1.

zh: 你在乘 ReLU 掩码之前就取了 b1 的梯度，好像偏置加在 ReLU 之后。它加在之前：应与 W1 用同一个掩过的梯度。
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
        "b1": (d_scores @ params["W2"].T).sum(axis=0),
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
