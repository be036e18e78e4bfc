"""Your bias gradients take the mean over the rows, although 1/N is in the gradient at the scores already. A bias is
added to every row, so its gradients add up.

zh: 你的偏置梯度对各行取了平均，可 scores 的梯度里已含 1/N。偏置加在每一行上，它的梯度应相加。
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
        "b1": d_hidden.mean(axis=0),
        "W2": hidden.T @ d_scores,
        "b2": d_scores.mean(axis=0),
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
