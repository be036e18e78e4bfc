"""You compare f(x + h) with f(x): one-sided, so the curvature of f leaves an error proportional to h. Probe both
sides, and divide by 2h.

zh: 你比较的是 f(x + h) 与 f(x)：单边差分，f 的弯曲会留下与 h 成正比的误差。两边都要探测，再除以 2h。
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
    here = f(x)
    for index in np.ndindex(x.shape):
        probe = x.copy()
        probe[index] += STEP
        gradient[index] = (f(probe) - here) / STEP
    return gradient
