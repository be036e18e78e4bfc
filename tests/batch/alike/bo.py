import numpy as np


def relu(v):
    return v * (v > 0)


def softmax_rows(s):
    e = np.exp(s - s.max(1)[:, None])
    return e / e.sum(1)[:, None]


def two_layer_loss(params, x, y):
    pre = np.dot(x, params["W1"]) + params["b1"]
    h = relu(pre)
    scores = np.dot(h, params["W2"]) + params["b2"]
    m = scores.max(axis=1)
    lse = m + np.log(np.exp(scores - m[:, None]).sum(axis=1))
    loss = float(np.mean(lse - scores[range(len(y)), y]))

    onehot = np.zeros(scores.shape)
    onehot[range(len(y)), y] = 1.0
    delta = (softmax_rows(scores) - onehot) / len(y)
    back = np.dot(delta, params["W2"].T) * (pre > 0)
    return loss, {
        "W1": np.dot(x.T, back),
        "b1": back.sum(0),
        "W2": np.dot(h.T, delta),
        "b2": delta.sum(0),
    }


def numerical_gradient(f, x):
    eps = 1e-5
    out = np.empty(x.shape)
    for i in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        out[i] = (f(up) - f(down)) / (2.0 * eps)
    return out
