import numpy as np


def positive_part(q):
    return q * (q > 0)


def normalised(t):
    u = np.exp(t - t.max(1)[:, None])
    return u / u.sum(1)[:, None]


def two_layer_loss(params, x, y):
    a = np.dot(x, params["W1"]) + params["b1"]
    b = positive_part(a)
    c = np.dot(b, params["W2"]) + params["b2"]
    top = c.max(axis=1)
    log_total = top + np.log(np.exp(c - top[:, None]).sum(axis=1))
    count = len(y)
    value = float(np.mean(log_total - c[range(count), y]))

    target = np.zeros(c.shape)
    target[range(count), y] = 1.0
    g = (normalised(c) - target) / count
    k = np.dot(g, params["W2"].T) * (a > 0)
    first_weights = np.dot(x.T, k)
    return value, {
        "W1": first_weights,
        "b1": k.sum(0),
        "W2": np.dot(b.T, g),
        "b2": g.sum(0),
    }


def numerical_gradient(f, x):
    answer = np.zeros(x.shape)
    work = x.copy()
    for place in np.ndindex(x.shape):
        before = work[place]
        work[place] = before + 1e-5
        more = f(work)
        work[place] = before - 1e-5
        less = f(work)
        work[place] = before
        answer[place] = (more - less) / 2e-5
    return answer
