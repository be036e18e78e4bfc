import numpy as np


def two_layer_loss(params, x, y):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    n = x.shape[0]
    # forward
    z1 = x @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    z2 = z2 - np.max(z2, axis=1, keepdims=True)
    expz = np.exp(z2)
    probs = expz / np.sum(expz, axis=1, keepdims=True)
    logp = z2 - np.log(np.sum(expz, axis=1, keepdims=True))
    loss = -np.sum(logp[np.arange(n), y]) / n
    # backward
    dz2 = probs.copy()
    dz2[np.arange(n), y] -= 1
    dz2 /= n
    grads = {}
    grads["W2"] = a1.T @ dz2
    grads["b2"] = np.sum(dz2, axis=0)
    da1 = dz2 @ W2.T
    da1[z1 <= 0] = 0
    grads["W1"] = x.T @ da1
    grads["b1"] = np.sum(da1, axis=0)
    return loss, grads


def numerical_gradient(f, x):
    h = 1e-5
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + h
        fp = f(x)
        x[ix] = old - h
        fm = f(x)
        x[ix] = old
        grad[ix] = (fp - fm) / (2 * h)
        it.iternext()
    return grad
