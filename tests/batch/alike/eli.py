import numpy as np

DELTA = 1e-5


def forward(params, x):
    a = x.dot(params["W1"]) + params["b1"]
    h = a.clip(min=0)
    return a, h, h.dot(params["W2"]) + params["b2"]


def log_softmax(s):
    top = np.amax(s, axis=1).reshape(-1, 1)
    return s - top - np.log(np.sum(np.exp(s - top), axis=1).reshape(-1, 1))


def two_layer_loss(params, x, y):
    N = y.size
    a, h, s = forward(params, x)
    L = log_softmax(s)
    loss = -sum(L[i, y[i]] for i in range(N)) / N
    G = np.exp(L)
    for i in range(N):
        G[i, y[i]] = G[i, y[i]] - 1
    G = G / N
    H = G.dot(params["W2"].T)
    H = H * np.heaviside(a, 0)
    return loss, {"b2": G.sum(axis=0), "W2": h.T.dot(G), "b1": H.sum(axis=0), "W1": x.T.dot(H)}


def numerical_gradient(f, x):
    g = np.zeros(x.shape)
    x = x.copy()
    for pos, value in np.ndenumerate(x.copy()):
        x[pos] = value + DELTA
        g[pos] = f(x)
        x[pos] = value - DELTA
        g[pos] -= f(x)
        x[pos] = value
    return g / (2 * DELTA)
