"""You do not put an element back before you move the next, so later probes start from somewhere else than x. Restore
each element after its two probes.

zh: 移动下一个元素之前，你没有把上一个放回原处，后面的探测点已不在 x 附近的正确位置。每个元素探测两次后都要还原。
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
    probe = x.copy()
    for index in np.ndindex(x.shape):
        probe[index] = x[index] + STEP
        above = f(probe)
        probe[index] = x[index] - STEP
        gradient[index] = (above - f(probe)) / (2 * STEP)
    return gradient
