import numpy as np


def numerical_gradient(f, x):
    # central difference
    result = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        saved = x[place]
        x[place] = saved + 1e-5
        plus = f(x)
        x[place] = saved - 1e-5
        minus = f(x)
        x[place] = saved
        result[place] = (plus - minus) / (2 * 1e-5)
    return result


def two_layer_loss(params, x, y):
    n = len(x)

    # first layer
    z = x @ params["W1"] + params["b1"]
    h = np.maximum(z, 0)
    # second layer
    out = h @ params["W2"] + params["b2"]
    shift = out - np.max(out, axis=1).reshape(n, 1)
    e = np.exp(shift)
    total = e.sum(axis=1)
    right = shift[np.arange(n), y]
    cost = np.mean(np.log(total) - right)

    d = e / total[:, np.newaxis]
    d[np.arange(n), y] -= 1
    d = d / n

    grad_W2 = np.dot(h.T, d)
    grad_b2 = d.sum(axis=0)
    dz = np.dot(d, params["W2"].T)
    dz = dz * (z > 0)
    grad_W1 = np.dot(x.T, dz)
    grad_b1 = dz.sum(axis=0)
    return cost, {"W1": grad_W1, "b1": grad_b1, "W2": grad_W2, "b2": grad_b2}
